// @ts-check
/** Writes outputs: segments become a file in private storage or in a chosen folder, which is there complete or not at all. */

import { CodedError, nameOf } from "../shared/errors.js";
import { held, patiently } from "../shared/timeouts.js";
import { fileOf, handleIn, inside, removeFrom } from "../storage/folders.js";
import { OUTPUT_PATH } from "../storage/run-folders.js";
import { copyInto, writeAll } from "../storage/sync-access.js";
import { gathered, lengthOf, piecesOf } from "./splice.js";

/** Folders whose handles are kept. */
const FOLDERS_KEPT = 500;
/** Names of the errors that a browser throws where there is no room. Chromium says InvalidStateError when it could not note a new file. */
const FULL = new Set(["QuotaExceededError", "InvalidStateError"]);

/** @typedef {import("./splice.js").Checkpoint} Checkpoint */
/** @typedef {import("./splice.js").Segment} Segment */
/** @typedef {import("./splice.js").Piece} Piece */

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
   * @param {import("../pick/sources.js").Opened} source
   * @param {Checkpoint} checkpoint
   * @returns {Promise<number>}  bytes written
   */
  async write(path, segments, source, checkpoint) {
    const length = lengthOf(segments, source.size);
    if (!OUTPUT_PATH.test(path)) throw new CodedError("WRITE_FAILED");
    const confirm = () => source.confirm();
    const put = () => this.#put(path, length, piecesOf(segments, source, checkpoint), confirm);
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
   * @param {AsyncIterable<Piece>} pieces
   * @param {() => Promise<void>} confirm   throws when the source has changed meanwhile
   * @returns {Promise<number>}
   */
  async #put(path, length, pieces, confirm) {
    const cut = path.lastIndexOf("/");
    const name = path.slice(cut + 1);
    const folder = await this.#folder(path.slice(0, cut));
    try {
      const handle = await handleIn(folder, name, true);
      if ((await this.#write(handle, pieces)) !== length) throw new CodedError("WRITE_FAILED");
      await confirm();
      return length;
    } catch (error) {
      await removeFrom(folder, name).catch(() => {});
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
    const made = parent.then((folder) => inside(folder, path.slice(cut + 1), true));
    this.#folders.set(path, made);
    made.catch(() => this.#folders.delete(path));
    for (const oldest of this.#folders.keys()) {
      if (this.#folders.size <= FOLDERS_KEPT) break;
      this.#folders.delete(oldest);
    }
    return made;
  }

  /** The reason for a failure to write: of this file alone, or of the run. @param {unknown} error */
  async #coded(error) {
    if (error instanceof CodedError) return error;
    if (FULL.has(nameOf(error))) return new CodedError("OUTPUT_FULL");
    return new CodedError((await this.reachable()) ? "WRITE_FAILED" : "OUTPUT_LOST");
  }

  /** Whether the run folder can still be written to. */
  async reachable() {
    try {
      await inside(this.#root, "out", true);
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * @param {FileSystemFileHandle} handle
 * @param {AsyncIterable<Piece>} pieces
 * @returns {Promise<number>}  bytes in the file
 */
async function writeInPlace(handle, pieces) {
  const access = await patiently(
    () => handle.createSyncAccessHandle(),
    undefined,
    (late) => late.close(),
  );
  try {
    let at = 0;
    for await (const piece of pieces) {
      at += piece instanceof Blob ? await copyInto(access, at, piece) : writeAll(access, piece, at);
    }
    // Cutting off costs a message to another process and back; there is something to cut only where a run was cut off.
    if (access.getSize() > at) access.truncate(at);
    return at;
  } finally {
    access.close();
  }
}

/**
 * @param {FileSystemFileHandle} handle
 * @param {AsyncIterable<Piece>} pieces
 * @returns {Promise<number>}
 */
async function writeAndSwap(handle, pieces) {
  const writable = await patiently(
    () => handle.createWritable(),
    undefined,
    (late) => late.abort(),
  );
  try {
    for await (const part of gathered(pieces)) await held(() => writable.write(part));
    await held(() => writable.close());
  } catch (error) {
    await writable.abort().catch(() => {});
    throw error;
  }
  return (await fileOf(handle)).size;
}
