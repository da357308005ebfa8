// @ts-check
/** <sample-picker>: which file of what was found a policy is tried on: its study, its series, its number. */

import { send } from "../intents.js";
import { part } from "../page/dom.js";
import { count, counted } from "../page/format.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").Found} Found
 * @typedef {import("../../worker/shared/protocol/files.js").Sample} Sample
 * @typedef {Pick<import("../threads/files.js").Files, "series" | "sample">} Files
 */

export class SamplePicker extends HTMLElement {
  /** @type {Files | null} */ #files = null;
  /** @type {Sample | null} the file that is chosen */ #sample = null;
  #turn = 0;

  connectedCallback() {
    part(this, "study", HTMLSelectElement).addEventListener("change", () => this.#chooseStudy());
    part(this, "series", HTMLSelectElement).addEventListener("change", () => this.#chooseSeries());
    const number = part(this, "number", HTMLInputElement);
    number.addEventListener("change", () => this.#choose());
    part(this, "look", HTMLButtonElement).addEventListener("click", () => this.#look());
    for (const [name, step] of /** @type {const} */ ([
      ["previous", -1],
      ["next", 1],
    ])) {
      part(this, name, HTMLButtonElement).addEventListener("click", () => {
        number.value = String(Number(number.value) + step);
        this.#choose();
      });
    }
  }

  #look() {
    const [study, series] = ["study", "series"].map((name) => Number(part(this, name, HTMLSelectElement).value));
    send(this, "look-at", { study, series, index: this.#sample?.index ?? null });
  }

  /** @param {Files} files @param {Found} found */
  async offer(files, found) {
    this.#files = files;
    const studies = found.studies.filter((study) => study.files > 0);
    fill(part(this, "study", HTMLSelectElement), studies, ({ study, modality, files: number }) => [
      study,
      `Study ${study + 1}: ${modality}, ${counted(number, "file")}`,
    ]);
    await this.#chooseStudy();
  }

  async #chooseStudy() {
    const turn = this.#begin();
    // Steps would go on from the study that was chosen before.
    for (const name of ["previous", "next"]) part(this, name, HTMLButtonElement).disabled = true;
    part(this, "number", HTMLInputElement).disabled = true;
    const found = (await this.#files?.series(Number(part(this, "study", HTMLSelectElement).value))) ?? [];
    if (turn !== this.#turn) return;
    const select = part(this, "series", HTMLSelectElement);
    fill(select, found, ({ series, files, path }, number) => [
      series,
      `Series ${number + 1}: ${counted(files, "file")}${folderOf(path)}`,
    ]);
    for (const [number, { files }] of found.entries()) select.options[number].dataset.files = String(files);
    await this.#chooseSeries();
  }

  async #chooseSeries() {
    const files = Number(part(this, "series", HTMLSelectElement).selectedOptions[0]?.dataset.files ?? 0);
    const number = part(this, "number", HTMLInputElement);
    number.max = String(files);
    number.value = "1";
    part(this, "of", HTMLElement).textContent = `of ${count(files)}`;
    await this.#choose();
  }

  /** Begins a choice, which ends what was begun before. */
  #begin() {
    this.ariaBusy = "true";
    return ++this.#turn;
  }

  async #choose() {
    const turn = this.#begin();
    const number = part(this, "number", HTMLInputElement);
    number.disabled = false;
    const most = Number(number.max);
    const at = Math.min(Math.max(Math.trunc(Number(number.value)) || 1, 1), most);
    number.value = String(at);
    part(this, "previous", HTMLButtonElement).disabled = at <= 1;
    part(this, "next", HTMLButtonElement).disabled = at >= most;
    const [study, series] = ["study", "series"].map((name) => Number(part(this, name, HTMLSelectElement).value));
    const sample = most > 0 ? ((await this.#files?.sample(study, series, at - 1)) ?? null) : null;
    if (turn !== this.#turn) return;
    this.#sample = sample;
    this.ariaBusy = null;
    part(this, "path", HTMLElement).textContent = sample?.path ?? "";
    send(this, "sample-chosen", sample);
  }
}

/**
 * @template T
 * @param {HTMLSelectElement} select
 * @param {T[]} entries
 * @param {(entry: T, at: number) => [number, string]} words   the option's value and text
 */
function fill(select, entries, words) {
  const options = entries.map((entry, at) => {
    const [value, text] = words(entry, at);
    return new Option(text, String(value));
  });
  select.replaceChildren(...options);
  select.disabled = options.length < 2;
}

/** The folder that a path lies in, to tell series apart. @param {string} path */
function folderOf(path) {
  const folder = path.split("/").slice(0, -1).join("/");
  return folder && `, in ${folder}`;
}

customElements.define("sample-picker", SamplePicker);
