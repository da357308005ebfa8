// @ts-check
/** <zip-progress>: how far the making of a ZIP is; empty when none is made. */

import { copyOf, one } from "../page/dom.js";
import { count, counted } from "../page/format.js";

export class ZipProgress extends HTMLElement {
  get busy() {
    return this.firstElementChild !== null;
  }

  /** @param {number} done @param {number} total  0: not known yet */
  update(done, total) {
    if (!this.busy) this.append(copyOf("packing", HTMLParagraphElement));
    const progress = one(this, "progress", HTMLProgressElement);
    if (total > 0) Object.assign(progress, { max: total, value: done });
    const files = total > 0 ? `: ${count(done)} of ${counted(total, "file")}` : "…";
    one(this, "span", HTMLElement).textContent = `Making the ZIP${files}`;
  }

  end() {
    this.replaceChildren();
  }
}

customElements.define("zip-progress", ZipProgress);
