// @ts-check
/** <linkage-opener>: a dialog that makes tables of a linkage file, and tells what is missing of it. */

import { copyOf, one, part } from "../page/dom.js";
import { counted } from "../page/format.js";
import { codeOf, noteOf } from "../page/problem.js";
import { save } from "../page/save-file.js";

/** The tables are deleted when the dialog is closed; a download that has begun is given so long to end. */
const DOWNLOAD_MILLISECONDS = 60_000;

/**
 * @typedef {import("../../worker/shared/protocol/files.js").Tables} Tables
 * @typedef {object} Opening   what the dialog asks for
 * @property {(file: File, passphrase: string) => Promise<Tables>} open   throws a Problem
 * @property {() => Promise<void>} forget   deletes the tables
 */

export class LinkageOpener extends HTMLElement {
  /** @type {Opening | null} */ #opening = null;
  /** @type {number | undefined} */ #forgetting;
  #saved = false;

  connectedCallback() {
    const dialog = part(this, "dialog", HTMLDialogElement);
    part(this, "open", HTMLButtonElement).addEventListener("click", () => dialog.showModal());
    part(this, "close", HTMLButtonElement).addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => this.#leave());
    const show = part(this, "show", HTMLButtonElement);
    show.addEventListener("click", () => this.#reveal(show.getAttribute("aria-pressed") !== "true"));
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#make();
    });
  }

  /** @param {Opening} opening */
  serve(opening) {
    this.#opening = opening;
  }

  async #make() {
    const [file] = part(this, "file", HTMLInputElement).files ?? [];
    if (!file || !this.#opening) return;
    clearTimeout(this.#forgetting);
    this.#begin(true);
    try {
      this.#show(await this.#opening.open(file, part(this, "passphrase", HTMLInputElement).value));
    } catch (error) {
      noteOf(this).show(codeOf(error));
    }
    this.#begin(false);
    if (!part(this, "dialog", HTMLDialogElement).open) this.#leave(); // it was closed meanwhile
  }

  /** @param {boolean} working */
  #begin(working) {
    part(this, "fields", HTMLFieldSetElement).disabled = working;
    part(this, "decrypt", HTMLButtonElement).disabled = working;
    part(this, "working", HTMLElement).hidden = !working;
    if (working) this.#clear();
  }

  #clear() {
    noteOf(this).clear();
    for (const name of ["warnings", "tables"]) part(this, name, HTMLElement).replaceChildren();
  }

  /** @param {Tables} made */
  #show({ tables, warnings }) {
    part(this, "warnings", HTMLElement).replaceChildren(...warnings.map(warning));
    part(this, "tables", HTMLElement).replaceChildren(...tables.map((table) => this.#item(table)));
  }

  /** @param {Tables["tables"][number]} table */
  #item({ name, rows, file }) {
    const item = copyOf("table", HTMLLIElement);
    one(item, "b", HTMLElement).textContent = name;
    one(item, ".hint", HTMLElement).textContent = counted(rows, "row");
    const button = one(item, "button", HTMLButtonElement);
    button.setAttribute("aria-label", `Download ${name}`);
    button.addEventListener("click", () => {
      this.#saved = true;
      save(file, name);
    });
    return item;
  }

  /** Nothing stays: neither the passphrase nor the tables. */
  #leave() {
    part(this, "form", HTMLFormElement).reset();
    this.#reveal(false);
    this.#clear();
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => this.#forget(), this.#saved ? DOWNLOAD_MILLISECONDS : 0);
  }

  #forget() {
    this.#saved = false;
    this.#opening?.forget();
  }

  /** @param {boolean} shown */
  #reveal(shown) {
    part(this, "show", HTMLButtonElement).setAttribute("aria-pressed", String(shown));
    part(this, "passphrase", HTMLInputElement).type = shown ? "text" : "password";
  }
}

/** @param {string} text */
function warning(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

customElements.define("linkage-opener", LinkageOpener);
