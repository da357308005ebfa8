// @ts-check
/**
 * The central directory of a ZIP archive (PKWARE APPNOTE 4.3), read piece by piece: one small record for each entry.
 *
 * @typedef {object} Listed
 * @property {string} name
 * @property {number} flags        general purpose bits
 * @property {number} method       of compression
 * @property {number} crc
 * @property {number} compressed   bytes
 * @property {number} size         bytes when it is unpacked, as the directory says
 * @property {number} offset       of its local header, in the file
 */

import { readRange } from "../shared/blob.js";
import { CodedError } from "../shared/errors.js";

const END = 0x06054b50;
const END_BYTES = 22;
const END_64 = 0x06064b50;
const END_64_BYTES = 56;
const LOCATOR_64 = 0x07064b50;
const LOCATOR_64_BYTES = 20;
const HEADER = 0x02014b50;
const HEADER_BYTES = 46;
const LONGEST_COMMENT = 0xffff;
/** A field that says: look in the ZIP64 one. */
const LONG_16 = 0xffff;
const LONG_32 = 0xffffffff;
const EXTRA_ZIP64 = 0x0001;
const EXTRA_UNICODE_PATH = 0x7075;
/** Version and CRC before the name in a Unicode path. */
const UNICODE_PATH_HEAD = 5;
const NAME_IS_UTF8 = 0x0800;
/** Read at a time. One entry has at most 192 KiB. */
const PIECE_BYTES = 1024 * 1024;

const UPPER_HALF_OF_437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";
const utf8 = new TextDecoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The entries in the order of the directory, folders among them. Throws a CodedError when there is no whole directory.
 * @param {Blob} file
 * @returns {AsyncGenerator<Listed>}
 */
export async function* listEntries(file) {
  const { start, end, shift } = await findDirectory(file);
  let piece = viewOf(new Uint8Array());
  let at = start;
  for (let from = start; at < end; ) {
    if (!holdsHeader(piece, at - from)) {
      from = at;
      piece = viewOf(await readRange(file, at, Math.min(end, at + PIECE_BYTES)));
      if (!holdsHeader(piece, 0)) throw new CodedError("ZIP_BAD");
    }
    const { listed, length } = readHeader(piece, at - from);
    yield { ...listed, offset: listed.offset + shift };
    at += length;
  }
}

/** @param {Uint8Array} bytes */
const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Whether a whole header begins there. @param {DataView} view @param {number} at */
function holdsHeader(view, at) {
  if (at + HEADER_BYTES > view.byteLength) return false;
  if (view.getUint32(at, true) !== HEADER) throw new CodedError("ZIP_BAD");
  return at + headerLength(view, at) <= view.byteLength;
}

/** @param {DataView} view @param {number} at */
function headerLength(view, at) {
  return HEADER_BYTES + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
}

/**
 * The range of the directory; `shift` is the number of bytes before the archive, as in one that unpacks itself.
 * @param {Blob} file
 */
async function findDirectory(file) {
  const tailStart = Math.max(0, file.size - END_BYTES - LONGEST_COMMENT - LOCATOR_64_BYTES);
  const tail = viewOf(await readRange(file, tailStart, file.size));
  const at = findEnd(tail);
  let size = tail.getUint32(at + 12, true);
  let offset = tail.getUint32(at + 16, true);
  let end = tailStart + at;
  const disks = [tail.getUint16(at + 4, true), tail.getUint16(at + 6, true)];
  if (at >= LOCATOR_64_BYTES && tail.getUint32(at - LOCATOR_64_BYTES, true) === LOCATOR_64) {
    const long = await readEnd64(file, end, Number(tail.getBigUint64(at - LOCATOR_64_BYTES + 8, true)));
    ({ size, offset, end } = long);
  } else if (disks.some((disk) => disk !== 0 && disk !== LONG_16)) throw new CodedError("ZIP_BAD");
  const start = end - size;
  if (start < offset) throw new CodedError("ZIP_BAD");
  return { start, end, shift: start - offset };
}

/** The last record that says that it is the end, and that ends with the file. @param {DataView} tail */
function findEnd(tail) {
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + tail.getUint16(at + 20, true) <= tail.byteLength) return at;
  }
  throw new CodedError("ZIP_BAD");
}

/**
 * The ZIP64 end record: where it is said to be, or, with something before the archive, right before its locator.
 * @param {Blob} file
 * @param {number} end    offset of the end record
 * @param {number} said
 */
async function readEnd64(file, end, said) {
  for (const at of [said, end - LOCATOR_64_BYTES - END_64_BYTES]) {
    const view = viewOf(await readRange(file, Math.max(0, at), Math.max(0, at) + END_64_BYTES));
    if (view.byteLength < END_64_BYTES || view.getUint32(0, true) !== END_64) continue;
    return { size: Number(view.getBigUint64(40, true)), offset: Number(view.getBigUint64(48, true)), end: at };
  }
  throw new CodedError("ZIP_BAD");
}

/**
 * @param {DataView} view
 * @param {number} at
 * @returns {{listed: Listed, length: number}}
 */
function readHeader(view, at) {
  const nameEnd = at + HEADER_BYTES + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const flags = view.getUint16(at + 8, true);
  const name = new Uint8Array(view.buffer, view.byteOffset + at + HEADER_BYTES, nameEnd - at - HEADER_BYTES);
  const listed = {
    name: nameOf(name, flags),
    flags,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    compressed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
  };
  for (let from = nameEnd; from + 4 <= extraEnd; ) {
    const to = from + 4 + view.getUint16(from + 2, true);
    if (to > extraEnd) break;
    readExtra(listed, view.getUint16(from, true), new DataView(view.buffer, view.byteOffset + from + 4, to - from - 4));
    from = to;
  }
  return { listed, length: headerLength(view, at) };
}

/**
 * @param {Listed} listed
 * @param {number} kind
 * @param {DataView} field
 */
function readExtra(listed, kind, field) {
  if (kind === EXTRA_UNICODE_PATH && field.byteLength > UNICODE_PATH_HEAD && !(listed.flags & NAME_IS_UTF8)) {
    listed.name = utf8.decode(
      new Uint8Array(field.buffer, field.byteOffset + UNICODE_PATH_HEAD, field.byteLength - UNICODE_PATH_HEAD),
    );
  }
  if (kind !== EXTRA_ZIP64) return;
  let at = 0;
  for (const name of /** @type {const} */ (["size", "compressed", "offset"])) {
    if (listed[name] !== LONG_32) continue;
    if (at + 8 > field.byteLength) throw new CodedError("ZIP_BAD");
    listed[name] = Number(field.getBigUint64(at, true));
    at += 8;
  }
}

/** UTF-8 where it says so or can be; else IBM's code page 437 (APPNOTE, appendix D). @param {Uint8Array} raw @param {number} flags */
function nameOf(raw, flags) {
  if (flags & NAME_IS_UTF8) return utf8.decode(raw);
  try {
    return strictUtf8.decode(raw);
  } catch {
    return Array.from(raw, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : UPPER_HALF_OF_437[byte - 0x80])).join(
      "",
    );
  }
}
