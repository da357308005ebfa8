// @ts-check
/** Reads the few elements that sort a file (its UIDs and its modality) from its first bytes. An element that cannot be read is left empty. */

import {
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  ITEM,
  ITEM_END,
  readHeader,
  SEQUENCE_END,
  UNDEFINED_LENGTH,
  viewOf,
} from "./element-header.js";
import { lettersOf } from "./letters.js";

const DEFLATED = "1.2.840.10008.1.2.1.99";
const SOP_INSTANCE_UID = 0x00080018;
const MODALITY = 0x00080060;
const STUDY_INSTANCE_UID = 0x0020000d;
const SERIES_INSTANCE_UID = 0x0020000e;
const MEDIA_STORAGE_SOP_INSTANCE_UID = 0x00020003;
const TRANSFER_SYNTAX_UID = 0x00020010;
const WANTED = new Set([SOP_INSTANCE_UID, MODALITY, STUDY_INSTANCE_UID, SERIES_INSTANCE_UID]);
const WANTED_META = new Set([MEDIA_STORAGE_SOP_INSTANCE_UID, TRANSFER_SYNTAX_UID]);
/** Bytes of the longest value that is accepted: a UID has 64. */
const LONGEST_VALUE = 128;
/** Depth to which nested sequences are followed. */
const DEEPEST = 32;

/**
 * @typedef {object} Peek
 * @property {string} sopInstance
 * @property {string} modality
 * @property {string} study
 * @property {string} series
 * @property {boolean} short   the bytes ended before all four were found or passed: more bytes may tell more
 */

/**
 * @param {Uint8Array} head   the first bytes of the file
 * @param {number} start      where the elements begin, as `recognise` says
 * @returns {Peek}
 */
export function peek(head, start) {
  const view = viewOf(head);
  /** @type {Map<number, string>} */
  const found = new Map();
  const meta = collect(view, start, metaEncoding(view, start), WANTED_META, (tag) => tag >= 0x00030000, found);
  let short = meta === null;
  if (meta !== null && found.get(TRANSFER_SYNTAX_UID) !== DEFLATED) {
    short = collect(view, meta, guessEncoding(view, meta), WANTED, (tag) => tag > SERIES_INSTANCE_UID, found) === null;
  }
  return {
    sopInstance: found.get(SOP_INSTANCE_UID) || found.get(MEDIA_STORAGE_SOP_INSTANCE_UID) || "",
    modality: found.get(MODALITY) ?? "",
    study: found.get(STUDY_INSTANCE_UID) ?? "",
    series: found.get(SERIES_INSTANCE_UID) ?? "",
    short,
  };
}

/**
 * Walks elements up to the first for which `past` holds.
 * @param {DataView} view
 * @param {number} offset
 * @param {import("./element-header.js").Encoding} encoding
 * @param {Set<number>} wanted
 * @param {(tag: number) => boolean} past
 * @param {Map<number, string>} found
 * @returns {number | null}  where it stopped; null: the bytes ended, or made no sense
 */
function collect(view, offset, encoding, wanted, past, found) {
  for (let at = offset; ; ) {
    // Group 0002 is little endian whatever follows it: the end of file meta shows in the group alone.
    if (past(peekTag(view, at, encoding.little))) return at;
    const header = readHeader(view, at, encoding);
    if (!header) return null;
    if (wanted.has(header.tag) && header.length <= LONGEST_VALUE) found.set(header.tag, text(view, header));
    const next = skipValue(view, header, encoding, 0);
    if (next === null) return null;
    at = next;
  }
}

/**
 * @param {DataView} view
 * @param {number} at
 * @param {boolean} little
 */
function peekTag(view, at, little) {
  if (at + 4 > view.byteLength) return 0;
  return view.getUint16(at, little) * 0x10000 + view.getUint16(at + 2, little);
}

/**
 * The offset of the next element. A value of undefined length is walked item by item.
 * @param {DataView} view
 * @param {import("./element-header.js").Header} header
 * @param {import("./element-header.js").Encoding} encoding
 * @param {number} depth
 * @returns {number | null}
 */
export function skipValue(view, header, encoding, depth) {
  if (header.length !== UNDEFINED_LENGTH) return header.value + header.length;
  if (depth > DEEPEST) return null;
  // A UN of undefined length holds implicit VR little endian (PS3.5 6.2.2).
  const inner = header.vr === "UN" ? IMPLICIT_LITTLE : encoding;
  const end = header.tag === ITEM ? ITEM_END : SEQUENCE_END;
  for (let at = header.value; ; ) {
    const next = readHeader(view, at, inner);
    if (!next) return null;
    if (next.tag === end) return next.value;
    const behind = skipValue(view, next, inner, depth + 1);
    if (behind === null) return null;
    at = behind;
  }
}

/**
 * File meta is explicit by the standard; some writers made it implicit.
 * @param {DataView} view
 * @param {number} start
 */
export function metaEncoding(view, start) {
  return readHeader(view, start, EXPLICIT_LITTLE) ? EXPLICIT_LITTLE : IMPLICIT_LITTLE;
}

/**
 * The data set's encoding, seen from its first element rather than believed from the Transfer Syntax UID.
 * @param {DataView} view
 * @param {number} at
 */
function guessEncoding(view, at) {
  if (at + 2 > view.byteLength) return EXPLICIT_LITTLE;
  const little = view.getUint16(at, true) <= view.getUint16(at, false);
  const explicit = { explicit: true, little };
  return readHeader(view, at, explicit) ? explicit : { explicit: false, little };
}

/**
 * @param {DataView} view
 * @param {import("./element-header.js").Header} header
 */
function text(view, header) {
  const end = Math.min(header.value + header.length, view.byteLength);
  const bytes = new Uint8Array(view.buffer, view.byteOffset + header.value, Math.max(0, end - header.value));
  // Padding is a space or a null, whatever the standard says for the VR.
  return lettersOf(bytes).replaceAll("\0", " ").trim();
}
