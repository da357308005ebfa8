// @ts-check
/** <make-thumbnails>: a dialog that has the frames of some series drawn, and tells how far it is and how it ended. */

import { send } from "../intents.js";
import { part } from "../page/dom.js";
import { count, counted, duration, perSecond } from "../page/format.js";
import { noteOf } from "../page/problem.js";
import { deriveKey, isWhole, NEWEST, OLDER } from "../page/project-key.js";
import { reason } from "../page/tables.js";
import { Thumbnails } from "./thumbnails.js";

/**
 * @typedef {import("../index/client.js").Catalogue} Catalogue
 * @typedef {import("./thumbnails.js").Summary} Summary
 * @typedef {() => Promise<import("../threads/imaging.js").Imaging>} Start   starts the worker that draws
 */

const OF_ORIGINALS = "They show originals, with all that can be seen in them, and go when the index is deleted.";

export class MakeThumbnails extends HTMLElement {
  /** @type {{catalogue: Catalogue, keys: string[], start: Start} | null} */ #asked = null;
  /** @type {AbortController | null} while they are drawn */ #drawing = null;

  connectedCallback() {
    const dialog = this.#dialog;
    part(this, "close", HTMLButtonElement).addEventListener("click", () => dialog.close());
    part(this, "cancel", HTMLButtonElement).addEventListener("click", () => this.#drawing?.abort());
    dialog.addEventListener("close", () => {
      this.#leave();
      send(this, "thumbnails-closed");
    });
    part(this, "hold-out", HTMLInputElement).addEventListener("change", () => this.#held());
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#make();
    });
  }

  get #dialog() {
    return part(this, "dialog", HTMLDialogElement);
  }

  /** Opens the dialog for some series. @param {Catalogue} catalogue @param {string[]} keys @param {Start} start */
  ask(catalogue, keys, start) {
    this.#asked = { catalogue, keys, start };
    const what = `A small picture of each frame of ${counted(keys.length, "series", "series")}, made once and kept beside the index in this browser.`;
    part(this, "about", HTMLElement).textContent = [what, catalogue.of.kind === "originals" && OF_ORIGINALS]
      .filter(Boolean)
      .join(" ");
    this.#dialog.showModal();
  }

  async #make() {
    if (!this.#asked || this.#drawing) return;
    const { catalogue, keys, start } = this.#asked;
    const thumbnails = new Thumbnails(catalogue, start);
    const drawing = new AbortController();
    this.#drawing = drawing;
    this.#working(true);
    try {
      const holdOut = await this.#holdOut();
      const report = (/** @type {import("./thumbnails.js").Farness} */ how) => this.#tell(how);
      this.#show(await thumbnails.make(keys, report, { signal: drawing.signal, holdOut }));
    } catch (error) {
      noteOf(this).showError(error);
    }
    thumbnails.close();
    this.#drawing = null;
    this.#working(false);
    part(this, "close", HTMLButtonElement).focus();
  }

  async #holdOut() {
    if (!part(this, "hold-out", HTMLInputElement).checked) return null;
    const passphrase = part(this, "passphrase", HTMLInputElement).value;
    const pseudonyms = isWhole(passphrase, false) ? NEWEST : OLDER;
    return {
      key: await deriveKey(passphrase),
      pseudonyms,
      part: part(this, "percent", HTMLInputElement).valueAsNumber / 100,
    };
  }

  /** @param {boolean} working */
  #working(working) {
    part(this, "fields", HTMLFieldSetElement).disabled = working;
    part(this, "make", HTMLButtonElement).hidden = working;
    part(this, "cancel", HTMLButtonElement).hidden = !working;
    part(this, "working", HTMLElement).hidden = !working;
    if (!working) return;
    part(this, "progress", HTMLProgressElement).removeAttribute("value");
    part(this, "far", HTMLElement).textContent = "Looking for what is not drawn yet…";
    part(this, "cancel", HTMLButtonElement).focus();
    this.#clear();
  }

  /** @param {import("./thumbnails.js").Farness} how */
  #tell({ files, of, frames }) {
    Object.assign(part(this, "progress", HTMLProgressElement), { max: of, value: files });
    part(this, "far", HTMLElement).textContent =
      `${count(files)} of ${counted(of, "file")}, ${counted(frames, "thumbnail")}`;
  }

  /** @param {Summary} summary */
  #show({ made, cancelled, missing, stages }) {
    const end = made > 0 ? `${counted(made, "thumbnail")} made.` : "Nothing was left to draw.";
    part(this, "end", HTMLElement).textContent = cancelled ? `Cancelled: ${counted(made, "thumbnail")} made.` : end;
    const rows = Object.entries(stages).map(([name, { items, seconds }]) => [
      name,
      count(items),
      duration(seconds),
      seconds > 0 ? perSecond(items / seconds) : "–",
    ]);
    part(this, "stages", HTMLTableSectionElement).replaceChildren(...rows.map(rowOf));
    part(this, "warnings", HTMLElement).replaceChildren(...missing.map(warningOf));
    part(this, "done", HTMLElement).hidden = false;
  }

  #clear() {
    noteOf(this).clear();
    part(this, "end", HTMLElement).textContent = "";
    part(this, "done", HTMLElement).hidden = true;
    part(this, "warnings", HTMLElement).replaceChildren();
  }

  #held() {
    const held = part(this, "hold-out", HTMLInputElement).checked;
    part(this, "held", HTMLFieldSetElement).hidden = !held;
    part(this, "held", HTMLFieldSetElement).disabled = !held;
  }

  /** Ends the drawing, and forgets the passphrase. */
  #leave() {
    this.#drawing?.abort();
    this.#asked = null;
    part(this, "form", HTMLFormElement).reset();
    this.#held();
    this.#clear();
  }
}

/** @param {string[]} cells   the first is a head */
function rowOf(cells) {
  const row = document.createElement("tr");
  for (const [at, text] of cells.entries()) {
    const cell = document.createElement(at === 0 ? "th" : "td");
    if (at === 0) cell.scope = "row";
    cell.textContent = text;
    row.append(cell);
  }
  return row;
}

/** @param {[string, number]} missing */
function warningOf([code, files]) {
  const item = document.createElement("li");
  const { sentence, remedy } = reason(code);
  item.textContent = `${counted(files, "file")}: ${sentence} ${remedy}`;
  return item;
}

customElements.define("make-thumbnails", MakeThumbnails);
