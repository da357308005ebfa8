// @ts-check
/** Ranges of a file that a Python worker has asked for: sorted, disjoint, [start, end). */

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
