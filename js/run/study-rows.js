// @ts-check
/**
 * <study-rows>: a row per study with its own progress. A folder can hold thousands of studies, so the rows are few and
 * are filled anew: those being worked on first, then those to come, then those that are done.
 */

import { copyOf, one, part } from "../page/dom.js";
import { bytes, count, counted } from "../page/format.js";
import { outcomes } from "../page/outcome.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").StudyFound} StudyFound
 * @typedef {import("../../worker/shared/protocol/files.js").StudyProgress} StudyProgress
 */

/** Rows on the page at most. */
const MOST_ROWS = 200;
/** So few studies stay in their order: rows that move are harder to follow than a short list. */
const FEW_STUDIES = 12;
/** Least time between two paintings, in milliseconds: of few rows, and of many, which move. */
const [PAINT_MILLISECONDS, PAINT_MANY_MILLISECONDS] = [250, 1000];

export class StudyRows extends HTMLElement {
  /** @type {StudyFound[]} */
  #studies = [];
  /** @type {StudyProgress[]} by the number of the study; sparse */
  #done = [];
  /** @type {HTMLLIElement[]} */
  #rows = [];
  #painted = 0;
  /** @type {number | undefined} */
  #timer;
  #nameless = false;

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["namesHidden"], ({ namesHidden }) => {
      this.#nameless = namesHidden;
      this.#paint();
    });
  }

  /** @param {StudyFound[]} studies */
  begin(studies) {
    this.#done = [];
    part(this, "details", HTMLDetailsElement).open = true;
    this.choose(studies);
  }

  /** Other studies take part than was thought; what was told of them stays. @param {StudyFound[]} studies */
  choose(studies) {
    this.#rows = [];
    part(this, "rows", HTMLElement).replaceChildren();
    this.grow(studies);
    this.#paint();
  }

  /** More was found: these are the studies now. @param {StudyFound[]} studies */
  grow(studies) {
    this.#studies = studies;
    const rows = Math.min(studies.length, MOST_ROWS) - this.#rows.length;
    const added = Array.from({ length: rows }, () => copyOf("study", HTMLLIElement));
    this.#rows.push(...added);
    part(this, "rows", HTMLElement).append(...added);
    const more = part(this, "more", HTMLElement);
    more.hidden = studies.length <= MOST_ROWS;
    more.textContent = `and ${counted(studies.length - MOST_ROWS, "more study", "more studies")}`;
    this.update([]);
  }

  /** @param {StudyProgress[]} changes */
  update(changes) {
    for (const change of changes) this.#done[change.study] = change;
    const pause = this.#studies.length > FEW_STUDIES ? PAINT_MANY_MILLISECONDS : PAINT_MILLISECONDS;
    const wait = this.#painted + pause - performance.now();
    if (wait <= 0) this.#paint();
    else this.#timer ??= setTimeout(() => this.#paint(), wait);
  }

  end() {
    part(this, "details", HTMLDetailsElement).open = false;
    this.#paint();
  }

  #paint() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#painted = performance.now();
    const finished = this.#studies.filter(({ study, files }) => this.#doneOf(study) >= files).length;
    part(this, "title", HTMLElement).textContent = `Studies: ${count(finished)} of ${count(this.#studies.length)} done`;
    for (const [index, study] of this.#order().entries())
      fill(this.#rows[index], study, this.#done[study.study], this.#nameless);
  }

  /** @param {number} study */
  #doneOf(study) {
    return this.#done[study]?.done ?? 0;
  }

  #order() {
    if (this.#studies.length <= FEW_STUDIES) return this.#studies;
    /** @type {StudyFound[][]} active, to come, done */
    const groups = [[], [], []];
    for (const study of this.#studies) {
      const done = this.#doneOf(study.study);
      const group = done >= study.files ? 2 : done > 0 ? 0 : 1;
      if (groups[group].length < MOST_ROWS) groups[group].push(study);
    }
    return groups.flat().slice(0, MOST_ROWS);
  }
}

/**
 * Writes only what changed: a row that stands still costs nothing.
 * @param {HTMLLIElement} row
 * @param {StudyFound} study
 * @param {StudyProgress | undefined} progress   undefined: none of it is done
 * @param {boolean} nameless   what can name the patient is not shown
 */
function fill(row, study, progress, nameless) {
  const counts = { written: 0, withheld: 0, skipped: 0, failed: 0, ...progress?.counts };
  const done = progress?.done ?? 0;
  const key = [study.study, study.files, study.series, ...Object.values(counts), nameless].join(" ");
  if (row.dataset.key === key) return;
  row.dataset.key = key;
  const name = `Study ${count(study.study + 1)}`;
  const { patient, date, description } = study.about;
  const names = nameless ? [] : [patient, date, description];
  const sizes = [study.modality, counted(study.series, "series", "series"), bytes(study.bytes)];
  const about = [...names, ...sizes, nameless ? "" : study.folder];
  one(row, ".study-name", HTMLElement).textContent = name;
  one(row, ".study-about", HTMLElement).textContent = about.filter(Boolean).join(", ");
  const ended = done >= study.files;
  const words = outcomes(counts);
  one(row, ".study-count", HTMLElement).textContent = ended
    ? words.join(", ") || "0 files"
    : `${count(done)} / ${count(study.files)}`;
  row.dataset.end = ended ? (counts.written >= study.files ? "whole" : "partly") : "";
  const bar = one(row, ".study-bar", HTMLElement);
  const parts = { ...counts, open: Math.max(0, study.files - done) };
  for (const [status, files] of Object.entries(parts)) {
    const part = one(bar, `[data-status="${status}"]`, HTMLElement);
    part.style.flexGrow = String(files);
    part.toggleAttribute("data-some", files > 0);
  }
  bar.setAttribute("aria-label", name);
  const spoken = [`${count(done)} of ${counted(study.files, "file")} done`, ...(done > 0 ? words : [])].join(", ");
  for (const [attribute, value] of /** @type {const} */ ([
    ["aria-valuemax", study.files],
    ["aria-valuenow", done],
    ["aria-valuetext", spoken],
  ]))
    bar.setAttribute(attribute, String(value));
}

customElements.define("study-rows", StudyRows);
