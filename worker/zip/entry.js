// @ts-check
/** The entries of a picked ZIP as sources: read by ranges, never the archive as a whole, and no more than they say they hold. */

import { readRange } from "../shared/blob.js";
import { CodedError, nameOf } from "../shared/errors.js";
import { WHOLE_BYTES } from "../shared/limits.js";
import { limited } from "../shared/timeouts.js";
import { listEntries } from "./central-directory.js";
import { crc32 } from "./crc32.js";

const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
/** General purpose bits: encrypted, strongly encrypted, header encrypted. */
const ENCRYPTED = 0x2041;
/** An entry that says that it becomes longer than this (bytes), and so many times as long, is taken for a bomb. */
const BOMB_BYTES = 256 * 1024 * 1024;
const BOMB_RATIO = 200;

/**
 * @typedef {import("./central-directory.js").Listed} Listed
 * @typedef {import("../storage/temporary.js").Scratch} Scratch
 * @typedef {{path: string, origin: ArchiveEntry}} Found
 *
 * @typedef {object} Content   the bytes of an open file, of an archive or not
 * @property {Blob} blob
 * @property {Uint8Array<ArrayBuffer>} [whole]       all of them, where they were read into memory
 * @property {() => Promise<void>} [confirm]         throws a CodedError when the file has changed
 * @property {() => Promise<void>} [release]         deletes a temporary file
 */

/** One file of an archive. Its name is shown and keyed; it never becomes a path to write to. */
export class ArchiveEntry {
  #file;
  #scratch;
  #method;
  #crc;
  #compressed;
  #offset;

  /**
   * @param {File} file
   * @param {Scratch} scratch
   * @param {Listed} listed
   */
  constructor(file, scratch, listed) {
    this.#file = file;
    this.#scratch = scratch;
    this.#method = listed.method;
    this.#crc = listed.crc;
    this.#compressed = listed.compressed;
    this.#offset = listed.offset;
    this.size = listed.size;
    /** Why it is not read, as a reason code; "": it is. */
    this.reason = reasonOf(listed);
  }

  /** By what the archive says of its content, a change of it shows. */
  get crc() {
    return this.#crc;
  }

