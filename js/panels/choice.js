// @ts-check
/**
 * <study-choice>: the studies that were found, each with a checkbox: which of them take part.
 *
 * There can be thousands. Rows are made as far as somebody looks; what is chosen is kept apart from them.
 */
import { bytes, count, counted } from "../format.js";
import { copyOf, one, part, tell } from "../parts.js";

/** Rows that are made at once, and before anybody scrolls. */
const ROWS_AT_ONCE = 100;
/** So few studies need no search. */
const FEW_STUDIES = 12;

/**
 * @typedef {import("../../worker/protocol.js").StudyFound} StudyFound
 * @typedef {Pick<import("../../worker/protocol.js").Found, "studies" | "dicom" | "bytes">} Taking   what takes part
 */

export class StudyChoice extends HTMLElement {
  /** @type {StudyFound[]} */ #studies = [];
  /** @type {StudyFound[]} those that the search leaves */ #shown = [];
  /** @type {Set<number>} numbers of the studies that do not take part */ #leftOut = new Set();
  #end = new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) this.#more();
  });

  connectedCallback() {
    part(this, "all", HTMLButtonElement).addEventListener("click", () => this.#setShown(true));
    part(this, "none", HTMLButtonElement).addEventListener("click", () => this.#setShown(false));
    part(this, "search", HTMLInputElement).addEventListener("input", () => this.#search());
    this.#rows.addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement) this.#set(Number(target.value), target.checked);
      this.#told();
    });
  }

  /** Offers these studies; all take part. @param {StudyFound[]} studies */
  offer(studies) {
    this.#studies = studies;
    this.#leftOut.clear();
    part(this, "search", HTMLInputElement).value = "";
    part(this, "search-field", HTMLElement).hidden = studies.length <= FEW_STUDIES;
    part(this, "details", HTMLDetailsElement).open = false;
    this.hidden = studies.length < 2;
    this.#search();
    this.#summarise();
  }

  /** These take no part: so it was chosen when the run was begun. @param {number[]} leftOut */
  leave(leftOut) {
    this.#leftOut = new Set(leftOut);
    this.#search();
    this.#summarise();
  }

  /** While a run goes on the choice stands. @param {boolean} locked */
  lock(locked) {
    part(this, "fields", HTMLFieldSetElement).disabled = locked;
  }

  /** Numbers of the studies that do not take part. */
  get leftOut() {
    return [...this.#leftOut];
  }

  /** @returns {Taking} */
  get taking() {
    const studies = this.#studies.filter(({ study }) => !this.#leftOut.has(study));
    const sum = (/** @type {"files" | "bytes"} */ what) => studies.reduce((total, study) => total + study[what], 0);
    return { studies, dicom: sum("files"), bytes: sum("bytes") };
  }

  /** @param {number} study @param {boolean} taken */
  #set(study, taken) {
    if (taken) this.#leftOut.delete(study);
    else this.#leftOut.add(study);
  }

  /** @param {boolean} taken */
  #setShown(taken) {
    for (const { study } of this.#shown) this.#set(study, taken);
    for (const box of this.#rows.querySelectorAll("input")) box.checked = taken;
    this.#told();
  }

  #told() {
    this.#summarise();
    tell(this, "studies-chosen");
  }

  #summarise() {
    const { studies, dicom, bytes: size } = this.taking;
    const all = studies.length === this.#studies.length;
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
    this.#rows.append(...next.map((study) => row(study, !this.#leftOut.has(study.study))));
    const last = this.#rows.lastElementChild;
    if (last && this.#rows.children.length < this.#shown.length) this.#end.observe(last);
  }

  get #rows() {
    return part(this, "rows", HTMLElement);
  }
}

/** @param {StudyFound} study @param {boolean} taken */
function row(study, taken) {
  const made = copyOf("choice", HTMLLIElement);
  Object.assign(one(made, "input", HTMLInputElement), { value: study.study, checked: taken });
  one(made, ".study-name", HTMLElement).textContent = `Study ${count(study.study + 1)}`;
  one(made, ".study-folder", HTMLElement).textContent = study.folder;
  one(made, ".study-about", HTMLElement).textContent =
    `${study.modality}, ${counted(study.series, "series", "series")}, ${counted(study.files, "file")}, ${bytes(study.bytes)}`;
  return made;
}

customElements.define("study-choice", StudyChoice);
