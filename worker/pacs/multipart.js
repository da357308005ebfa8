// @ts-check
/** The parts of a multipart/related answer (RFC 2387), as it comes: there is no length, so the closing boundary has to be there. */

import { PacsError } from "./peer.js";

const [CR, LF, DASH, SPACE, TAB] = [13, 10, 45, 32, 9];
/** Bytes of the headers of a part. */
const LONGEST_HEAD = 8192;
/** Bytes of chunks that are held before they become a Blob, which is not in the memory of the worker. */
const HELD_BYTES = 4 * 1024 * 1024;

/** The boundary that a Content-Type names; "" if none. @param {string | null} type */
export function boundaryOf(type) {
  if (!/^\s*multipart\/related\b/i.test(type ?? "")) return "";
  const named = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(type ?? "");
  return named?.[1] ?? named?.[2] ?? "";
}

/**
 * The bodies of the parts. Throws a PacsError PACS_ANSWER where it is none, PACS_LOST where the closing boundary is missing.
 * @param {AsyncIterable<Uint8Array<ArrayBuffer>>} chunks
 * @param {string} boundary
 * @returns {AsyncGenerator<Blob>}
 */
export async function* partsOf(chunks, boundary) {
  const mark = new TextEncoder().encode(`\r\n--${boundary}`);
  // The first boundary may be the very beginning: as if a line had ended before it.
  let rest = Uint8Array.of(CR, LF);
  /** @type {"before" | "behind" | "head" | "body" | "end"} behind: a boundary; it says whether another part follows */
  let at = "before";
  let body = new Body();
  for await (const chunk of chunks) {
    // What is content for sure is not copied, only to be one with what follows it.
    const seam = chunk.subarray(0, mark.length - 1);
    if (at === "body" && chunk.length > seam.length && indexOf(joined(rest, seam), mark) < 0) {
      body.add(rest);
      rest = chunk;
    } else rest = joined(rest, chunk);
    for (let going = true; going && at !== "end"; ) {
      going = false;
      if (at === "behind") {
        const step = stepBehind(rest);
        if (step) [rest, at, going] = [rest.subarray(step.bytes), step.next, true];
      } else if (at === "head") {
        const length = headLength(rest);
        if (length > 0) [rest, at, body, going] = [rest.subarray(length), "body", new Body(), true];
      } else {
        const found = indexOf(rest, mark);
        const sure = found < 0 ? Math.max(0, rest.length - mark.length + 1) : found;
        if (at === "body") body.add(rest.subarray(0, sure));
        rest = rest.subarray(found < 0 ? sure : found + mark.length);
        if (found < 0) continue;
        if (at === "body") yield body.whole();
        [at, going] = ["behind", true];
      }
    }
  }
  if (at !== "end") throw new PacsError(at === "before" ? "PACS_ANSWER" : "PACS_LOST");
}

/** The bytes of a part, most of them outside the memory of the worker. */
class Body {
  /** @type {Blob[]} */ #blobs = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */ #chunks = [];
  #held = 0;

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  add(bytes) {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#held += bytes.length;
    if (this.#held >= HELD_BYTES) this.#put();
  }

  #put() {
    this.#blobs.push(new Blob(this.#chunks));
    [this.#chunks, this.#held] = [[], 0];
  }

  whole() {
    this.#put();
    return new Blob(this.#blobs);
  }
}

/** Behind a boundary, "--" ends all, a line end begins a part. @param {Uint8Array} rest @returns {{bytes: number, next: "behind" | "head" | "end"} | null} */
function stepBehind(rest) {
  if (rest[0] === SPACE || rest[0] === TAB) return { bytes: 1, next: "behind" };
  if (rest.length < 2) return null;
  if (rest[0] === DASH && rest[1] === DASH) return { bytes: 2, next: "end" };
  if (rest[0] === CR && rest[1] === LF) return { bytes: 0, next: "head" }; // the line end may be all of the head
  throw new PacsError("PACS_ANSWER");
}

const HEAD_END = Uint8Array.of(CR, LF, CR, LF);

/** Bytes of the headers of a part with the empty line behind them; 0: they are not here yet. @param {Uint8Array<ArrayBuffer>} rest */
function headLength(rest) {
  const end = indexOf(rest.subarray(0, LONGEST_HEAD), HEAD_END);
  if (end >= 0) return end + HEAD_END.length;
  if (rest.length >= LONGEST_HEAD) throw new PacsError("PACS_ANSWER");
  return 0;
}

/** @param {Uint8Array<ArrayBuffer>} one @param {Uint8Array<ArrayBuffer>} other */
function joined(one, other) {
  if (one.length === 0) return other;
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** @param {Uint8Array} bytes @param {Uint8Array} wanted */
function indexOf(bytes, wanted) {
  const last = bytes.length - wanted.length;
  for (let at = bytes.indexOf(wanted[0]); at >= 0 && at <= last; at = bytes.indexOf(wanted[0], at + 1)) {
    let same = 1;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same++;
    if (same === wanted.length) return at;
  }
  return -1;
}
