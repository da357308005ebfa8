// @ts-check
/** Writes outputs: segments become a file in private storage or in a chosen folder, which is there complete or not at all. */

import { CodedError, nameOf, patiently } from "./patience.js";

/** Copied at a time: so much can be held in memory per file being written, and between two a run can be cancelled. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Folders whose handles are kept. */
const FOLDERS_KEPT = 500;
/** The paths that may be written to: pseudonyms only. */
const OUTPUT_PATH = /^out(\/[A-Za-z0-9_-][A-Za-z0-9._-]*){1,8}$/;

/**
 * @typedef {import("./protocol.js").Segment} Segment
 * @typedef {() => Promise<void>} Checkpoint   waits while the run is paused, throws when it is over
 */

export class Sink {
  #root;
  #write;
  /** @type {Map<string, Promise<FileSystemDirectoryHandle>>} */
  #folders = new Map();

  /**
   * @param {FileSystemDirectoryHandle} root   the run folder
   * @param {boolean} isPrivate                in private storage, where access handles write faster
   */
  constructor(root, isPrivate) {
    this.#root = root;
    this.#write = isPrivate ? writeInPlace : writeAndSwap;
  }

  /**
   * @param {string} path
   * @param {Segment[]} segments
   * @param {import("./source.js").Opened} source
   * @param {Checkpoint} checkpoint
   * @returns {Promise<number>}  bytes written
   */
  async write(path, segments, source, checkpoint) {
    const length = lengthOf(segments, source.size);
    if (!OUTPUT_PATH.test(path)) throw new CodedError("WRITE_FAILED");
    const put = () => this.#put(path, length, chunksOf(segments, source, checkpoint));
    try {
      return await put().catch((error) => {
        // A kept folder was deleted meanwhile: it is made again.
        if (nameOf(error) !== "NotFoundError") throw error;
        this.#folders.clear();
        return put();
      });
    } catch (error) {
      throw await this.#coded(error);
    }
  }

  /**
   * @param {string} path
   * @param {number} length
   * @param {AsyncIterable<Uint8Array<ArrayBuffer> | Blob>} chunks
   * @returns {Promise<number>}
   */
  async #put(path, length, chunks) {
    const cut = path.lastIndexOf("/");
    const name = path.slice(cut + 1);
    const folder = await this.#folder(path.slice(0, cut));
    try {
      const handle = await patiently(() => folder.getFileHandle(name, { create: true }));
      if ((await this.#write(handle, chunks)) !== length) throw new CodedError("WRITE_FAILED");
      return length;
    } catch (error) {
      await folder.removeEntry(name).catch(() => {});
      throw error;
    }
  }

  /**
   * @param {string} path
   * @returns {Promise<FileSystemDirectoryHandle>}
   */
  #folder(path) {
    const kept = this.#folders.get(path);
    if (kept) return kept;
    const cut = path.lastIndexOf("/");
    const parent = cut < 0 ? Promise.resolve(this.#root) : this.#folder(path.slice(0, cut));
    const made = parent.then((folder) =>
      patiently(() => folder.getDirectoryHandle(path.slice(cut + 1), { create: true })),
    );
    this.#folders.set(path, made);
    made.catch(() => this.#folders.delete(path));
    for (const oldest of this.#folders.keys()) {
      if (this.#folders.size <= FOLDERS_KEPT) break;
      this.#folders.delete(oldest);
    }
    return made;
  }

  /** What a failure to write means: for this file alone, or for the run. @param {unknown} error */
  async #coded(error) {
    if (error instanceof CodedError) return error;
    if (nameOf(error) === "QuotaExceededError") return new CodedError("OUTPUT_FULL");
    return new CodedError((await this.reachable()) ? "WRITE_FAILED" : "OUTPUT_LOST");
  }

  /** Whether the run folder can still be written to. */
  async reachable() {
    try {
      await patiently(() => this.#root.getDirectoryHandle("out", { create: true }));
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * The sum of the segments, each checked against the source.
 * @param {Segment[]} segments
 * @param {number} size
 */
function lengthOf(segments, size) {
  let sum = 0;
  for (const segment of segments) {
    if ("bytes" in segment) sum += segment.bytes.length;
    else if ("fill" in segment) sum += segment.fill[0];
    else {
      const [start, end] = segment.copy;
      if (!(0 <= start && start <= end && end <= size)) throw new CodedError("WRITE_FAILED");
      sum += end - start;
    }
  }
  return sum;
}

/**
 * The output's bytes in pieces of at most CHUNK_BYTES; those of a large source are slices that are not in memory yet.
 * @param {Segment[]} segments
 * @param {import("./source.js").Opened} source
 * @param {Checkpoint} checkpoint
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer> | Blob>}
 */
async function* chunksOf(segments, source, checkpoint) {
  let since = 0;
  for (const segment of segments) {
    const [start, end] =
      "copy" in segment ? segment.copy : [0, "bytes" in segment ? segment.bytes.length : segment.fill[0]];
    for (let at = start; at < end; at += CHUNK_BYTES) {
      const to = Math.min(at + CHUNK_BYTES, end);
      // A small file is finished once begun: only long copies stop halfway.
      if (since >= CHUNK_BYTES) await checkpoint();
      since += to - at;
      if ("copy" in segment) yield source.part(at, to);
      else if ("fill" in segment) yield new Uint8Array(to - at).fill(segment.fill[1]);
      else yield/** @type {Uint8Array<ArrayBuffer>} */ (segment.bytes.subarray(at, to));
    }
  }
}

/**
 * @param {FileSystemFileHandle} handle
 * @param {AsyncIterable<Uint8Array<ArrayBuffer> | Blob>} chunks
 * @returns {Promise<number>}  bytes in the file
 */
async function writeInPlace(handle, chunks) {
  const access = await patiently(
    () => handle.createSyncAccessHandle(),
    undefined,
    (late) => late.close(),
  );
  try {
    access.truncate(0);
    let at = 0;
    for await (const chunk of chunks) {
      const bytes = chunk instanceof Blob ? await chunkBytes(chunk) : chunk;
      at += access.write(bytes, { at });
    }
    return access.getSize();
  } finally {
    access.close();
  }
}

/** @param {Blob} chunk */
async function chunkBytes(chunk) {
  try {
    return new Uint8Array(await patiently(() => chunk.arrayBuffer()));
  } catch {
    throw new CodedError("READ_FAILED");
  }
}

/**
 * @param {FileSystemFileHandle} handle
 * @param {AsyncIterable<Uint8Array<ArrayBuffer> | Blob>} chunks
 * @returns {Promise<number>}
 */
async function writeAndSwap(handle, chunks) {
  const writable = await patiently(
    () => handle.createWritable(),
    undefined,
    (late) => late.abort(),
  );
  try {
    for await (const part of gathered(chunks)) await writable.write(part);
    await writable.close();
  } catch (error) {
    await writable.abort().catch(() => {});
    throw error;
  }
  return (await patiently(() => handle.getFile())).size;
}

/**
 * Fewer and larger pieces: each write is a message to another process.
 * @param {AsyncIterable<Uint8Array<ArrayBuffer> | Blob>} chunks
 */
async function* gathered(chunks) {
  /** @type {(Uint8Array<ArrayBuffer> | Blob)[]} */
  let parts = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    bytes += chunk instanceof Blob ? chunk.size : chunk.length;
    if (bytes < CHUNK_BYTES) continue;
    yield new Blob(parts);
    parts = [];
    bytes = 0;
  }
  if (parts.length > 0) yield new Blob(parts);
}