  /** Its first byte in the archive, and the end of the least that it occupies. */
  get extent() {
    return { start: this.#offset, end: this.#offset + LOCAL_HEADER_BYTES + this.#compressed };
  }

  /**
   * The first bytes; inflates no more than it must.
   * @param {number} bytes
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async head(bytes) {
    if (this.#method === STORED) return readRange(await this.#raw(), 0, bytes);
    const head = new Uint8Array(Math.min(bytes, this.size));
    let length = 0;
    for await (const chunk of this.#chunks()) {
      const part = chunk.subarray(0, head.length - length);
      head.set(part, length);
      length += part.length;
      if (length === head.length) return head;
    }
    throw new CodedError("ZIP_ENTRY_BAD");
  }

  /**
   * The whole entry, checked against its CRC: in memory, in the archive itself, or spooled to private storage.
   * @returns {Promise<Content>}
   */
  async extract() {
    if (this.reason) throw new CodedError(this.reason);
    if (this.size <= WHOLE_BYTES) return { blob: new Blob(), whole: await this.#whole() };
    return this.#method === STORED ? this.#inPlace() : this.#spool();
  }

  async #whole() {
    const whole = new Uint8Array(this.size);
    let length = 0;
    for await (const chunk of this.#checked()) {
      whole.set(chunk, length);
      length += chunk.length;
    }
    return whole;
  }

  /** Checks a stored entry, which is then read in its place in the archive. */
  async #inPlace() {
    for await (const _ of this.#checked());
    return { blob: await this.#raw() };
  }

  async #spool() {
    const spool = await this.#scratch.create();
    const writer = spool.writable.getWriter();
    try {
      for await (const chunk of this.#checked()) await writer.write(chunk);
      return { blob: await spool.finish(), release: () => spool.remove() };
    } catch (error) {
      await spool.remove();
      throw nameOf(error) === "QuotaExceededError" ? new CodedError("OUTPUT_FULL") : error;
    }
  }

  /** The content, up to the length that the directory says and with its CRC: throws a CodedError when it is another. */
  async *#checked() {
    let length = 0;
    let crc = 0;
    for await (const chunk of this.#chunks()) {
      length += chunk.length;
      if (length > this.size) break;
      crc = crc32(chunk, crc);
      yield chunk;
    }
    if (length !== this.size || crc !== this.#crc) throw new CodedError("ZIP_ENTRY_BAD");
  }

  /** @returns {AsyncGenerator<Uint8Array<ArrayBuffer>>} */
  async *#chunks() {
    const raw = (await this.#raw()).stream();
    const stream = this.#method === STORED ? raw : raw.pipeThrough(new DecompressionStream("deflate-raw"));
    const reader = stream.getReader();
    try {
      for (;;) {
        const { done, value } = await limited(() => reader.read());
        if (done) return;
        yield value;
      }
    } catch (error) {
      throw new CodedError(readReason(error));
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  /** Its bytes in the archive. */
  async #raw() {
    const header = await readRange(this.#file, this.#offset, this.#offset + LOCAL_HEADER_BYTES);
    const view = new DataView(header.buffer);
    if (header.length < LOCAL_HEADER_BYTES || view.getUint32(0, true) !== LOCAL_HEADER)
      throw new CodedError("ZIP_ENTRY_BAD");
    const start = this.#offset + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
    const raw = this.#file.slice(start, start + this.#compressed);
    if (raw.size !== this.#compressed) throw new CodedError("ZIP_ENTRY_BAD");
    return raw;
  }
}

/** @param {Listed} listed */
function reasonOf({ name, flags, method, compressed, size }) {
  if (flags & ENCRYPTED) return "ZIP_ENCRYPTED";
  if (leadsOut(name)) return "ZIP_PATH";
  if (method !== STORED && method !== DEFLATED) return "ZIP_METHOD";
  if (method === STORED && compressed !== size) return "ZIP_ENTRY_BAD";
  return size > BOMB_BYTES && size > BOMB_RATIO * compressed ? "ZIP_BOMB" : "";
}

/** Whether a name is a path that leads out of the folder that the archive would be unpacked in. @param {string} name */
function leadsOut(name) {
  return /^([/\\]|[A-Za-z]:)/.test(name) || name.split(/[/\\]/).includes("..");
}

/** Whose fault it is: the archive file could not be read, or else the entry is bad. @param {unknown} error */
function readReason(error) {
  const unread = ["NotReadableError", "NotFoundError", "NotAllowedError", "TimeoutError"];
  return unread.includes(nameOf(error)) ? "READ_FAILED" : "ZIP_ENTRY_BAD";
}

/**
 * The files of an archive, in its own order; null when it cannot be listed. A name that comes again gets a number.
 * @param {File} file
 * @param {Scratch} scratch
 * @returns {Promise<Found[] | null>}
 */
export async function listArchive(file, scratch) {
  /** @type {Found[]} */
  const found = [];
  /** @type {Set<string>} */
  const names = new Set();
  try {
    for await (const listed of listEntries(file)) {
      if (listed.name.endsWith("/")) continue;
      const path = unlike(names, listed.name);
      names.add(path);
      found.push({ path, origin: new ArchiveEntry(file, scratch, listed) });
    }
  } catch {
    return null;
  }
  refuseOverlaps(found.map(({ origin }) => origin));
  return found;
}

/**
 * A path that is not among these: the one given, or it with the next number.
 * @param {Set<string>} names
 * @param {string} path
 */
export function unlike(names, path) {
  let other = path;
  for (let number = 2; names.has(other); number++) other = `${path} (${number})`;
  return other;
}

/** Entries that share bytes are how a small archive becomes endless. @param {ArchiveEntry[]} entries */
function refuseOverlaps(entries) {
  const inOrder = entries.toSorted((one, other) => one.extent.start - other.extent.start);
  let furthest = inOrder[0];
  for (const entry of inOrder.slice(1)) {
    if (entry.extent.start < furthest.extent.end) {
      entry.reason ||= "ZIP_ENTRY_BAD";
      furthest.reason ||= "ZIP_ENTRY_BAD";
    }
    if (entry.extent.end > furthest.extent.end) furthest = entry;
  }
}
