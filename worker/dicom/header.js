// @ts-check
/** Walks the header of a file as far as its first bytes go, and keeps the few elements that a forecast asks for. */

import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  isVr,
  readHeader,
  UNDEFINED_LENGTH,
  viewOf,
} from "./element-header.js";
import { lettersOf } from "./letters.js";
import { metaEncoding, skipValue } from "./peek.js";

const [IMPLICIT_UID, BIG_UID] = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.2"];
const TRANSFER_SYNTAX_UID = 0x00020010;
const META = new Set([0x00020002, 0x00020003, TRANSFER_SYNTAX_UID]);
const PIXELS = new Set([0x7fe00008, 0x7fe00009, 0x7fe00010]);
const ITEM_GROUP = 0xfffe;
/** Bytes of the longest value that is kept. */
const LONGEST_VALUE = 1024;

/**
 * An element of the header: its VR ("" in Implicit VR), its value, and whether the value is whole.
 * @typedef {{vr: string, bytes: Uint8Array, whole: boolean}} Kept
 *
 * @typedef {object} Header
 * @property {Map<number, Kept>} elements   those that were asked for
 * @property {string} syntax                the Transfer Syntax UID that file meta names, "" if none
 * @property {boolean} explicit
 * @property {boolean} little
 * @property {number} last                  the highest tag that was passed, all lower ones are known
 * @property {boolean} whole                whether it was walked up to the pixel data, or the end of the file
 * @property {{tag: number, length: number, value: number} | null} pixels
 */

/**
 * @param {Uint8Array} head   the first bytes of the file
 * @param {number} start      where the elements begin, as `recognise` says
 * @param {number} size       bytes of the file
 * @param {(tag: number) => boolean} wanted
 * @returns {Header}
 */
export function readElements(head, start, size, wanted) {
  const view = viewOf(head);
  /** @type {Map<number, Kept>} */ const elements = new Map();
  const meta = metaEncoding(view, start);
  let at = start;
  while (at + 8 <= view.byteLength && view.getUint16(at, true) === 0x0002) {
    const header = readHeader(view, at, meta);
    if (!header || header.length === UNDEFINED_LENGTH) return stopped(elements, EXPLICIT_LITTLE);
    if (META.has(header.tag)) elements.set(header.tag, kept(head, header));
    at = header.value + header.length;
  }
  const syntax = uidOf(elements.get(TRANSFER_SYNTAX_UID));
  const encoding = encodingOf(view, at, syntax, size);
  const found = stopped(elements, encoding);
  found.syntax = syntax;
  for (;;) {
    found.whole = at === size;
    const header = found.whole ? null : readHeader(view, at, encoding);
    if (!header || header.tag >>> 16 === ITEM_GROUP) return found;
    // Where elements are out of order, one that was not met can stand anywhere.
    if (header.tag <= found.last) return Object.assign(found, { last: 0 });
    if (PIXELS.has(header.tag)) return Object.assign(found, { whole: true, pixels: header });
    if (wanted(header.tag)) elements.set(header.tag, kept(head, header));
    found.last = header.tag;
    const next = skipValue(view, header, encoding, 0);
    if (next === null) return found;
    at = next;
  }
}

/** @param {Map<number, Kept>} elements @param {import("./element-header.js").Encoding} encoding @returns {Header} */
function stopped(elements, { explicit, little }) {
  return { elements, syntax: "", explicit, little, last: 0, whole: false, pixels: null };
}

/** @param {Uint8Array} head @param {import("./element-header.js").Header} header @returns {Kept} */
function kept(head, { vr, length, value }) {
  const end = length === UNDEFINED_LENGTH ? value : value + length;
  const whole = length !== UNDEFINED_LENGTH && length <= LONGEST_VALUE && end <= head.length;
  return { vr, bytes: head.subarray(value, Math.min(end, value + LONGEST_VALUE)), whole };
}

/**
 * How the data set is encoded, as its first element shows: the rule of encoding_of in py/dicom_deid/scan.py.
 * @param {DataView} view
 * @param {number} at
 * @param {string} syntax
 * @param {number} size
 */
function encodingOf(view, at, syntax, size) {
  if (at + 8 > view.byteLength) return EXPLICIT_LITTLE;
  const big = syntax === BIG_UID ? EXPLICIT_BIG : EXPLICIT_LITTLE;
  if (!isVr(view, at + 4)) {
    const length = view.getUint32(at + 4, true);
    const fits = length === UNDEFINED_LENGTH || at + 8 + length <= size;
    return fits || syntax === "" || syntax === IMPLICIT_UID ? IMPLICIT_LITTLE : big;
  }
  const [first, second] = [view.getUint16(at, true), view.getUint16(at, false)];
  if (first === second) return big;
  return first < second ? EXPLICIT_LITTLE : EXPLICIT_BIG;
}

/** The bytes as text, one letter each, without padding. @param {Kept} [element] */
export function textOf(element) {
  return element ? lettersOf(element.bytes).replace(/^[ \0\t\n\v\f\r]+|[ \0\t\n\v\f\r]+$/g, "") : "";
}

/** The first UID that an element holds, "" if none. @param {Kept} [element] */
export function uidOf(element) {
  return textOf(element)
    .split("\\", 1)[0]
    .replace(/[ \0\t\n\v\f\r]+$/, "");
}
