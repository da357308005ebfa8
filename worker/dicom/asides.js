// @ts-check
/**
 * Asides of compressed frames: comments, application segments, small pictures, and what follows an image. No picture
 * shows them, and they can hold any text. The same walk as py/dicom_deid/dicom/asides.py, which says why and by which
 * standards.
 */

import { viewOf } from "./element-header.js";
import { NotFollowed, Stream, WINDOW_BYTES } from "./fragment-stream.js";

/** @typedef {import("./fragment-stream.js").Range} Range */

const ITEM_HEADER_BYTES = 8;
const JPEG_2000 = 0xff4f;
const [SOI, EOI, SOS, COM, TEM] = [0xd8, 0xd9, 0xda, 0xfe, 0x01];
const [SOT, SOD, EOC, COMMENT] = [0xff90, 0xff93, 0xffd9, 0xff64];
/** Bytes of a JFIF or an Adobe segment that say what the samples mean. */
const NUMBERS = 12;
const WRITERS = new RegExp(
  "^(?:(?:Kakadu-v?|Created by (?:GDCM/)?OpenJPEG version |OpenJPH Ver |Created by:? (?:JJ2000|Grok) +version " +
    "|Creator: JasPer Version |LEAD Technologies Inc\\. V|CREATOR: gd-jpeg v)[\\d.]{1,8}|Created with GIMP)$",
);
const FILES = ["jP  ", "JXL "].map((kind) => `\0\0\0\x0c${kind}\r\n\x87\n`);
const FILE_START = FILES[0].length;
/** JPEG, with what begins its first marker, and JPEG 2000. */
const STARTS = ["\xff\xd8\xff", "\xff\x4f"];
const NUMERIC = new Set("jP  ,ftyp,rreq,ihdr,bpcc,colr,pclr,cmap,cdef,resc,resd,JXL ,jxlc,jxlp,jxll".split(","));
/** Bytes of a box of somebody's own that are its UUID and a number. */
const LEAST = 20;
const SUPER = new Set(["jp2h", "res "]);

/** @typedef {{ranges: Range[], images: number}} Asides  `images`: codestreams */

/**
 * The asides in the items of encapsulated pixel data, none where these are no codestreams; null where one of them
 * cannot be followed, or the offset table before it holds what is no offset.
 * @param {import("./fragment-stream.js").Read} read
 * @param {Range[]} items   their values, that of the offset table first
 * @returns {Promise<Asides | null>}
 */
export async function findAsides(read, items) {
  const stream = new Stream(read, items.slice(1));
  try {
    const found = await new Walk(stream).all();
    const most = stream.size + ITEM_HEADER_BYTES * items.length;
    return found.images && !areOffsets(await read(...items[0]), most) ? null : found;
  } catch (error) {
    if (error instanceof NotFollowed) return null;
    throw error;
  }
}

/** Whether these are offsets: less than what they count in, while text would be more. @param {Uint8Array} table @param {number} most */
function areOffsets(table, most) {
  const view = viewOf(table);
  for (let at = 0; at + 4 <= table.length; at += 4) if (view.getUint32(at, true) >= most) return false;
  return table.length % 4 === 0;
}

/** @param {Uint8Array} bytes */
const latin = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
/** @param {Uint8Array} bytes */
const isFilling = (bytes) => bytes.every((byte) => byte === 0 || byte === 0xff || byte === 0x20);
/** What ends entropy-coded bytes. @param {number} second */
const ends = (second) => (second >= 0x80 && second <= 0xcf) || (second >= 0xd8 && second <= 0xfe);
/** What in JPEG-LS says what the samples mean, and that nothing follows. @param {string} text */
const isPlain = (text) =>
  (text.length === 5 && text.startsWith("mrfx") && text.charCodeAt(4) <= 5) ||
  (text.length === 30 && text.startsWith("SPIFF\0")) ||
  text === "\0\0\0\x01\xff\xd8";
/** A comment that names a program and nothing else. @param {string} text */
const isWriter = (text) => WRITERS.test(text.slice(text.startsWith("\0\x01") ? 2 : 0).replace("\0", ""));
/** @param {number} marker */
const isAlone = (marker) => marker === TEM || (marker >= 0xd0 && marker <= 0xd7);

/** The way through all codestreams of a stream. */
class Walk {
  #stream;
  /** @type {Range[]} */
  #found = [];

  /** @param {Stream} stream */
  constructor(stream) {
    this.#stream = stream;
  }

