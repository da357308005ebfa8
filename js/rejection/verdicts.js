// @ts-check
/** Verdicts: which series of a run a person passed or rejected, and taking the last one back. They know no page. */

import { Signal } from "../page/signal.js";
import { History } from "../pixels/history.js";

/** @typedef {"passed" | "rejected" | "open"} Verdict   open: nobody has judged */

const WORDS = { passed: "Passed", rejected: "Rejected", open: "Taken back" };

export class Verdicts {
  /** Sent when one is another. */ changed = new Signal();
  /** @type {Map<string, Verdict>} by SeriesKey */ #verdicts = new Map();
  /** @type {History<Verdict>} */ #history = new History();

  /** @param {string} key @returns {Verdict} */
  of(key) {
    return this.#verdicts.get(key) ?? "open";
  }

  /** @param {string} key @param {Verdict} verdict */
  judge(key, verdict) {
    this.#history.note(WORDS[verdict], [{ id: key, before: this.of(key), after: verdict }]);
    this.#set(key, verdict);
  }

  /** What undoing would take back, in words; "": nothing. */
  get undoable() {
    return this.#history.undoable;
  }

  /** Takes the last one back. @returns {string}   the series that it was about; "": there was none */
  undo() {
    const [key, verdict] = this.#history.undo()?.states[0] ?? ["", "open"];
    if (key) this.#set(key, /** @type {Verdict} */ (verdict));
    return key;
  }

  /** @param {string} key @param {Verdict} verdict */
  #set(key, verdict) {
    this.#verdicts.set(key, verdict);
    this.changed.send();
  }

  /** Those of the series that are rejected. @returns {string[]} */
  get rejected() {
    return [...this.#verdicts].filter(([, verdict]) => verdict === "rejected").map(([key]) => key);
  }

  /** These series are in the results no more: there is no state to go back to. @param {string[]} keys */
  forget(keys) {
    for (const key of keys) this.#verdicts.delete(key);
    this.#history = new History();
    this.changed.send();
  }

  /** How many of these series each verdict has. @param {readonly string[]} keys */
  counts(keys) {
    const counts = { passed: 0, rejected: 0, open: 0 };
    for (const key of keys) counts[this.of(key)]++;
    return counts;
  }
}
