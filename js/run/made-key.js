// @ts-check
/** <project-key>: the key that was made because no passphrase or no salt was given, to be copied or saved. */
import { part } from "../page/dom.js";
import { save } from "../page/save-file.js";

const TITLE = "A key was made for this run";
const TITLE_SALT = "Your key: the passphrase with the salt that was made for it";

export class ProjectKey extends HTMLElement {
  #name = "";

  connectedCallback() {
    const field = part(this, "key", HTMLInputElement);
    const copy = part(this, "copy", HTMLButtonElement);
    field.addEventListener("focus", () => field.select());
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value).then(
        () => (copy.textContent = "Copied"),
        () => field.focus(), // no permission: it is selected, and can be copied by keyboard
      );
    });
    // One line with the key alone, as `dicom-deid run --passphrase-file` reads it.
    part(this, "save", HTMLButtonElement).addEventListener("click", () =>
      save(new Blob([`${field.value}\n`], { type: "text/plain" }), `${this.#name}-key.txt`),
    );
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["madeKey"], ({ madeKey }) => this.#show(madeKey));
  }

  /** @param {import("../state.js").MadeKey | null} made   null: a run was started with another passphrase */
  #show(made) {
    this.#name = made?.name ?? "";
    part(this, "key", HTMLInputElement).value = made?.passphrase ?? "";
    part(this, "copy", HTMLButtonElement).textContent = "Copy";
    part(this, "title", HTMLElement).textContent = made?.given ? TITLE_SALT : TITLE;
    part(this, "opens", HTMLElement).hidden = !made?.linkage;
    this.hidden = made === null;
  }
}

customElements.define("project-key", ProjectKey);
