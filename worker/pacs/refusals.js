// @ts-check
/** What the failure reasons of an answer to STOW-RS mean (PS3.18 I.2.2), as reason codes. */

/** Duplicates of what is there already; and warnings, behind which an instance is stored (PS3.4 B.2.3, PS3.18 I.2.2). */
const [DUPLICATE, WARNINGS] = [0x0111, 0xb];
/** Whether the instance is there all the same. @param {number} reason   of (0008,1197) */
export const isTaken = (reason) => reason === 0 || reason === DUPLICATE || reason >> 12 === WARNINGS;

/** What failure reasons mean: those of py/dicom_deid/pacs/refusals.py. */
const MEANINGS = new Map([
  [0x0112, "PACS_OTHER_STUDY"],
  [0x0117, "PACS_CANNOT_READ"],
  [0x0118, "PACS_CLASS_REFUSED"],
  [0x0119, "PACS_CLASS_REFUSED"],
  [0x0122, "PACS_CLASS_REFUSED"],
  [0x0124, "PACS_NOT_ALLOWED"],
  [0xa710, "PACS_CLASS_REFUSED"],
  [0xc122, "PACS_SYNTAX_REFUSED"],
  [0xc409, "PACS_OTHER_STUDY"],
]);

/** The reason code of a refusal. @param {number} reason   of (0008,1197) */
export function codeFor(reason) {
  if (reason >> 8 === 0xa7) return MEANINGS.get(reason) ?? "PACS_FULL";
  if (reason >> 8 === 0xa9 || reason >> 12 === 0xc) return MEANINGS.get(reason) ?? "PACS_CANNOT_READ";
  return MEANINGS.get(reason) ?? "PACS_NOT_TAKEN";
}
