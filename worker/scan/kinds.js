// @ts-check
/** Kinds of files, numbered: those of one kind have the same facts, so one forecast counts for all of them. */

import { loadRules } from "../shared/forecast.js";
import { FactsReader, nothing } from "./facts.js";

/** @typedef {import("../shared/forecast.js").Facts} Facts */

export class Kinds {
  /** By number, with how many files are of it. @type {{facts: Facts, files: number}[]} */ all = [];
  /** By number: the same for the same facts, in any scan. @type {string[]} */ names = [];
  /** @type {Map<string, number>} */ #numbers = new Map();

  /** The number of a kind, of which there is one more file. @param {Facts} facts */
  count(facts) {
    const { end, sopClass, picture, signs, maybe, sound, overlay, head, excess } = facts;
    const key = `${end} ${sopClass} ${picture} ${signs.join()} ${maybe.join()} ${sound} ${overlay} ${head} ${excess}`;
    const known = this.#numbers.get(key);
    const number = known ?? this.all.push({ facts, files: 0 }) - 1;
    if (known === undefined) {
      this.#numbers.set(key, number);
      this.names.push(key);
    }
    this.all[number].files++;
    return number;
  }

  /** The kind of files that the scan sorts out. @param {string} reason */
  countSortedOut(reason) {
    return this.count(nothing(reason));
  }
}

/** The reader of facts; null where its rules cannot be had: then nothing is forecast. */
export async function factsReader() {
  const rules = await loadRules().catch(() => null);
  return rules && new FactsReader(rules);
}
