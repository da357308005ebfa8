// @ts-check
/**
 * Asides of compressed frames: comments, application segments, small pictures, and what follows an image. No picture
 * shows them, and they can hold any text. The same walk as py/dicom_deid/dicom/asides.py, which says why and by which
 * standards.
 */

import { viewOf } from "./element-header.js";
import { NotFollowed, Stream, WINDOW_BYTES } from "./fragment-stream.js";
import { COM, isKnown2000, isNumbers, isWriter, latin, MOST_LOOKED_AT, staying, stayingOfBox } from "./segments.js";

/** @typedef {import("./fragment-stream.js").Range} Range */

const ITEM_HEADER_BYTES = 8;
const JPEG_2000 = 0xff4f;
const [SOI, EOI, SOS] = [0xd8, 0xd9, 0xda];
const [SOT, SOD, EOC, COMMENT] = [0xff90, 0xff93, 0xffd9, 0xff64];
const FILES = ["jP  ", "JXL "].map((kind) => `\0\0\0\x0c${kind}\r\n\x87\n`);
const FILE_START = FILES[0].length;
/** JPEG, with what begins its first marker, JPEG 2000, and JPEG XL without boxes. */
const STARTS = ["\xff\xd8\xff", "\xff\x4f", "\xff\x0a"];
/** How a fragment begins that is an image, perhaps behind filling. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are bytes
const OPENING = /^[\0\xff ]*?(?:\xff\xd8\xff|\xff\x4f\xff\x51|\0\0\0\x0c(?:jP {2}|JXL )\r\n\x87\n)/;
/** SOC and SIZ, which cannot stand in a codestream that has begun. */
const NEXT = 0xff4fff51;
const NEXT_BYTES = 4;
/** Boxes that are made of boxes, and codestreams, of which a reader shows the first. */
const [SUPER, ONCE] = [new Set(["jp2h", "res "]), new Set(["jp2c", "jxlc"])];
/** Asides of an object: of a whole slide with a comment in each of its tiles there are fewer. */
const MOST = 1_000_000;
/** Boxes in which a box can stand. */
const DEEPEST = 2;

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
    return !areOffsets(await read(...items[0]), most) ? null : found;
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
const isFilling = (bytes) => bytes.every((byte) => byte === 0 || byte === 0xff || byte === 0x20);
/** What ends entropy-coded bytes. @param {number} second */
const ends = (second) => (second >= 0x80 && second <= 0xcf) || (second >= 0xd8 && second <= 0xfe);
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
        if (!images) {
          for await (const opening of stream.openings(at)) if (OPENING.test(latin(opening))) throw new NotFollowed();
          break; // of another kind, or damaged from its beginning
        }
        this.#aside(end, stop);
      }
      at = stop;
    }
    return { ranges: this.#found, images };
  }

  /** Whether an image begins here. @param {number} at */
  async #begins(at) {
    const opening = latin(await this.#stream.bytes(at, Math.min(FILE_START, this.#stream.size - at)));
    return FILES.includes(opening) || STARTS.some((start) => opening.startsWith(start));
  }

  /** The end of the image that begins here, if one does. @param {number} at */
  async #image(at) {
    const opening = latin(await this.#stream.bytes(at, Math.min(FILE_START, this.#stream.size - at)));
    if (opening.startsWith(STARTS[0])) return this.#jpeg(at + 2);
    if (opening.startsWith(STARTS[1])) return this.#jpeg2000(at + 2);
    if (opening.startsWith(STARTS[2])) return this.#jpegXl(at);
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
    for (const range of this.#stream.ranges(at, end)) {
      this.#found.push(range);
      if (this.#found.length > MOST) throw new NotFollowed();
    }
  }

  /** JPEG of any process, or JPEG-LS: from behind SOI to behind EOI, or to the end where it was cut off. @param {number} at */
  async #jpeg(at) {
    const stream = this.#stream;
    while (at < stream.size) {
      const [first, marker] = at + 1 < stream.size ? await stream.bytes(at, 2) : [0xff, EOI];
      if (marker === SOI && stream.boundary(at) === at) return at; // the one before was cut off
      if (first !== 0xff || marker === 0 || marker === SOI) throw new NotFollowed();
      if (marker === EOI) return Math.min(at + 2, stream.size);
      if (marker === 0xff) {
        at = await stream.find((second) => second !== 0xff, at); // fill bytes may stand before a marker
        continue;
      }
      const size = Math.max(await stream.number(at + 2), 2);
      const content = await stream.bytes(at + 4, size - 2);
      if (marker === COM || (marker >= 0xe0 && marker < 0xf0)) {
        const stays = staying(marker, content);
        if (content.subarray(stays).some(Boolean)) this.#aside(at + 4 + stays, at + 4 + content.length);
      } else if (!isNumbers(marker, content)) throw new NotFollowed();
      at += 2 + size;
      if (marker === SOS) at = await stream.find(ends, at);
    }
    return at;
  }

  /** JPEG 2000 or HTJ2K: from behind SOC to behind EOC, or to the end where it was cut off. @param {number} at */
  async #jpeg2000(at) {
    const stream = this.#stream;
    at = await this.#segments(at, SOT);
    while (at + 12 <= stream.size && (await stream.number(at)) === SOT) {
      const stated = await stream.number(at + 6, 4);
      const inner = await this.#segments(at + 12, SOD);
      at = await this.#tilePart(inner + 2, stated ? at + stated : stream.size + 1);
    }
    if (at >= stream.size) return stream.size;
    if ((await stream.number(at)) === EOC) return at + 2;
    if (stream.boundary(at) === at && (await this.#begins(at))) return at; // the one before was cut off
    throw new NotFollowed();
  }

  /**
   * Where the tile-part ends whose data begin here: where it says, but at EOC if that is behind the image.
   * @param {number} at
   * @param {number} end
   */
  async #tilePart(at, end) {
    const stream = this.#stream;
    if (end < at) throw new NotFollowed();
    const last = Math.min(end, stream.size - NEXT_BYTES);
    let border = stream.boundary(at);
    while (border < last && (await stream.number(border, NEXT_BYTES)) !== NEXT) border = stream.boundary(border + 1);
    if (border >= last) border = Math.min(end, stream.size);
    return end === border ? end : stream.find((second) => second === EOI, at, border);
  }

  /** A codestream of JPEG XL without boxes: up to the fragment with which the next one begins. @param {number} at */
  async #jpegXl(at) {
    const stream = this.#stream;
    let end = stream.boundary(at + 1);
    while (end < stream.size && !(await this.#begins(end))) end = stream.boundary(end + 1);
    return end;
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
      const stays = marker === COMMENT ? 2 : isKnown2000(marker & 0xff) ? content.length : 0;
      if (content.subarray(stays).some(Boolean) && !(marker === COMMENT && isWriter(content)))
        this.#aside(at + 4 + stays, at + 2 + size);
      at += 2 + size;
    }
  }

  /** A file of boxes, up to the next one or to filling. @param {number} at */
  async #file(at) {
    const stream = this.#stream;
    const first = at;
    const seen = new Set();
    while (stream.size - at >= FILE_START) {
      const end = stream.boundary(at + 1);
      if (at > first && ((await this.#begins(at)) || !(await this.#isMore(at, Math.min(end, at + 8))))) break;
      const kind = latin(await stream.bytes(at + 4, 4));
      at = await this.#box(at, end, 0, ONCE.has(kind) && seen.has(kind));
      seen.add(kind);
    }
    return at;
  }

  /**
   * A box, and those in it; what can hold text is an aside, and a codestream behind the first one.
   * @param {number} at
   * @param {number} end     where one ends that does not say it
   * @param {number} depth   boxes around it
   * @param {boolean} again  whether it is such a codestream
   * @returns {Promise<number>}
   */
  async #box(at, end, depth = 0, again = false) {
    const stream = this.#stream;
    const stated = await stream.number(at, 4);
    const kind = latin(await stream.bytes(at + 4, 4));
    let inner = stated === 1 ? at + 16 : at + 8;
    const stop = at + (stated === 1 ? await stream.number(at + 8, 8) : stated || end - at);
    if (stop < inner || stop > stream.size || depth > DEEPEST) throw new NotFollowed();
    if (kind === "jp2c" && !again) {
      if ((await stream.number(inner)) !== JPEG_2000) throw new NotFollowed();
      const last = await this.#jpeg2000(inner + 2);
      if (last > stop) throw new NotFollowed();
      if (await this.#isMore(last, stop)) this.#aside(last, stop);
    } else if (SUPER.has(kind)) {
      while (inner < stop) inner = await this.#box(inner, stop, depth + 1);
    } else {
      const start = await stream.bytes(inner, Math.min(stop - inner, MOST_LOOKED_AT));
      if (!again) inner += stayingOfBox(kind, start, stop - inner);
      if (await this.#isMore(inner, stop)) this.#aside(inner, stop);
    }
    return stop;
  }
}
