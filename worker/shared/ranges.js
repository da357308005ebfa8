// @ts-check
/** Ranges of a file that a Python worker has asked for: sorted, disjoint, [start, end); and lengths of headers. */

import { HEAD_BYTES } from "./limits.js";

/** The most that the first read of a file grows to. */
const LONGEST_HEAD_BYTES = 1024 * 1024;
/** Bytes by which a header may be longer than the earlier ones of its study. */
const SPARE_HEAD_BYTES = 4096;

/** @typedef {[number, number]} Range */

/**
 * The ranges and one more; ranges that touch are joined.
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

/** Headers within a study are alike: the length that its files needed so far is read of the next file at once. */
export class HeadLengths {
  /** @type {Map<number, number>} */
  #longest = new Map();
  #first;

  /** @param {number} [first]   bytes that are sent of a file whose study is not known yet */
  constructor(first = HEAD_BYTES) {
    this.#first = first;
  }

  /** Bytes of a file to begin with. @param {number} study */
  of(study) {
    return this.#longest.get(study) ?? this.#first;
  }

  /**
   * @param {number} study
   * @param {number} end   where the header of one of its files ended, or was not yet at its end
   */
  learn(study, end) {
    const rounded = Math.ceil((end + SPARE_HEAD_BYTES) / SPARE_HEAD_BYTES) * SPARE_HEAD_BYTES;
    this.#longest.set(study, Math.max(this.#longest.get(study) ?? 0, Math.min(rounded, LONGEST_HEAD_BYTES)));
  }
}