  /** All of it. @returns {Promise<Asides>} */
  async all() {
    const stream = this.#stream;
    let images = 0;
    for (let at = 0; at < stream.size; ) {
      const end = await this.#image(at);
      if (end > at) images++;
      const stop = stream.boundary(Math.max(end, at + 1));
      if (await this.#isMore(end, stop)) {
        if (!images) break; // of another kind, or damaged from its beginning
        this.#aside(end, stop);
      }
      at = stop;
    }
    return { ranges: this.#found, images };
  }

  /** The end of the image that begins here, if one does. @param {number} at */
  async #image(at) {
    const opening = latin(await this.#stream.bytes(at, Math.min(FILE_START, this.#stream.size - at)));
    if (opening.startsWith(STARTS[0])) return this.#jpeg(at + 2);
    if (opening.startsWith(STARTS[1])) return this.#jpeg2000(at + 2);
    return FILES.includes(opening) ? this.#file(at) : at;
  }

  /** Whether more than filling stands behind an image, up to the end of its fragment. @param {number} at @param {number} end */
  async #isMore(at, end) {
    for (; at < end; at += WINDOW_BYTES)
      if (!isFilling(await this.#stream.bytes(at, Math.min(WINDOW_BYTES, end - at)))) return true;
    return false;
  }

  /** Takes down a part. @param {number} at @param {number} end */
  #aside(at, end) {
    this.#found.push(...this.#stream.ranges(at, end));
  }

  /** JPEG of any process, or JPEG-LS: from behind SOI to behind EOI, or to the end where it was cut off. @param {number} at */
  async #jpeg(at) {
    const stream = this.#stream;
    while (at < stream.size) {
      const [first, marker] = at + 1 < stream.size ? await stream.bytes(at, 2) : [0xff, EOI];
      if (marker === SOI && stream.boundary(at) === at) return at; // the one before was cut off
      if (first !== 0xff || marker === 0 || marker === SOI) throw new NotFollowed();
      if (marker === EOI) return Math.min(at + 2, stream.size);
      if (marker === 0xff || isAlone(marker)) {
        at += marker === 0xff ? 1 : 2;
        continue;
      }
      const size = Math.max(await stream.number(at + 2), 2);
      if (marker === COM || (marker >= 0xe0 && marker < 0xf0)) {
        this.#application(marker, await stream.bytes(at + 4, size - 2), at + 4);
      } else await stream.bytes(at + 4, size - 2);
      at += 2 + size;
      if (marker === SOS) at = await stream.find(ends, at);
    }
    return at;
  }

  /**
   * An application segment or a comment; what says how samples are meant stays.
   * @param {number} marker
   * @param {Uint8Array} content
   * @param {number} at
   */
  #application(marker, content, at) {
    const text = latin(content.subarray(0, 40));
    let stays = 0;
    if ((marker === 0xe0 && text.startsWith("JFIF\0")) || (marker === 0xee && text.startsWith("Adobe")))
      stays = Math.min(NUMBERS, content.length);
    else if (marker === 0xe2 && text.startsWith("ICC_PROFILE\0")) stays = content.length;
    else if (marker === 0xe8 && content.length <= 40 && isPlain(text)) stays = content.length;
    else if (marker === COM && content.length <= 40 && isWriter(text)) stays = content.length;
    if (content.subarray(stays).some(Boolean)) this.#aside(at + stays, at + content.length);
  }

  /** JPEG 2000 or HTJ2K: from behind SOC to behind EOC, or to the end where it was cut off. @param {number} at */
  async #jpeg2000(at) {
    const stream = this.#stream;
    at = await this.#segments(at, SOT);
    while (at + 12 <= stream.size && (await stream.number(at)) === SOT) {
      const stated = await stream.number(at + 6, 4);
      const inner = await this.#segments(at + 12, SOD);
      const length = stated || (await this.#last(inner)) - at;
      if (length < inner + 2 - at) throw new NotFollowed();
      at += length;
    }
    if (at >= stream.size) return stream.size;
    if ((await stream.number(at)) !== EOC) throw new NotFollowed();
    return at + 2;
  }

  /** Where a tile-part ends that does not say it: at EOC, but before the next codestream. @param {number} at */
  async #last(at) {
    const stream = this.#stream;
    const end = await stream.find((second) => second === EOI, at);
    let border = stream.boundary(at);
    while (border < end && (await stream.number(border)) !== JPEG_2000) border = stream.boundary(border + 1);
    return Math.min(border, end);
  }

  /**
   * Segments of a header of JPEG 2000 up to a marker; their comments are asides.
   * @param {number} at
   * @param {number} last
   */
  async #segments(at, last) {
    const stream = this.#stream;
    for (;;) {
      const marker = await stream.number(at);
      if (marker === last) return at;
      const size = await stream.number(at + 2);
      if (marker < JPEG_2000 || size < 2) throw new NotFollowed();
      const content = await stream.bytes(at + 4, size - 2);
      if (marker === COMMENT && content.subarray(2).some(Boolean) && !isWriter(latin(content.subarray(0, 80))))
        this.#aside(at + 6, at + 2 + size);
      at += 2 + size;
    }
  }

  /** A file of boxes, up to the next one or to filling. @param {number} at */
  async #file(at) {
    const stream = this.#stream;
    const first = at;
    while (stream.size - at >= FILE_START) {
      const end = stream.boundary(at + 1);
      const opening = latin(await stream.bytes(at, FILE_START));
      const begins = FILES.includes(opening) || STARTS.some((start) => opening.startsWith(start));
      if (at > first && (begins || !(await this.#isMore(at, Math.min(end, at + 8))))) break;
      at = await this.#box(at, end);
    }
    return at;
  }

  /**
   * A box, and those in it; what can hold text is an aside.
   * @param {number} at
   * @param {number} end   where one ends that does not say it
   * @returns {Promise<number>}
   */
  async #box(at, end) {
    const stream = this.#stream;
    const stated = await stream.number(at, 4);
    const kind = latin(await stream.bytes(at + 4, 4));
    let inner = stated === 1 ? at + 16 : at + 8;
    const stop = at + (stated === 1 ? await stream.number(at + 8, 8) : stated || end - at);
    if (stop < inner || stop > stream.size) throw new NotFollowed();
    if (kind === "jp2c") {
      if ((await stream.number(inner)) !== JPEG_2000) throw new NotFollowed();
      const last = await this.#jpeg2000(inner + 2);
      if (last > stop) throw new NotFollowed();
      if (await this.#isMore(last, stop)) this.#aside(last, stop);
    } else if (!NUMERIC.has(kind) && !SUPER.has(kind) && (kind !== "uuid" || stop - inner > LEAST))
      this.#aside(inner, stop);
    while (SUPER.has(kind) && inner < stop) inner = await this.#box(inner, stop);
    return stop;
  }
}
