// @ts-check
/** Ranges of a file that a Python worker has asked for: sorted, disjoint, [start, end); and how long headers turn out to be. */

import { HEAD_BYTES } from "./protocol.js";

/** The most that the first read of a file grows to. */
const LONGEST_HEAD_BYTES = 1024 * 1024;

/** @typedef {[number, number]} Range */

/**
 * The ranges with one more; what touches becomes one.
 * @param {Range[]} ranges
 * @param {Range} added
 * @returns {Range[]}
 */
export function withRange(ranges, added) {
  /** @type {Range[]} */
  const merged = [];
  for (const [start, end] of [...ranges, added].sort((one, other) => one[0] - other[0])) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else if (start < end) merged.push([start, end]);
  }
  return merged;
}

/** Bytes covered. @param {Range[]} ranges */
export const covered = (ranges) => ranges.reduce((sum, [start, end]) => sum + end - start, 0);

/** Headers within a study are alike: where one was longer than HEAD_BYTES, more of the next file is sent at once. */
export class HeadLengths {
  /** @type {Map<number, number>} */
  #longest = new Map();

  /** Bytes of a file to begin with. @param {number} study */
  of(study) {
    return this.#longest.get(study) ?? HEAD_BYTES;
  }

  /**
   * @param {number} study
   * @param {Range} first   the first range that was wanted of one of its files
   */
  learn(study, [start, end]) {
    if (start === 0) this.#longest.set(study, Math.max(this.of(study), Math.min(end, LONGEST_HEAD_BYTES)));
  }
}
