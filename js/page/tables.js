// @ts-check
/**
 * The tables that the page shows words from: the same files that the Python core decides by.
 *
 * @typedef {{status: string, sentence: string, remedy: string}} Reason   status "page": only the page meets it
 * @typedef {object} ProfileOption
 * @property {string} name
 * @property {string} code
 * @property {string} title      as PS3.15 names it
 * @property {string} sentence   what it does
 * @property {string} group      in which the page shows it
 * @property {string} plain      its label
 * @property {string} short      what it keeps, in a few words
 * @property {string[]} [excludes]   names of those that it cannot stand beside
 * @property {string} cost       what it can disclose, or what it misses
 *
 * @typedef {{uid: string, name: string, retired: string, default: "allowed" | "withheld", reason: string}} SopClass
 * @typedef {{reasons: Record<string, Reason>, options: ProfileOption[], sopClasses: SopClass[]}} Tables
 */

import { CodedError } from "../../worker/shared/errors.js";

/** @returns {Promise<Tables>} */
export async function fetchTables() {
  const [known, options, sopClasses] = await Promise.all([
    reasons.fetch(),
    fetchTable("options"),
    fetchTable("sop-classes"),
  ]);
  return { reasons: known, options, sopClasses };
}

/** Tables that were asked for, by name: none is fetched again, since the network may be gone. @type {Map<string, Promise<any>>} */
const asked = new Map();

/** @param {string} name @returns {Promise<any>} */
export function fetchTable(name) {
  const known = asked.get(name) ?? fetched(name);
  asked.set(name, known);
  known.catch(() => asked.delete(name)); // fetched again the next time
  return known;
}

/** @param {string} name */
async function fetched(name) {
  const response = await fetch(new URL(`../../tables/${name}.json`, import.meta.url));
  if (!response.ok) throw new CodedError("PAGE_INCOMPLETE");
  return response.json();
}

/** @returns {Promise<{version: string, build: string}>} */
export async function fetchVersion() {
  return (await fetch(new URL("../../version.json", import.meta.url))).json();
}

/** The words for a missing table: PAGE_INCOMPLETE of the table itself, which is not there then. @type {Reason} */
export const INCOMPLETE = {
  status: "page",
  sentence: "A part of this page could not be loaded.",
  remedy: "Check that its address can be reached, and reload.",
};

/** The reason codes in words, fetched when they are first needed. */
class Reasons {
  /** @type {Record<string, Reason> | null} */ #table = null;

  /** @returns {Promise<Record<string, Reason>>} */
  async fetch() {
    const table = await fetchTable("reasons");
    this.#table = table;
    return table;
  }

  /** Calls at once when the table is there, else when it is fetched or cannot be. @param {() => void} act */
  whenThere(act) {
    if (this.#table) return act();
    this.fetch().then(act, act);
  }

  /** The words for a code. @param {string} code @returns {Reason} */
  of(code) {
    const known = this.#table?.[code];
    if (known) return known;
    const unknown = this.#table?.UNEXPECTED ?? INCOMPLETE;
    return { ...unknown, sentence: `${unknown.sentence} (${code})` };
  }
}

export const reasons = new Reasons();

/** The words for a code. @param {string} code */
export function reason(code) {
  return reasons.of(code);
}

/** That there is no picture, and why. @param {string} code   "": nobody knows */
export function noPicture(code) {
  return code ? `No picture. ${reason(code).sentence}` : "No picture.";
}
