// @ts-check
/**
 * <patient-list>: what came of each patient's files in the run that has ended, those with something missing first; each is
 * opened to its studies. There can be thousands: rows are made as far as somebody looks.
 */

import { copyOf, one } from "../page/dom.js";
import { count, counted } from "../page/format.js";
import { cameOf, outcomes } from "../page/outcome.js";
import { patientsOf } from "./patients.js";

/** Rows that are made at once, and before anybody scrolls. */
const ROWS_AT_ONCE = 100;
/** So few are shown at once, if something is missing. */
const FEW_PATIENTS = 12;

/**
 * @typedef {import("./patients.js").Patient} Patient
 * @typedef {import("../../worker/shared/protocol/files.js").RunSummary} RunSummary
 * @typedef {{patient: Patient, words: string, short: boolean}} Row
 */

export class PatientList extends HTMLElement {
  /** @type {Row[]} */ #rows = [];
  #end = new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) this.#more();
  });

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["results"], ({ results, found }) => this.#show(results, found?.studies ?? []));
    store.subscribe(["namesHidden"], ({ namesHidden }) => this.toggleAttribute("data-nameless", namesHidden));
  }

  /** @param {RunSummary | null} results @param {import("./patients.js").StudyFound[]} found */
  #show(results, found) {
    const rows = patientsOf(results?.studies ?? [], found).map((patient) => ({ patient, ...cameOf(patient) }));
    const byId = (/** @type {Row} */ one, /** @type {Row} */ other) => (one.patient.id < other.patient.id ? -1 : 1);
    this.#rows = rows.sort((one, other) => Number(other.short) - Number(one.short) || byId(one, other));
    const short = rows.filter(({ short }) => short).length;
    const details = one(this, "details", HTMLDetailsElement);
    details.open = short > 0 && rows.length <= FEW_PATIENTS;
    details.dataset.end = short > 0 ? "partly" : "whole";
    one(this, ".patients-count", HTMLElement).textContent = titleOf(rows.length, short);
    one(this, ".hint", HTMLElement).textContent = results ? nobodysOf(results) : "";
    this.#list.replaceChildren();
    this.#more();
    this.hidden = rows.length === 0;
  }

  /** Makes the next rows, when the last one comes into sight. */
  #more() {
    this.#end.disconnect();
    const made = this.#list.children.length;
    this.#list.append(...this.#rows.slice(made, made + ROWS_AT_ONCE).map(rowOf));
    const last = this.#list.lastElementChild;
    if (last && this.#list.children.length < this.#rows.length) this.#end.observe(last);
  }

  get #list() {
    return one(this, "ol", HTMLOListElement);
  }
}

/** "15 patients, 2 with something missing". @param {number} patients @param {number} short */
function titleOf(patients, short) {
  return `${counted(patients, "patient")}, ${short > 0 ? `${count(short)} with something missing` : "nothing is missing"}`;
}

/** Files that are of no patient, since they are not DICOM or could not be read so far. @param {RunSummary} results */
function nobodysOf({ counts, studies }) {
  const rest = { ...counts };
  for (const study of studies)
    for (const status of /** @type {(keyof typeof rest)[]} */ (Object.keys(rest))) rest[status] -= study.counts[status];
  const words = outcomes(rest);
  return words.length > 0 ? `Files of no known patient: ${words.join(", ")}.` : "";
}

/** @param {Row} row */
function rowOf({ patient, words, short }) {
  const made = copyOf("patient", HTMLLIElement);
  const { id, about, studies } = patient;
  made.dataset.end = short ? "partly" : "whole";
  one(made, ".patient-id", HTMLElement).textContent = id || "no new ID: nothing is written";
  one(made, ".patient-name", HTMLElement).textContent = about
    ? [about.patient, about.id].filter(Boolean).join(", ")
    : "";
  one(made, ".patient-count", HTMLElement).textContent = words;
  const details = one(made, "details", HTMLDetailsElement);
  details.addEventListener("toggle", () => one(made, "ul", HTMLElement).append(...studies.map(studyRow)), {
    once: true,
  });
  return made;
}

/** @param {import("./patients.js").Study} study */
function studyRow({ came, about }) {
  const made = copyOf("patient-study", HTMLLIElement);
  const { words, short } = cameOf(came);
  made.dataset.end = short ? "partly" : "whole";
  one(made, ".study-name", HTMLElement).textContent = `Study ${count(came.study + 1)}`;
  const said = about ? [about.date, about.description].filter(Boolean).join(", ") : "";
  one(made, ".patient-name", HTMLElement).textContent = said;
  one(made, ".patient-count", HTMLElement).textContent = words;
  return made;
}

customElements.define("patient-list", PatientList);
