// @ts-check
/** Temporary files in private storage: spooled archive entries, and the ZIP that is handed out. They do not outlive this worker. */

import { patiently } from "../shared/timeouts.js";
import { fileOf, folderOf, handleIn, inside, listed, removeFrom } from "./folders.js";
import { copyInto, writeAll } from "./sync-access.js";

const FOLDER = "temp";

/** One folder per worker, so that two tabs do not delete each other's files. Its lock says that the worker lives. */
export class Scratch {
  #name = crypto.randomUUID();
  /** @type {Promise<FileSystemDirectoryHandle> | null} */
  #folder = null;
  #count = 0;

  /**
   * @param {string} [prefix]
   * @returns {Promise<ScratchFile>}
   */
  async create(prefix = "spool") {
    this.#folder ??= this.#claim();
    const folder = await this.#folder;
    const name = `${prefix}-${this.#count++}`;
    const handle = await handleIn(folder, name, true);
    const access = await patiently(
      () => handle.createSyncAccessHandle(),
      undefined,
      (late) => late.close(),
    );
    return new ScratchFile(folder, handle, access);
  }

  /** A folder among the temporary files. @param {string} name */
  async folder(name) {
    this.#folder ??= this.#claim();
    return inside(await this.#folder, name, true);
  }

  /** Deletes the files of workers that have ended: tables among them identify people. */
  async sweep() {
    await sweep(await folderOf(FOLDER, true));
  }

  async #claim() {
    const top = await folderOf(FOLDER, true);
    // Held for as long as this worker lives: the promise inside never settles.
    await new Promise((held) => {
      navigator.locks.request(`${FOLDER}/${this.#name}`, () => {
        held(undefined);
        return new Promise(() => {});
      });
    });
    await sweep(top);
    return inside(top, this.#name, true);
  }
}

/**
 * Deletes the files of workers that have ended.
 * @param {FileSystemDirectoryHandle} top
 */
async function sweep(top) {
  const { held = [] } = await navigator.locks.query();
  const alive = new Set(held.map((lock) => lock.name));
  for (const { name } of await listed(top)) {
    // A file that another tab still holds open is refused, and goes the next time.
    if (!alive.has(`${FOLDER}/${name}`)) await removeFrom(top, name).catch(() => {});
  }
}

/** A temporary file: written once from its start, then read. */
export class ScratchFile {
  #folder;
  #handle;
  #access;
  #at = 0;

  /**
   * @param {FileSystemDirectoryHandle} folder
   * @param {FileSystemFileHandle} handle
   * @param {FileSystemSyncAccessHandle} access
   */
  constructor(folder, handle, access) {
    this.#folder = folder;
    this.#handle = handle;
    this.#access = access;
    this.writable = new WritableStream({ write: (chunk) => this.append(chunk) });
  }

  /** Bytes so far. */
  get size() {
    return this.#at;
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  append(bytes) {
    this.#at += writeAll(this.#access, bytes, this.#at);
  }

  /**
   * Appends a file without holding it.
   * @param {Blob} file
   * @param {(piece: Uint8Array<ArrayBuffer>) => void} look   is shown each piece
   */
  async appendAll(file, look) {
    this.#at += await copyInto(this.#access, this.#at, file, look);
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes @param {number} at   where they were before */
  overwrite(bytes, at) {
    writeAll(this.#access, bytes, at);
  }

  /** Ends the writing. @returns {Promise<File>} */
  async finish() {
    this.#access.close();
    return fileOf(this.#handle);
  }

  async remove() {
    this.#access.close();
    await removeFrom(this.#folder, this.#handle.name).catch(() => {});
  }
}
