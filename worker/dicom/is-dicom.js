// @ts-check
/** Decides from its first bytes whether a file is DICOM: "DICM" behind the preamble, else the strict second look. */

import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  readHeader,
  UNDEFINED_LENGTH,
  viewOf,
} from "./element-header.js";

/** Bytes of a file that the second look may read; py/dicom_deid/scan.py has the same rule and the same number. */
export const LOOK_BYTES = 4096;
const PREAMBLE_BYTES = 128;
const FIRST_GROUPS = new Set([0x0002, 0x0008]);

/** Elements that a data set without file meta begins with; implicit VR offers nothing else to recognise it by. */
const IMPLICIT_FIRST = new Set([
  0x00080000, 0x00080001, 0x00080005, 0x00080008, 0x00080012, 0x00080016, 0x00080018, 0x00020000, 0x00020001,
]);

/**
 * @param {Uint8Array} head  the first bytes of the file, LOOK_BYTES or more unless the file is shorter
 * @param {number} size      bytes of the whole file
 * @returns {{preamble: boolean, start: number} | null}  where the elements begin; null: not DICOM
 */
export function recognise(head, size) {
  const mark = head.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + 4);
  if (String.fromCharCode(...mark) === "DICM") return { preamble: true, start: PREAMBLE_BYTES + 4 };
  const view = viewOf(head.subarray(0, LOOK_BYTES));
  const encodings = [EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG];
  return encodings.some((encoding) => beginsWithElements(view, size, encoding)) ? { preamble: false, start: 0 } : null;
}

/**
 * Two consecutive data elements in increasing order, of which the first is one that a DICOM file begins with.
 * @param {DataView} view
 * @param {number} size
 * @param {import("./element-header.js").Encoding} encoding
 */
function beginsWithElements(view, size, encoding) {
  const first = elementAt(view, 0, size, encoding);
  if (!first || !FIRST_GROUPS.has(Math.floor(first.tag / 0x10000))) return false;
  if (!encoding.explicit && !IMPLICIT_FIRST.has(first.tag)) return false;
  const second = elementAt(view, first.value + first.length, size, encoding);
  return second !== null && second.tag > first.tag;
}

/**
 * The element at `at`, when it has a defined length and lies within the file.
 * @param {DataView} view
 * @param {number} at
 * @param {number} size
 * @param {import("./element-header.js").Encoding} encoding
 */
function elementAt(view, at, size, encoding) {
  // Room for the longest header, whichever kind it is: one rule for both implementations.
  const header = at + 12 > view.byteLength ? null : readHeader(view, at, encoding);
  if (!header || header.length === UNDEFINED_LENGTH || header.value + header.length > size) return null;
  return encoding.explicit && header.vr === "" ? null : header;
}
