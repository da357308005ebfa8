// @ts-check
/**
 * <study-rows>: a row per study with its own progress. A folder can hold thousands of studies, so the rows are few and
 * are filled anew: those being worked on first, then those to come, then those that are done.
 */

import { copyOf, one, part } from "../page/dom.js";
import { bytes, count, counted } from "../page/format.js";

/** @typedef {import("../../worker/shared/protocol/files.js").StudyFound} StudyFound */

/** Rows on the page at most. */
const MOST_ROWS = 200;
/** So few studies stay in their order: rows that move are harder to follow than a short list. */
const FEW_STUDIES = 12;
/** Least time between two paintings, in milliseconds. */
const PAINT_MILLISECONDS = 250;

export class StudyRows extends HTMLElement {
  /** @type {StudyFound[]} */
  #studies = [];
  /** @type {number[]} files done, by the number of the study; sparse */
  #done = [];
  /** @type {HTMLLIElement[]} */
  #rows = [];
  #painted = 0;
  /** @type {number | undefined} */
  #timer;

  /** @param {StudyFound[]} studies */
  begin(studies) {
    this.#done = [];
    this.#rows = [];
    part(this, "rows", HTMLElement).replaceChildren();
    part(this, "details", HTMLDetailsElement).open = true;
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

  /** @param {{study: number, done: number, total: number}[]} changes */
  update(changes) {
    for (const { study, done } of changes) this.#done[study] = done;
    const wait = this.#painted + PAINT_MILLISECONDS - performance.now();
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
    for (const [index, study] of this.#order().entries()) fill(this.#rows[index], study, this.#doneOf(study.study));
  }

  /** @param {number} study */
  #doneOf(study) {
    return this.#done[study] ?? 0;
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
 * @param {number} done
 */
function fill(row, study, done) {
  const key = `${study.study} ${done} ${study.files} ${study.series}`;
  if (row.dataset.key === key) return;
  row.dataset.key = key;
  const name = `Study ${count(study.study + 1)}`;
  const about = [study.modality, counted(study.series, "series", "series"), bytes(study.bytes), study.folder];
  one(row, ".study-name", HTMLElement).textContent = name;
  one(row, ".study-about", HTMLElement).textContent = about.filter(Boolean).join(", ");
  one(row, ".study-count", HTMLElement).textContent = `${count(done)} / ${count(study.files)}`;
  const progress = one(row, "progress", HTMLProgressElement);
  progress.setAttribute("aria-label", name);
  Object.assign(progress, { max: study.files, value: done });
  row.classList.toggle("complete", done >= study.files);
}

customElements.define("study-rows", StudyRows);
