// @ts-check
/** Groups of a forecast: files of one SOP Class that end alike, with what can be done about it; and the sums of all. */

/**
 * @typedef {import("./forecast.js").Facts} Facts
 * @typedef {import("./forecast.js").Change} Change
 * @typedef {import("./forecast.js").Forecast} Forecast
 *
 * Files of one SOP Class with one forecast; `kinds` are their numbers.
 * @typedef {Forecast & {sopClass: string | null, remedies: Change[][], files: number, kinds: number[]}} Group
 *
 * Sums by outcome. `open` are those among the written ones that nobody can promise: see Forecast.
 * @typedef {Record<import("./protocol/tasks.js").Status, number> & {open: Record<"header" | "pixels", number>}} Sums
 */

/**
 * @param {import("./forecast.js").Forecaster} forecaster
 * @param {{facts: Facts, files: number}[]} kinds   Found.kinds
 * @param {Record<number, number>} [taken]   number of a kind -> files that are taken; else all are
 * @returns {{sums: Sums, groups: Group[]}}   the largest group first
 */
export function groupsOf(forecaster, kinds, taken) {
  /** @type {Sums} */ const sums = { written: 0, withheld: 0, skipped: 0, failed: 0, open: { header: 0, pixels: 0 } };
  /** @type {Map<string, Group>} */ const groups = new Map();
  for (const [number, { facts, files: all }] of kinds.entries()) {
    const files = taken ? (taken[number] ?? 0) : all;
    if (files === 0) continue;
    const made = forecaster.of(facts);
    sums[made.outcome] += files;
    if (made.open) sums.open[made.open] += files;
    const remedies = forecaster.remedies(facts);
    const key = [facts.sopClass, made.outcome, made.reason, made.open, remedies.join(";")].join(" ");
    const group = groups.get(key) ?? { ...made, sopClass: facts.sopClass, remedies, files: 0, kinds: [] };
    group.files += files;
    group.kinds.push(number);
    groups.set(key, group);
  }
  return { sums, groups: [...groups.values()].sort((one, other) => other.files - one.files) };
}
