// @ts-check
/** What the end of a run comes to when outputs were taken out of its results. */

/**
 * @typedef {import("../../worker/shared/protocol/files.js").Rejected} Rejected
 * @typedef {import("../../worker/shared/protocol/files.js").RunSummary} RunSummary
 */

/** Reason of a file whose output was rejected. */
export const REASON = "REJECTED";

/** @param {RunSummary} summary @param {Rejected} rejected @returns {RunSummary} */
export function withoutRejected(summary, { files, bytes, reasons, studies }) {
  return {
    ...summary,
    counts: moved(summary.counts, files),
    bytes_out: summary.bytes_out - bytes,
    reasons: reasonsWithout(summary.reasons, reasons, files),
    studies: summary.studies.map((study) => {
      const gone = studies[study.study_instance_uid] ?? { files: 0, bytes: 0 };
      return { ...study, counts: moved(study.counts, gone.files), bytes_out: study.bytes_out - gone.bytes };
    }),
  };
}

/** @param {RunSummary["counts"]} counts @param {number} files   written ones that are withheld now */
export function moved(counts, files) {
  return { ...counts, written: counts.written - files, withheld: counts.withheld + files };
}

/** @param {Record<string, number>} before @param {Record<string, number>} gone @param {number} files */
function reasonsWithout(before, gone, files) {
  const left = Object.entries(before).map(([code, number]) => [code, number - (gone[code] ?? 0)]);
  const after = Object.fromEntries(left.filter(([, number]) => Number(number) > 0));
  return files > 0 ? { ...after, [REASON]: (after[REASON] ?? 0) + files } : after;
}
