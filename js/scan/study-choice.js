// @ts-check
/**
 * <study-choice>: the studies that were found, each with a checkbox: which of them take part. Of some only single series
 * may, as the search chose them.
 *
 * There can be thousands. Rows are made as far as somebody looks; what is chosen is kept apart from them.
 */

import { copyOf, one, part, tell } from "../page/dom.js";
import { bytes, count, counted } from "../page/format.js";

/** Rows that are made at once, and before anybody scrolls. */
const ROWS_AT_ONCE = 100;
/** So few studies need no search. */
const FEW_STUDIES = 12;

/**
 * @typedef {import("../../worker/shared/protocol/files.js").StudyFound} StudyFound
 * @typedef {import("../../worker/shared/protocol/files.js").LeftOut} LeftOut
 * @typedef {Pick<import("../../worker/shared/protocol/files.js").Found, "studies" | "dicom" | "bytes">} Taking   what takes part
 */

export class StudyChoice extends HTMLElement {
  /** @type {StudyFound[]} */ #studies = [];
  /** @type {StudyFound[]} those that the search leaves */ #shown = [];
  /** @type {Set<number>} numbers of the studies that do not take part */ #leftOut = new Set();
  /** @type {Map<number, LeftOut["series"]>} series of other studies that do not, by the number of the study */
  #seriesLeft = new Map();
  #end = new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) this.#more();
  });

  connectedCallback() {
    part(this, "all", HTMLButtonElement).addEventListener("click", () => this.#setShown(true));
    part(this, "none", HTMLButtonElement).addEventListener("click", () => this.#setShown(false));
    part(this, "search", HTMLInputElement).addEventListener("input", () => this.#search());
    this.#rows.addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement) this.#set(Number(target.value), target.checked);
      this.#fill();
      this.#told();
    });
  }

  /** Offers these studies; all take part. @param {StudyFound[]} studies */
  offer(studies) {
    this.#studies = studies;
    this.#takeAll();
    part(this, "search", HTMLInputElement).value = "";
    part(this, "search-field", HTMLElement).hidden = studies.length <= FEW_STUDIES;
    part(this, "details", HTMLDetailsElement).open = false;
    this.#show();
  }

  /** This takes no part: so it was chosen by a search, or when the run was begun. @param {LeftOut} leftOut */
  leave({ studies, series }) {
    this.#takeAll();
    for (const study of studies) this.#leftOut.add(study);
    for (const one of series) this.#seriesLeft.set(one.study, [...(this.#seriesLeft.get(one.study) ?? []), one]);
    this.#show();
  }

  #show() {
    this.hidden = this.#studies.length < 2 && this.#seriesLeft.size === 0;
    this.#search();
    this.#summarise();
  }

  #takeAll() {
    this.#leftOut.clear();
    this.#seriesLeft.clear();
  }

  /** While a run goes on the choice stands. @param {boolean} locked */
  lock(locked) {
    part(this, "fields", HTMLFieldSetElement).disabled = locked;
  }

  /** What does not take part. @returns {LeftOut} */
  get leftOut() {
    return { studies: [...this.#leftOut], series: [...this.#seriesLeft.values()].flat() };
  }

  /** What takes part, with as much of each study as does. @returns {Taking} */
  get taking() {
    const studies = this.#studies.filter(({ study }) => !this.#leftOut.has(study)).map((study) => this.#part(study));
    const sum = (/** @type {"files" | "bytes"} */ what) => studies.reduce((total, study) => total + study[what], 0);
    return { studies, dicom: sum("files"), bytes: sum("bytes") };
  }

  /** @param {StudyFound} study @returns {StudyFound} */
  #part(study) {
    const left = this.#seriesLeft.get(study.study);
    if (!left) return study;
    const rest = (/** @type {"files" | "bytes"} */ what) => left.reduce((sum, one) => sum - one[what], study[what]);
    return { ...study, series: study.series - left.length, files: rest("files"), bytes: rest("bytes") };
  }

  /** @param {number} study @param {boolean} taken  the whole study, or none of it */
  #set(study, taken) {
    this.#seriesLeft.delete(study);
    if (taken) this.#leftOut.delete(study);
    else this.#leftOut.add(study);
  }

  /** @param {boolean} taken */
  #setShown(taken) {
    for (const { study } of this.#shown) this.#set(study, taken);
    this.#fill();
    this.#told();
  }

  #told() {
    this.#summarise();
    tell(this, "studies-chosen");
  }

  #summarise() {
    const { studies, dicom, bytes: size } = this.taking;
    const all = this.#leftOut.size + this.#seriesLeft.size === 0;
    part(this, "tally", HTMLElement).textContent = all
      ? `all ${count(studies.length)}`
      : `${count(studies.length)} of ${count(this.#studies.length)}: ${counted(dicom, "file")}, ${bytes(size)}`;
  }

  /** Shows the studies that hold all words that were typed. */
  #search() {
    const words = part(this, "search", HTMLInputElement).value.toLowerCase().split(/\s+/).filter(Boolean);
    this.#shown = this.#studies.filter((study) => {
      const text = `${study.folder} ${study.modality}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    part(this, "nothing", HTMLElement).hidden = this.#shown.length > 0;
    this.#rows.replaceChildren();
    this.#more();
  }

  /** Makes the next rows, when the last one comes into sight. */
  #more() {
    this.#end.disconnect();
    const made = this.#rows.children.length;
    const next = this.#shown.slice(made, made + ROWS_AT_ONCE);
    this.#rows.append(...next.map(() => copyOf("choice", HTMLLIElement)));
    this.#fill(made);
    const last = this.#rows.lastElementChild;
    if (last && this.#rows.children.length < this.#shown.length) this.#end.observe(last);
  }

  /** Writes the rows that there are, or those from one on. @param {number} [first] */
  #fill(first = 0) {
    for (const [at, row] of [...this.#rows.children].slice(first).entries()) this.#write(row, this.#shown[first + at]);
  }

  /** @param {Element} row @param {StudyFound} study */
  #write(row, study) {
    const { series, files, bytes: size } = this.#part(study);
    const partly = this.#seriesLeft.has(study.study);
    const checked = !partly && !this.#leftOut.has(study.study);
    Object.assign(one(row, "input", HTMLInputElement), { value: study.study, checked, indeterminate: partly });
    one(row, ".study-name", HTMLElement).textContent = `Study ${count(study.study + 1)}`;
    one(row, ".study-folder", HTMLElement).textContent = study.folder;
    const some = partly ? `${count(series)} of ` : "";
    one(row, ".study-about", HTMLElement).textContent =
      `${study.modality}, ${some}${counted(study.series, "series", "series")}, ${counted(files, "file")}, ${bytes(size)}`;
  }

  get #rows() {
    return part(this, "rows", HTMLElement);
  }
}

customElements.define("study-choice", StudyChoice);
