// @ts-check
/**
 * What segments and boxes of codestreams may hold: numbers, as many as they state, and what says how samples are meant.
 * The same as py/dicom_deid/dicom/segments.py, which says by which standards.
 */

/** Second byte of the marker of a comment. */
export const COM = 0xfe;
/** Bytes of a box that are looked at. */
export const MOST_LOOKED_AT = 256;
/** Bytes of a JFIF or an Adobe segment that say what the samples mean. */
const NUMBERS = 12;
/** What stands in every ICC profile, and where. */
const [SIGNATURE, SIGNATURE_AT] = ["acsp", 36];
/** Bytes of a segment that are looked at: more than the longest one that is known. */
const LONGEST = 80;
const WRITERS = new RegExp(
  "^(?:(?:Kakadu-v?|Created by (?:GDCM/)?OpenJPEG version |OpenJPH Ver |Created by:? (?:JJ2000|Grok) +version " +
    "|Creator: JasPer Version |LEAD Technologies Inc\\. V|CREATOR: gd-jpeg v)\\d{1,2}(?:\\.\\d{1,3}){0,3}" +
    "|Created with GIMP)\\0?$",
);
/** Most that a byte of a SPIFF header may be, from behind its name on: sizes and densities are small. */
const SPIFF = [2, 255, 4, 255, 0, 255, 255, 255, 0, 255, 255, 255, 15, 32, 6, 2, 0, 255, 255, 255, 0, 255, 255, 255];
const BRANDS = ["jp2 ", "jpx ", "jpxb", "jpm ", "jph ", "jxl ", "J2P0", "J2P1", "J2P2", "mjp2", "mj2s"];
/** Bytes of a file type box: brand, version, and the first kind that it is compatible with. */
const MOST_BRANDS = 64;
const FIRST_BRAND = 12;
/** Bytes of a box that names a colour space, of one for CIELab, and how that one is named. */
const [ENUMERATED, WITH_RANGES, CIELAB] = [7, 35, "\0\0\0\x0e"];
/** @type {Record<string, number>} Boxes of numbers -> their bytes. */
const SIZES = { "jP  ": 4, "JXL ": 4, ihdr: 14, jxll: 1, resc: 10, resd: 10 };
/** Boxes that say what the samples mean, of any size, or are the codestream of JPEG XL. */
const NUMERIC = new Set(["bpcc", "pclr", "cmap", "cdef", "jxlp", "jxlc"]);

/** @param {Uint8Array} bytes */
export const latin = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

/** Whether a second byte is of a segment of JPEG 2000, its second part or HTJ2K that is numbers. @param {number} second */
export const isKnown2000 = (second) =>
  (second >= 0x50 && second <= 0x63 && ![0x54, 0x5a, 0x5b, 0x62].includes(second)) ||
  (second >= 0x70 && second <= 0x79);

/** Whether a comment names a program and nothing else. @param {Uint8Array} content */
export function isWriter(content) {
  const text = latin(content.subarray(0, LONGEST));
  return WRITERS.test(text.startsWith("\0\x01") ? text.slice(2) : text);
}

/**
 * Whether a segment of JPEG or JPEG-LS is a known one, and as long as its own numbers say.
 * @param {number} marker
 * @param {Uint8Array} content
 */
export function isNumbers(marker, content) {
  const size = content.length;
  const first = size ? content[0] : 0;
  let at = 0;
  switch (marker) {
    case 0xc4:
      while (at + 17 <= size) at += 17 + content.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
      return at === size;
    case 0xdb:
      while (at < size) at += content[at] >> 4 ? 129 : 65;
      return at === size;
    case 0xcc:
      return size % 2 === 0 && size <= 32;
    case 0xdc:
      return size === 2;
    case 0xdd:
      return size >= 2 && size <= 4;
    case 0xdf:
      return size === 1;
    case 0xda:
      return size === 4 + 2 * first;
    case 0xf8:
      return first === 1 ? size === 11 : first === 2 || first === 3 || (first === 4 && [6, 8, 10].includes(size));
    case 0xc8:
      return false;
  }
  const frame = (marker >= 0xc0 && marker < 0xd0) || marker === 0xde || marker === 0xf7;
  return frame && size > 5 && size === 6 + 3 * content[5];
}

