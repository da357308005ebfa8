// @ts-check
/** <kept-index>: after a reload, says that there is an index of originals, which names patients, and offers it. */

import { send } from "../intents.js";
import { part } from "../page/dom.js";
import { bytes } from "../page/format.js";
import { spokenTime } from "./index-status.js";

export class KeptIndex extends HTMLElement {
  connectedCallback() {
    part(this, "search", HTMLButtonElement).addEventListener("click", () => send(this, "search-kept"));
    part(this, "delete", HTMLButtonElement).addEventListener("click", () => send(this, "delete-kept"));
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["kept", "pick"], ({ kept, pick }) => this.#show(pick ? null : kept));
  }

  /** @param {import("../state.js").State["kept"]} kept   null: nothing is offered */
  #show(kept) {
    part(this, "notice", HTMLElement).hidden = kept === null;
    if (!kept) return;
    part(this, "text", HTMLElement).textContent =
      `You have an index of originals (${bytes(kept.bytes)}), last updated ${spokenTime(kept.updated)}. It names patients, and is in this browser alone.`;
  }
}

customElements.define("kept-index", KeptIndex);
