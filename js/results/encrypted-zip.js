// @ts-check
/** <encrypted-zip>: a dialog that makes an encrypted ZIP of a run, and shows its passphrase once. */

import { on } from "../intents.js";
import { one, part } from "../page/dom.js";
import { codeOf, noteOf } from "../page/problem.js";
import { randomLetters } from "../page/random-letters.js";
import { ZipProgress } from "./zip-progress.js";

/** Of a passphrase: the format derives its keys with few rounds, so it has to be long. */
const BITS = 120;
const CLOSE = "Close";
const CLOSE_KEPT = "I have the passphrase: close";

/** @typedef {(name: string, passphrase: string) => Promise<void>} Make   makes the ZIP of a run and saves it */

export class EncryptedZip extends HTMLElement {
  #name = "";
  /** A ZIP has been begun, so that the passphrase is needed. */
  #begun = false;
  /** @type {Make | null} */ #make = null;

  connectedCallback() {
    const dialog = part(this, "dialog", HTMLDialogElement);
    const field = part(this, "passphrase", HTMLInputElement);
    field.addEventListener("focus", () => field.select());
    part(this, "copy", HTMLButtonElement).addEventListener("click", () => this.#copy(field));
    part(this, "make", HTMLButtonElement).addEventListener("click", () => this.#begin());
    part(this, "close", HTMLButtonElement).addEventListener("click", () => dialog.close());
    dialog.addEventListener("cancel", (event) => {
      if (!this.#begun) return;
      event.preventDefault(); // a key that slipped must not lose it
      part(this, "close", HTMLButtonElement).focus();
    });
    dialog.addEventListener("close", () => this.#clear());
    part(this, "bits", HTMLElement).textContent = String(BITS);
  }

  /** @param {import("../state.js").Store} store @param {Make} make */
  follow(store, make) {
    this.#make = make;
    on("encrypt-zip", (name) => this.#open(name));
    store.subscribe(["packing"], ({ packing }) => {
      part(this, "make", HTMLButtonElement).disabled = Object.keys(packing).length > 0; // one after the other
    });
    one(this, "zip-progress", ZipProgress).follow(store, "encrypted");
  }

  /** @param {string} name   of the run */
  #open(name) {
    this.#clear();
    this.#name = name;
    part(this, "passphrase", HTMLInputElement).value = randomLetters(BITS);
    part(this, "dialog", HTMLDialogElement).showModal();
  }

  async #begin() {
    if (!this.#make) return;
    this.#begun = true;
    noteOf(this).clear();
    const [name, { value }] = [this.#name, part(this, "passphrase", HTMLInputElement)];
    part(this, "close", HTMLButtonElement).textContent = CLOSE_KEPT;
    part(this, "saved", HTMLElement).textContent = "";
    try {
      await this.#make(name, value);
      this.#say(value, "The ZIP is made, and the browser saves it.");
    } catch (error) {
      if (this.#isShown(value)) noteOf(this).show(codeOf(error, "NOT_SAVED"));
    }
  }

  /** Says it where the passphrase still stands: the dialog may have been closed. @param {string} passphrase @param {string} text */
  #say(passphrase, text) {
    if (this.#isShown(passphrase)) part(this, "saved", HTMLElement).textContent = text;
  }

  /** @param {string} passphrase */
  #isShown(passphrase) {
    return part(this, "passphrase", HTMLInputElement).value === passphrase;
  }

  /** @param {HTMLInputElement} field */
  async #copy(field) {
    await navigator.clipboard.writeText(field.value).then(
      () => {
        part(this, "copy", HTMLButtonElement).textContent = "Copied";
        part(this, "spoken", HTMLElement).textContent = "Copied";
      },
      () => field.focus(), // no permission: it is selected, and can be copied by keyboard
    );
  }

  /** Nothing of it stays. */
  #clear() {
    this.#begun = false;
    part(this, "passphrase", HTMLInputElement).value = "";
    part(this, "copy", HTMLButtonElement).textContent = "Copy";
    part(this, "close", HTMLButtonElement).textContent = CLOSE;
    for (const name of ["saved", "spoken"]) part(this, name, HTMLElement).textContent = "";
    noteOf(this).clear();
  }
}

customElements.define("encrypted-zip", EncryptedZip);
