// @ts-check
/**
 * <project-key>: the key that was made because no passphrase or no salt was given, to be copied or saved. Until it is, it
 * stands first in the results, too, when the run has ended.
 */
import { send } from "../intents.js";
import { one, part } from "../page/dom.js";
import { save } from "../page/save-file.js";
import { hasKeyToKeep } from "../state.js";

const TITLE = "A key was made for this run";
const TITLE_SALT = "Your key: the passphrase with the salt that was made for it";

export class ProjectKey extends HTMLElement {
  #name = "";
  #wired = false;

  connectedCallback() {
    if (this.#wired) return; // it was moved
    this.#wired = true;
    const field = part(this, "key", HTMLInputElement);
    const copy = part(this, "copy", HTMLButtonElement);
    field.addEventListener("focus", () => field.select());
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value).then(
        () => {
          copy.textContent = "Copied";
          this.#kept("Copied");
        },
        () => field.focus(), // no permission: it is selected, and can be copied by keyboard
      );
    });
    // One line with the key alone, as `dicom-deid run --passphrase-file` reads it.
    part(this, "save", HTMLButtonElement).addEventListener("click", () => {
      save(new Blob([`${field.value}\n`], { type: "text/plain" }), `${this.#name}-key.txt`);
      this.#kept("It is saved");
    });
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["madeKey"], ({ madeKey }) => this.#show(madeKey));
    store.subscribe(["phase", "madeKey", "keyKept"], (state) => {
      const first = state.phase === "finished" && hasKeyToKeep(state);
      part(this, "lost", HTMLElement).hidden = !first;
      const place = one(document, `[data-key-place="${first ? "results" : "run"}"]`, HTMLElement);
      if (this.parentElement !== place && !this.contains(document.activeElement)) place.append(this);
    });
  }

  /** The person has it now. @param {string} said */
  #kept(said) {
    part(this, "spoken", HTMLElement).textContent = said;
    send(this, "key-kept");
  }

  /** @param {import("../state.js").MadeKey | null} made   null: a run was started with another passphrase */
  #show(made) {
    this.#name = made?.name ?? "";
    part(this, "spoken", HTMLElement).textContent = "";
    part(this, "key", HTMLInputElement).value = made?.passphrase ?? "";
    part(this, "copy", HTMLButtonElement).textContent = "Copy";
    part(this, "title", HTMLElement).textContent = made?.given ? TITLE_SALT : TITLE;
    part(this, "opens", HTMLElement).hidden = !made?.linkage;
    this.hidden = made === null;
  }
}

customElements.define("project-key", ProjectKey);
