// @ts-check
/** Decides from its first bytes whether a file is DICOM: "DICM" behind the preamble, else the strict second look. */

import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  ITEM,
  readHeader,
  UNDEFINED_LENGTH,
  viewOf,
} from "./element-header.js";
import { lettersOf } from "./letters.js";

/** Bytes of a file that the second look may read; py/dicom_deid/dicom/is_dicom.py has the same rule and the same number. */
export const LOOK_BYTES = 4096;
const PREAMBLE_BYTES = 128;
/** Groups of file meta information, which follows the prefix, and of items. */
const [META_GROUP, ITEM_GROUP] = [0x0002, 0xfffe];
/** The groups with which a data set begins that lacks its first elements. */
const [LOWEST_GROUP, HIGHEST_GROUP] = [0x0008, 0x0070];
/** Elements that have to follow each other where neither a VR nor the first tag tells. */
const IMPLICIT_CHAIN = 4;

/** The first bytes of ZIP, of an empty one, of gzip, 7z and RAR. */
const ARCHIVES = ["PK\x03\x04", "PK\x05\x06", "\x1f\x8b", "7z\xbc\xaf", "Rar!"];

/** Elements that a data set without file meta begins with; implicit VR offers nothing else to recognise it by. */
const FIRST_TAGS = new Set([
  0x00080000, 0x00080001, 0x00080005, 0x00080008, 0x00080012, 0x00080016, 0x00080018, 0x00020000, 0x00020001,
]);

/**
 * Without file meta behind it, "DICM" may stand there by chance.
 * @param {Uint8Array} head  the first bytes of the file, LOOK_BYTES or more unless the file is shorter
 * @param {number} size      bytes of the whole file
 * @returns {{preamble: boolean, start: number} | null}  where the elements begin; null: not DICOM
 */
export function recognise(head, size) {
  const mark = head.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + 6);
  const prefix = lettersOf(mark.subarray(0, 4)) === "DICM";
  const behind = { preamble: true, start: PREAMBLE_BYTES + 4 };
  if (prefix && mark[4] === META_GROUP && mark[5] === 0) return behind;
  const view = viewOf(head.subarray(0, LOOK_BYTES));
  const encodings = [EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG];
  if (encodings.some((encoding) => beginsWithElements(view, size, encoding))) return { preamble: false, start: 0 };
  return prefix ? behind : null;
}

/** The reason of a file that is not DICOM, by its first bytes. @param {Uint8Array} head */
export function instead(head) {
  if (head.length === 0) return "EMPTY";
  const begin = lettersOf(head.subarray(0, 4));
  return ARCHIVES.some((mark) => begin.startsWith(mark)) ? "ARCHIVE" : "NOT_DICOM";
}

/**
 * So many data elements in increasing order, of which the first is one that a DICOM file begins with, that it can be no chance.
 * @param {DataView} view
 * @param {number} size
 * @param {import("./element-header.js").Encoding} encoding
 */
function beginsWithElements(view, size, encoding) {
  const first = elementAt(view, 0, size, encoding);
  if (!first) return false;
  const group = Math.floor(first.tag / 0x10000);
  const known = FIRST_TAGS.has(first.tag) || (encoding.explicit && group === META_GROUP);
  if (!known && (group < LOWEST_GROUP || group > HIGHEST_GROUP || group % 2 === 1)) return false;
  const wanted = known || encoding.explicit ? 2 : IMPLICIT_CHAIN;
  return chain(view, first, size, encoding, wanted) === wanted;
}

/** @typedef {{tag: number, end: number}} Element  `end`: offset behind it; UNDEFINED_LENGTH: it is a sequence of undefined length */

/**
 * How many elements follow each other in increasing order, up to `most`; all of a file count as so many, and so do those
 * before a sequence of undefined length: its header and that of its first item are no chance.
 * @param {DataView} view
 * @param {Element} first
 * @param {number} size
 * @param {import("./element-header.js").Encoding} encoding
 * @param {number} most
 */
function chain(view, first, size, encoding, most) {
  let { tag, end } = first;
  for (let count = 1; count < most; count++) {
    if (end === UNDEFINED_LENGTH || (end === size && count > 1)) return most;
    const next = elementAt(view, end, size, encoding);
    if (!next || next.tag <= tag) return count;
    ({ tag, end } = next);
  }
  return most;
}

/**
 * The element at `at`, when it lies within the file; one of undefined length, when an item begins its value.
 * @param {DataView} view
 * @param {number} at
 * @param {number} size
 * @param {import("./element-header.js").Encoding} encoding
 * @returns {Element | null}
 */
function elementAt(view, at, size, encoding) {
  // Room for the longest header, whichever kind it is: one rule for both implementations.
  const header = at + 12 > view.byteLength ? null : readHeader(view, at, encoding);
  if (!header || Math.floor(header.tag / 0x10000) === ITEM_GROUP) return null;
  if (header.length === UNDEFINED_LENGTH)
    return readHeader(view, header.value, encoding)?.tag === ITEM ? { tag: header.tag, end: UNDEFINED_LENGTH } : null;
  const end = header.value + header.length;
  return end > size ? null : { tag: header.tag, end };
}
