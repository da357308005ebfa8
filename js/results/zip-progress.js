// @ts-check
/** <zip-progress>: how far the making of a ZIP is; empty when none is made. */

import { copyOf, one } from "../page/dom.js";
import { count, counted } from "../page/format.js";

export class ZipProgress extends HTMLElement {
  /** @param {import("../state.js").Store} store @param {import("../state.js").Place} place   of the panel that it stands in */
  follow(store, place) {
    store.subscribe(["packing"], ({ packing }) => {
      const here = packing[place];
      if (here) this.#show(here);
      else this.replaceChildren();
    });
  }

  /** @param {import("../state.js").Packing} packing */
  #show({ done, total }) {
    if (!this.firstElementChild) this.append(copyOf("packing", HTMLParagraphElement));
    const progress = one(this, "progress", HTMLProgressElement);
    if (total > 0) Object.assign(progress, { max: total, value: done });
    const files = total > 0 ? `: ${count(done)} of ${counted(total, "file")}` : "…";
    one(this, "span", HTMLElement).textContent = `Making the ZIP${files}`;
  }
}

customElements.define("zip-progress", ZipProgress);
