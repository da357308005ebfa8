// @ts-check
/** <earlier-key>: says whether the key is that of a run that this browser keeps, when it is asked. */

import { send } from "../intents.js";
import { part } from "../page/dom.js";
import { whichOf } from "../results/stored-runs.js";

/** @typedef {import("../state.js").EarlierKey} EarlierKey */

export class EarlierKeyAnswer extends HTMLElement {
  connectedCallback() {
    part(this, "compare", HTMLButtonElement).addEventListener("click", () => send(this, "compare-key"));
    part(this, "take", HTMLButtonElement).addEventListener("click", () => {
      send(this, "take-salt");
      part(this, "compare", HTMLButtonElement).focus(); // the button goes
    });
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["runs", "passphrase", "earlierKey"], ({ runs, passphrase, earlierKey }) => {
      this.hidden = passphrase === "" || !runs.some(({ key }) => key);
      this.#show(earlierKey?.passphrase === passphrase ? earlierKey : null);
    });
  }

  /** @param {EarlierKey | null} answer   null: nobody has asked about this passphrase */
  #show(answer) {
    part(this, "take", HTMLButtonElement).hidden = !answer?.salt;
    part(this, "answer", HTMLElement).textContent = answer && wordsOf(answer);
  }
}

/** @param {EarlierKey} answer */
export function wordsOf({ comparing, run, salt }) {
  if (comparing) return "Comparing…";
  if (!run) return "No run that this browser keeps has this key.";
  const which = whichOf(run);
  if (salt) return `With the salt of ${which} it is the key of that run. Without it, patients get other pseudonyms.`;
  return `The same key as ${which}: patients get the same pseudonyms.`;
}

customElements.define("earlier-key", EarlierKeyAnswer);
