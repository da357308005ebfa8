// @ts-check
/** ZIP archives: the entries of a picked one as sources, and a run folder as one stored ZIP64. */

import { BlobReader, configure, ZipReader, ZipWriter } from "../vendor/zip.js";
import { CodedError, nameOf } from "./patience.js";
import { WHOLE_BYTES } from "./protocol.js";

// This is a worker already, and a blob: worker would break the Content-Security-Policy.
configure({ useWebWorkers: false });

/** One file of an archive. Its name is shown and keyed; it never becomes a path to write to. */
export class ArchiveEntry {
  #entry;
  #scratch;

  /**
   * @param {import("../vendor/zip.js").FileEntry} entry
   * @param {import("./scratch.js").Scratch} scratch
   */
  constructor(entry, scratch) {
    this.#entry = entry;
    this.#scratch = scratch;
  }

  get size() {
    return this.#entry.uncompressedSize;
  }

  get encrypted() {
    return this.#entry.encrypted;
  }

  /**
   * The first bytes; inflates no more than it must.
   * @param {number} bytes
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async head(bytes) {
    const head = new Uint8Array(Math.min(bytes, this.size));
    const enough = new AbortController();
    let length = 0;
    const writable = new WritableStream({
      write(chunk) {
        const part = chunk.subarray(0, head.length - length);
        head.set(part, length);
        length += part.length;
        if (length === head.length) enough.abort();
      },
    });
    try {
      await this.#entry.getData(writable, { signal: enough.signal, checkCrc32: false });
    } catch (error) {
      if (length < head.length) throw new CodedError(readReason(error));
    }
    return head.subarray(0, length);
  }

  /**
   * The whole entry, checked against its CRC: in memory, or spooled to private storage when it is large.
   * @returns {Promise<import("./source.js").Content>}
   */
  async extract() {
    if (this.encrypted) throw new CodedError("ZIP_ENCRYPTED");
    return this.size <= WHOLE_BYTES ? this.#inflate() : this.#spool();
  }

  async #inflate() {
    try {
      const whole = new Uint8Array(await this.#entry.arrayBuffer({ checkCrc32: true }));
      return { blob: new Blob(), whole };
    } catch (error) {
      throw new CodedError(readReason(error));
    }
  }

  async #spool() {
    const file = await this.#scratch.create();
    try {
      await this.#entry.getData(file.writable, { checkCrc32: true });
      return { blob: await file.finish(), release: () => file.remove() };
    } catch (error) {
      await file.remove();
      throw new CodedError(readReason(error));
    }
  }
}

/** Whose fault it is: the archive file could not be read, the disk is full, or else the entry is bad. @param {unknown} error */
function readReason(error) {
  const name = nameOf(error);
  if (name === "NotReadableError" || name === "NotFoundError" || name === "QuotaExceededError") return "READ_FAILED";
  return "ZIP_ENTRY_BAD";
}

/**
 * The files of an archive, in its own order; null when it cannot be listed.
 * @param {File} file
 * @param {import("./scratch.js").Scratch} scratch
 * @returns {Promise<{path: string, origin: ArchiveEntry}[] | null>}
 */
export async function listArchive(file, scratch) {
  // No name is refused: "../x" as a name harms nobody who does not write to it.
  const reader = new ZipReader(new BlobReader(file), { filenameValidation: "tolerant" });
  const entries = [];
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (!entry.directory) entries.push({ path: entry.filename, origin: new ArchiveEntry(entry, scratch) });
    }
  } catch {
    return null;
  }
  return entries;
}

/**
 * Writes files into one archive, stored: what is in it is compressed already, or not worth the time.
 * @param {AsyncIterable<{path: string, file: File}>} files
 * @param {WritableStream<Uint8Array>} writable
 * @param {() => void} onFile
 */
export async function writeArchive(files, writable, onFile) {
  const writer = new ZipWriter(writable, { level: 0, zip64: true, keepOrder: true });
  for await (const { path, file } of files) {
    await writer.add(path, { readable: file.stream(), size: file.size });
    onFile();
  }
  await writer.close();
}
