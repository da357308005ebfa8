// @ts-check
/** What came of files in words: of a run, a study, a patient; and whether something is missing. */

import { count } from "./format.js";

/** @typedef {import("../../worker/shared/protocol/files.js").StudySummary} StudySummary */

/**
 * @param {Pick<StudySummary, "counts" | "files"> | undefined} came   undefined: the run did not come to it
 * @param {number} [files]   that took part, where nothing came of them
 * @returns {{words: string, short: boolean}}   short: something is missing
 */
export function cameOf(came, files = 0) {
  if (!came) return files > 0 ? { words: `${count(files)} not reached`, short: true } : { words: "", short: false };
  const { withheld, skipped, failed, written } = came.counts;
  const missed = Math.max(0, came.files - written - withheld - skipped - failed);
  const words = [...outcomes(came.counts), ...(missed > 0 ? [`${count(missed)} not reached`] : [])];
  return { words: words.join(", "), short: written === 0 || withheld + failed + missed > 0 };
}

/** "38 written", "2 withheld": of what came of some files, all that there is. @param {StudySummary["counts"]} counts */
export function outcomes(counts) {
  return /** @type {const} */ (["written", "withheld", "skipped", "failed"])
    .filter((status) => counts[status] > 0)
    .map((status) => `${count(counts[status])} ${status}`);
}

const ENDS = { finished: "Done", cancelled: "Cancelled", stopped: "Stopped" };

/** End of a run in words: "Done: 5 written, 0 withheld, 1 skipped, 0 failed". @param {Pick<import("../../worker/shared/protocol/files.js").RunSummary, "end" | "counts">} summary */
export function endOf({ end, counts }) {
  const { written, withheld, skipped, failed } = counts;
  const said = [`${count(written)} written`, `${count(withheld)} withheld`, `${count(skipped)} skipped`];
  return `${ENDS[end]}: ${said.join(", ")}, ${count(failed)} failed`;
}

/**
 * Whether a run gave all that it could: it came to its end, nothing was withheld or failed, and something was written.
 * @param {Pick<import("../../worker/shared/protocol/files.js").RunSummary, "end" | "counts">} summary
 */
export function isWhole({ end, counts }) {
  return end === "finished" && counts.written > 0 && counts.withheld + counts.failed === 0;
}
