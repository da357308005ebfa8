// @ts-check
/** The linkage file of a running run: a record is appended before the audit rows of the files that it links. */

import { CodedError, nameOf } from "../shared/errors.js";
import { patiently } from "../shared/timeouts.js";
import { folderOf, handleIn, listed, readFile, removeFrom } from "../storage/folders.js";
import { CLOSING, checkHeader, cipherOf, encode, HEADER_BYTES, newHeader, recordsOf, seal } from "./format.js";

/** Folder of the linkage files, apart from the runs: they can never be handed out with results. */
const FOLDER = "linkages";

/**
 * @typedef {import("./format.js").LinkageRow} LinkageRow
 * @typedef {{row: LinkageRow, resolve: () => void, reject: (error: CodedError) => void}} Waiting
 */

/** @param {boolean} [create] */
async function linkagesFolder(create = false) {
  return folderOf(FOLDER, create);
}

/**
 * The runs, each with a mark whether it has a linkage file; and the linkage files of runs whose results are elsewhere.
 * @param {import("../shared/protocol/files.js").StoredRun[]} runs
 * @returns {Promise<import("../shared/protocol/files.js").StoredRun[]>}
 */
export async function withLinkages(runs) {
  const folder = await linkagesFolder().catch(() => null);
  /** @type {Set<string>} */
  const names = new Set((folder ? await listed(folder) : []).map(({ name }) => name));
  const told = runs.map((run) => (names.delete(run.name) ? { ...run, linkage: /** @type {const} */ ("beside") } : run));
  return [...told, ...[...names].map(alone)];
}

/** @param {string} name @returns {import("../shared/protocol/files.js").StoredRun} */
function alone(name) {
  const counts = { written: 0, withheld: 0, skipped: 0, failed: 0 };
  const nothing = { done: 0, counts, bytes: 0, begun: null, about: null, key: null, unwritten: 0, ended: null };
  return { name, place: "folder", open: false, finished: true, rejecting: false, ...nothing, linkage: "alone" };
}

/** @param {string} name */
export async function removeLinkage(name) {
  await removeFrom(await linkagesFolder(true), name).catch((error) => {
    if (nameOf(error) !== "NotFoundError") throw error;
  });
}

/** The file of a run, if there is one. @param {string} name @returns {Promise<File | null>} */
export async function linkageOf(name) {
  const folder = await linkagesFolder().catch(() => null);
  return folder && readFile(folder, name);
}

export class LinkageFile {
  #access;
  #cipher;
  /** Number of the record that comes next, and where it begins. */
  #number;
  #end;
  /** @type {Waiting[]} */ #waiting = [];
  /** @type {Promise<void> | null} */ #sealing = null;

  /**
   * @param {FileSystemSyncAccessHandle} access
   * @param {import("./format.js").Cipher} cipher
   * @param {number} number
   * @param {number} end
   */
  constructor(access, cipher, number = 0, end = HEADER_BYTES) {
    this.#access = access;
    this.#cipher = cipher;
    this.#number = number;
    this.#end = end;
  }

  /**
   * Makes the file of a run, or goes on with it. Throws a CodedError.
   * @param {string} name   of the run
   * @param {import("../shared/key.js").Digest} digest
   */
  static async open(name, digest) {
    const access = await openAccess(name).catch(() => {
      throw new CodedError("LINKAGE_LOST");
    });
    try {
      if (access.getSize() >= HEADER_BYTES) return await goOn(access, digest);
      const header = await newHeader(digest);
      access.truncate(0);
      put(access, header, 0);
      return new LinkageFile(access, await cipherOf(digest, header));
    } catch (error) {
      access.close();
      throw error;
    }
  }

  /**
   * Links a written file; it is with the operating system when this settles. Rows that come while a record is sealed
   * share the next one. Rejects with LINKAGE_LOST.
   * @param {LinkageRow} row
   * @returns {Promise<void>}
   */
  append(row) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ row, resolve, reject });
      this.#sealing ??= this.#sealWaiting();
    });
  }

  async #sealWaiting() {
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0);
      try {
        await this.#append(encode(some.map(({ row }) => row)));
        for (const { resolve } of some) resolve();
      } catch {
        for (const { reject } of some) reject(new CodedError("LINKAGE_LOST"));
      }
    }
    this.#sealing = null; // at once: a row that comes next has to begin another round
  }

  /** @param {Uint8Array<ArrayBuffer>} content */
  async #append(content) {
    const record = await seal(this.#cipher, this.#number, content);
    put(this.#access, record, this.#end);
    this.#number++;
    this.#end += record.length;
  }

  /** Forces all appended records to the disk. */
  flush() {
    this.#access.flush();
  }

  /** Ends the file, so that a reader knows that nothing is missing at its end. Rejects with LINKAGE_LOST. */
  async close() {
    await this.#sealing;
    try {
      await this.#append(CLOSING);
      this.#access.flush();
    } catch {
      throw new CodedError("LINKAGE_LOST");
    } finally {
      this.#access.close();
    }
  }
}

/** @param {string} name */
async function openAccess(name) {
  const folder = await linkagesFolder(true);
  const handle = await handleIn(folder, name, true);
  return patiently(
    () => handle.createSyncAccessHandle(),
    undefined,
    (late) => late.close(),
  );
}

/**
 * Appends behind the last sound record: a closing one goes, and so does what a power cut has left of the last ones.
 * @param {FileSystemSyncAccessHandle} access
 * @param {import("../shared/key.js").Digest} digest
 */
async function goOn(access, digest) {
  const read = (/** @type {number} */ start, /** @type {number} */ end) => {
    const bytes = new Uint8Array(end - start);
    access.read(bytes, { at: start });
    return bytes;
  };
  const header = read(0, HEADER_BYTES);
  await checkHeader(digest, header);
  const cipher = await cipherOf(digest, header);
  const sound = { count: 0, end: HEADER_BYTES };
  let over = false;
  for await (const { number, content, end } of recordsOf(cipher, { size: access.getSize(), read })) {
    if (content && (over || number !== sound.count)) throw new CodedError("LINKAGE_DAMAGED");
    over ||= content === null || isClosing(content);
    if (!over) Object.assign(sound, { count: sound.count + 1, end });
  }
  access.truncate(sound.end);
  return new LinkageFile(access, cipher, sound.count, sound.end);
}

/** @param {Uint8Array} content */
const isClosing = (content) => content.length === CLOSING.length && CLOSING.every((byte, at) => content[at] === byte);

/**
 * Appends to a file: all of the bytes, or none.
 * @param {FileSystemSyncAccessHandle} access
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} at
 */
function put(access, bytes, at) {
  try {
    if (access.write(bytes, { at }) === bytes.length) return;
  } catch {
    // The disk or the quota is full, as below.
  }
  access.truncate(at);
  throw new CodedError("LINKAGE_LOST");
}
