// @ts-check
/**
 * <study-choice>: the studies that were found, each with a checkbox: which of them take part. Of some only single series
 * may, as the search chose them.
 *
 * There can be thousands. Rows are made as far as somebody looks; what is chosen is kept apart from them.
 */

import { studyForecast } from "../forecast/words.js";
import { send } from "../intents.js";
import { copyOf, one, part } from "../page/dom.js";
import { bytes, count, counted } from "../page/format.js";
import { cameOf } from "../page/outcome.js";
import { NONE_LEFT_OUT } from "../state.js";
import { Choice } from "./taking.js";

/** Rows that are made at once, and before anybody scrolls. */
const ROWS_AT_ONCE = 100;
/** So few studies need no search. */
const FEW_STUDIES = 12;

/** @typedef {import("../../worker/shared/protocol/files.js").StudyFound} StudyFound */

export class StudyChoice extends HTMLElement {
  /** @type {StudyFound[]} */ #studies = [];
  /** @type {StudyFound[]} those that the search leaves */ #shown = [];
  /** @type {Readonly<import("../state.js").State> | null} */ #state = null;
  /** @type {Map<number, import("../../worker/shared/protocol/files.js").StudySummary>} what came of each, when a run has ended */
  #came = new Map();
  #choice = new Choice(NONE_LEFT_OUT);
  /** Choice that was made here last: the rows show it already. */ #sent = NONE_LEFT_OUT;
  #end = new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) this.#more();
  });

  connectedCallback() {
    part(this, "all", HTMLButtonElement).addEventListener("click", () => this.#setShown(true));
    part(this, "none", HTMLButtonElement).addEventListener("click", () => this.#setShown(false));
    part(this, "search", HTMLInputElement).addEventListener("input", () => this.#search());
    part(this, "names", HTMLButtonElement).addEventListener("click", () =>
      send(this, "names-hidden", !this.#state?.namesHidden),
    );
    this.#rows.addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement) this.#set([Number(target.value)], target.checked);
    });
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["found", "leftOut"], (state, changed) => {
      const { found, leftOut } = state;
      this.#state = state;
      this.#choice = new Choice(leftOut);
      if (changed.has("found")) this.#offer(found?.studies ?? []);
      else if (leftOut !== this.#sent) this.#show();
      else this.#summarise();
    });
    store.subscribe(["modalities", "namesHidden"], (state, changed) => {
      this.#state = state;
      this.toggleAttribute("data-nameless", state.namesHidden);
      part(this, "names", HTMLButtonElement).ariaPressed = String(state.namesHidden);
      if (changed.has("modalities") && state.modalities.length > 0)
        part(this, "details", HTMLDetailsElement).open = true;
      this.#search();
    });
    store.subscribe(["forecast", "results"], (state) => {
      this.#state = state;
      this.#came = new Map(state.results?.studies.map((one) => [one.study, one]));
      this.#fill();
    });
    store.subscribe(["phase"], ({ phase }) => {
      const stands = phase !== "ready"; // while a run goes on
      part(this, "fields", HTMLFieldSetElement).disabled = stands;
      for (const box of this.#rows.querySelectorAll("input")) box.disabled = stands;
      // Without a checkbox that takes the keyboard, the list is scrolled by keys itself.
      if (stands) this.#rows.setAttribute("tabindex", "0");
      else this.#rows.removeAttribute("tabindex");
    });
  }

  /** @param {StudyFound[]} studies */
  #offer(studies) {
    this.#studies = studies;
    part(this, "search", HTMLInputElement).value = "";
    part(this, "search-field", HTMLElement).hidden = studies.length <= FEW_STUDIES;
    part(this, "details", HTMLDetailsElement).open = false;
    this.#show();
  }

  #show() {
    this.hidden = this.#studies.length < 2 && !this.#choice.hasParts;
    this.#search();
    this.#summarise();
  }

  /** @param {boolean} taken   all that are in the list, or none of them */
  #setShown(taken) {
    this.#set(
      this.#shown.map(({ study }) => study),
      taken,
    );
  }

  /** @param {number[]} studies @param {boolean} taken   as a whole, or not at all */
  #set(studies, taken) {
    this.#sent = this.#choice.with(studies, taken);
    this.#choice = new Choice(this.#sent);
    this.#fill();
    send(this, "studies-chosen", this.#sent);
  }

  #summarise() {
    const { studies, dicom, bytes: size } = this.#choice.taking(this.#studies);
    part(this, "tally", HTMLElement).textContent = this.#choice.isAll
      ? `all ${count(studies.length)}`
      : `${count(studies.length)} of ${count(this.#studies.length)}: ${counted(dicom, "file")}, ${bytes(size)}`;
  }

  /** Shows the studies that hold all words that were typed. */
  #search() {
    const words = part(this, "search", HTMLInputElement).value.toLowerCase().split(/\s+/).filter(Boolean);
    const { modalities = [], namesHidden = false } = this.#state ?? {};
    this.#shown = this.#studies.filter(
      (study) => isOf(study, modalities) && words.every((word) => holds(study, word, namesHidden)),
    );
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
    const { series, files, bytes: size } = this.#choice.partOf(study);
    const partly = this.#choice.isPart(study.study);
    const checked = this.#choice.isWhole(study.study);
    const { disabled } = part(this, "fields", HTMLFieldSetElement);
    const box = { value: study.study, checked, indeterminate: partly, disabled };
    Object.assign(one(row, "input", HTMLInputElement), box);
    const { patient, date, description } = study.about;
    one(row, ".study-name", HTMLElement).textContent = `Study ${count(study.study + 1)}`;
    one(row, ".study-patient b", HTMLElement).textContent = patient;
    one(row, ".whole", HTMLElement).textContent = date;
    one(row, ".study-description", HTMLElement).textContent = description;
    one(row, ".study-folder", HTMLElement).textContent = study.folder;
    this.#foretell(one(row, ".study-forecast", HTMLElement), study, checked || partly);
    const some = partly ? `${count(series)} of ` : "";
    one(row, ".study-about", HTMLElement).textContent =
      `${study.modality}, ${some}${counted(study.series, "series", "series")}, ${counted(files, "file")}, ${bytes(size)}`;
  }

  /** What will become of a study that takes part; after the run, what came of it. @param {HTMLElement} where @param {StudyFound} study @param {boolean} taken */
  #foretell(where, study, taken) {
    const { words, short } = taken ? this.#outcome(study) : { words: "", short: false };
    where.textContent = words;
    where.toggleAttribute("data-short", short);
  }

  /** @param {StudyFound} study @returns {{words: string, short: boolean}} */
  #outcome(study) {
    const { forecast, results, order } = this.#state ?? {};
    const part = this.#choice.partOf(study);
    if (results) return cameOf(this.#came.get(study.study), order?.only ? 0 : part.files);
    return forecast ? studyForecast(forecast, part) : { words: "", short: false };
  }

  get #rows() {
    return part(this, "rows", HTMLElement);
  }
}

/** Whether a study has one of these modalities; none: any will do. @param {StudyFound} study @param {string[]} modalities */
function isOf({ modality }, modalities) {
  const own = modality.split("/");
  return modalities.length === 0 || modalities.some((chosen) => own.includes(chosen));
}

/** Whether a word stands in what is shown of a study. @param {StudyFound} study @param {string} word @param {boolean} nameless */
function holds({ folder, modality, about: { patient, date, description } }, word, nameless) {
  const texts = nameless ? [folder, modality] : [folder, modality, patient, description];
  return (
    texts.some((text) => text.toLowerCase().includes(word)) || (!nameless && isDate(word) && date.startsWith(word))
  );
}

/** @param {string} word */
const isDate = (word) => /^\d{4}[-\d]*$/.test(word);

customElements.define("study-choice", StudyChoice);
