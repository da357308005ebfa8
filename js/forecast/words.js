// @ts-check
/** The forecast in words: the line beside Start, and a few words for a study. */
import { count, counted } from "../page/format.js";

/**
 * @typedef {import("../state.js").Foreseen} Foreseen
 * @typedef {import("../state.js").Sums} Sums
 */

/** Whether something will be missing from the results, as it is now. @param {Sums} sums */
export const isShort = ({ undecided, never, hidden = 0 }) => undecided + never + hidden > 0;

/** "166 of 227 DICOM files will be written, 61 need a decision". @param {Sums} sums */
export function barWords(sums) {
  const total = Object.values(sums).reduce((sum, files) => sum + files, 0);
  return [`${count(sums.written)} of ${counted(total, "DICOM file")} will be written`, ...othersOf(sums)].join(", ");
}

/** "12 written, 3 need a decision": what a study comes to, or that all kinds of its files are left out. @param {Pick<Foreseen, "fates">} forecast @param {import("../../worker/shared/protocol/files.js").StudyFound} study */
export function studyForecast({ fates }, { kinds }) {
  /** @type {Sums} */ const sums = { written: 0, unread: 0, searched: 0, undecided: 0, never: 0 };
  for (const [kind, { files }] of Object.entries(kinds)) {
    const fate = fates[Number(kind)];
    if (fate) sums[fate] += files;
  }
  const written = sums.written > 0 ? [`${count(sums.written)} written`] : [];
  const words = [...written, ...othersOf(sums)].join(", ");
  return { words: words || "left out", short: isShort(sums) };
}

/** @param {Sums} sums */
function othersOf({ undecided, searched, unread, never, hidden = 0, marked = 0 }) {
  /** @type {[number, string][]} */
  const all = [
    [undecided, undecided === 1 ? "needs a decision" : "need a decision"],
    [searched, `after a search for text in ${searched === 1 ? "its" : "their"} pictures`],
    [hidden, `will be withheld for ${hidden === 1 ? "its" : "their"} pictures`],
    [marked, "as the regions file says"],
    [unread, "known only when read"],
    [never, "cannot be written"],
  ];
  return all.filter(([files]) => files > 0).map(([files, words]) => `${count(files)} ${words}`);
}
