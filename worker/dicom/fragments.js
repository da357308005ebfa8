// @ts-check
/** Finds where encapsulated pixel data end, by the headers of their items, and what in them no picture shows. */

import { findAsides } from "./asides.js";
import { IMPLICIT_LITTLE, ITEM, readHeader, SEQUENCE_END, viewOf } from "./element-header.js";

/** Number of images where they cannot be followed. */
const UNKNOWN = -1;
const ITEM_HEADER_BYTES = 8;
/** Read at a time while fragments are short, so that many headers come with one read. */
const LONG_WINDOW_BYTES = 256 * 1024;
/** Read at a time while fragments are longer than that: one header, and little more. */
const SHORT_WINDOW_BYTES = 4 * 1024;
/** Items that are kept in memory; a whole slide has fewer. */
const MOST_ITEMS = 1_000_000;

/**
 * Where `end` lies: behind the sequence delimiter, or at the item that could not be followed (then `complete` is false).
 * `count` is the number of items, the Basic Offset Table among them. `asides` is for codestreams alone.
 * @param {(start: number, end: number) => Promise<Uint8Array>} read
 * @param {number} start   the first item: the offset table
 * @param {number} size    bytes of the file
 * @returns {Promise<import("../shared/protocol/tasks.js").Fragments>}
 */
export async function walkFragments(read, start, size) {
  let at = start;
  /** @type {[number, number][]} */
  const values = [];
  /** @type {{start: number, bytes: Uint8Array}} */
  let window = { start: 0, bytes: new Uint8Array(0) };
  let last = 0;
  let count = 0;
  while (at + ITEM_HEADER_BYTES <= size) {
    if (at < window.start || at + ITEM_HEADER_BYTES > window.start + window.bytes.length) {
      const length = last > LONG_WINDOW_BYTES ? SHORT_WINDOW_BYTES : LONG_WINDOW_BYTES;
      window = { start: at, bytes: await read(at, Math.min(at + length, size)) };
    }
    const header = readHeader(viewOf(window.bytes), at - window.start, IMPLICIT_LITTLE);
    if (header?.tag === SEQUENCE_END) return result(at + ITEM_HEADER_BYTES, true);
    if (header?.tag !== ITEM || at + ITEM_HEADER_BYTES + header.length > size) break;
    last = header.length;
    at += ITEM_HEADER_BYTES + header.length;
    count++;
    if (count <= MOST_ITEMS) values.push([at - header.length, at]);
  }
  return result(at, false);

  async function result(/** @type {number} */ end, /** @type {boolean} */ complete) {
    const found = count && count <= MOST_ITEMS ? await findAsides(read, values) : null;
    return { start, end, count, complete, asides: found?.ranges.flat() ?? [], images: found?.images ?? UNKNOWN };
  }
}
