// @ts-check
/**
 * Folders and whole files of the File System API. Every call is held until it settles: a handle that nobody holds is
 * collected together with its call, and whoever waits for that waits for ever.
 */

import { nameOf } from "../shared/errors.js";
import { held, limited, patiently } from "../shared/timeouts.js";

/**
 * A folder at the top of private storage.
 * @param {string} name
 * @param {boolean} [create]
 */
export async function folderOf(name, create = false) {
  return inside(await top(), name, create);
}

export function top() {
  return patiently(() => navigator.storage.getDirectory());
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name @param {boolean} [create] */
export function inside(folder, name, create = false) {
  return patiently(() => folder.getDirectoryHandle(name, { create }));
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name @param {boolean} [create] */
export function handleIn(folder, name, create = false) {
  return patiently(() => folder.getFileHandle(name, { create }));
}

/** @param {FileSystemFileHandle} handle */
export function fileOf(handle) {
  return patiently(() => handle.getFile());
}

/** Deletes a file, or a folder with all that is in it. @param {FileSystemDirectoryHandle} folder @param {string} name */
export function removeFrom(folder, name) {
  return held(() => folder.removeEntry(name, { recursive: true }));
}

/**
 * All items of a folder at once: it must not change while it is listed.
 * @param {FileSystemDirectoryHandle} folder
 */
export async function listed(folder) {
  /** @type {(FileSystemDirectoryHandle | FileSystemFileHandle)[]} */
  const all = [];
  const iterator = folder.values();
  for (;;) {
    const { done, value } = await limited(() => iterator.next());
    if (done) return all;
    all.push(value);
  }
}

/** Whether a file is there; also where that cannot be told. @param {FileSystemDirectoryHandle} folder @param {string} name */
export async function holds(folder, name) {
  return handleIn(folder, name).then(
    () => true,
    (error) => nameOf(error) !== "NotFoundError",
  );
}

/**
 * Writes a small file whole; it is there complete or not at all.
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @param {string | Blob | Uint8Array<ArrayBuffer>} content
 */
export async function writeFile(folder, name, content) {
  return writePieces(folder, name, [content]);
}

/**
 * Writes a file of pieces; it is there complete or not at all.
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @param {AsyncIterable<string> | Iterable<string | Blob | Uint8Array<ArrayBuffer>>} pieces
 */
export async function writePieces(folder, name, pieces) {
  const handle = await handleIn(folder, name, true);
  const writable = await patiently(() => handle.createWritable());
  for await (const piece of pieces) await held(() => writable.write(piece));
  await held(() => writable.close());
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @returns {Promise<File | null>}   null: it is not there
 */
export async function readFile(folder, name) {
  try {
    return await fileOf(await handleIn(folder, name));
  } catch {
    return null;
  }
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name @returns {Promise<string | null>}   null: it is not there */
export async function textOf(folder, name) {
  const file = await readFile(folder, name);
  return file && patiently(() => file.text());
}