/**
 * Bytes that stay of an application segment or a comment.
 * @param {number} marker
 * @param {Uint8Array} content
 */
export function staying(marker, content) {
  const text = latin(content.subarray(0, LONGEST));
  if ((marker === 0xe0 && text.startsWith("JFIF\0")) || (marker === 0xee && text.startsWith("Adobe")))
    return Math.min(NUMBERS, content.length);
  const isProfile = text.startsWith(SIGNATURE, 14 + SIGNATURE_AT) || content[12] > 1;
  const stays =
    (marker === 0xe2 && text.startsWith("ICC_PROFILE\0") && isProfile) ||
    (marker === 0xe8 && isPlain(content, text)) ||
    (marker === COM && isWriter(content));
  return stays ? content.length : 0;
}

/** What in JPEG-LS says what the samples mean, and that nothing follows. @param {Uint8Array} content @param {string} text */
function isPlain(content, text) {
  if (content.length === 5) return text.startsWith("mrfx") && content[4] <= 5;
  if (text.startsWith("SPIFF\0"))
    return content.length === 30 && content[6] > 0 && SPIFF.every((most, at) => content[6 + at] <= most);
  return content.length === 6 && text === "\0\0\0\x01\xff\xd8";
}

/**
 * Bytes that stay of the content of a box.
 * @param {string} kind
 * @param {Uint8Array} start   its first bytes
 * @param {number} size        all of its bytes
 */
export function stayingOfBox(kind, start, size) {
  if (NUMERIC.has(kind)) return size;
  const text = latin(start);
  if (kind === "ftyp") return size <= MOST_BRANDS && areBrands(text) ? size : Math.min(FIRST_BRAND, size);
  if (kind === "rreq") return size <= MOST_LOOKED_AT && isRequired(start) ? size : 0;
  if (kind === "uuid")
    return size >= 16 && size <= 20 && isUuid(start) && !start.subarray(16, -1).some(Boolean) ? size : 0;
  if (kind !== "colr") return Math.min(size, SIZES[kind] ?? 0);
  if (start[0] === 2 || start[0] === 3) return text.startsWith(SIGNATURE, 3 + SIGNATURE_AT) ? size : 0;
  if (start[0] !== 1) return 0;
  return Math.min(size, text.startsWith(CIELAB, 3) ? WITH_RANGES : ENUMERATED);
}

/** Whether a file type box names known kinds and nothing else. @param {string} text */
function areBrands(text) {
  if (text.length % 4 || text.slice(4, 7) !== "\0\0\0" || text.charCodeAt(7) > 4) return false;
  for (let at = 8; at < text.length; at += 4) if (!BRANDS.includes(text.slice(at, at + 4))) return false;
  return true;
}

/** Whether 16 bytes are a UUID (RFC 9562, 4.1 and 4.2): letters of ASCII are none. @param {Uint8Array} content */
function isUuid(content) {
  return content.length >= 16 && content[6] >= 0x10 && content[6] < 0x60 && content[8] >> 6 === 2;
}

/** Whether the content of a box tells what a reader has to know, as long as its own numbers say. @param {Uint8Array} content */
function isRequired(content) {
  const mask = content[0] ?? 0;
  const number = (/** @type {number} */ at) => (content[at] ?? 0) * 256 + (content[at + 1] ?? 0);
  const standard = 1 + 2 * mask;
  const vendor = standard + 2 + number(standard) * (2 + mask);
  const step = 16 + mask;
  if (![1, 2, 4, 8].includes(mask) || content.length !== vendor + 2 + number(vendor) * step) return false;
  for (let at = standard + 2; at < vendor; at += 2 + mask) if (content[at]) return false;
  for (let at = vendor + 2; at < content.length; at += step) if (!isUuid(content.subarray(at, at + 16))) return false;
  return true;
}
