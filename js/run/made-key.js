// @ts-check
/** <project-key>: the key that was made because no passphrase was given, to be copied or saved. */
import { part } from "../page/dom.js";
import { save } from "../page/save-file.js";

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

  /** @param {string} passphrase @param {string} name  of the run @param {boolean} linkage  whether it has one */
  show(passphrase, name, linkage) {
    this.#name = name;
    part(this, "key", HTMLInputElement).value = passphrase;
    part(this, "copy", HTMLButtonElement).textContent = "Copy";
    part(this, "opens", HTMLElement).hidden = !linkage;
    this.hidden = false;
  }

  /** The key of an earlier run goes when another passphrase is used. @param {string} passphrase */
  keepFor(passphrase) {
    if (part(this, "key", HTMLInputElement).value === passphrase) return;
    part(this, "key", HTMLInputElement).value = "";
    this.hidden = true;
  }
}

customElements.define("project-key", ProjectKey);
