// @ts-check
/** <kept-index>: after a reload, says that there is an index of originals, which names patients, and offers it. */

import { part, tell } from "../page/dom.js";
import { bytes } from "../page/format.js";
import { spokenTime } from "./index-status.js";

export class KeptIndex extends HTMLElement {
  connectedCallback() {
    part(this, "search", HTMLButtonElement).addEventListener("click", () => tell(this, "search-kept"));
    part(this, "delete", HTMLButtonElement).addEventListener("click", () => tell(this, "delete-kept"));
  }

  /** @param {{bytes: number, updated: Date} | null} kept   null: nothing is offered */
  show(kept) {
    part(this, "notice", HTMLElement).hidden = kept === null;
    if (!kept) return;
    part(this, "text", HTMLElement).textContent =
      `You have an index of originals (${bytes(kept.bytes)}), last updated ${spokenTime(kept.updated)}. It names patients, and is in this browser alone.`;
  }
}

customElements.define("kept-index", KeptIndex);
