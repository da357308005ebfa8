// @ts-check
/** A run folder as one ZIP archive: stored, and encrypted where that is wanted. */

import { ahead } from "../shared/async.js";
import { readTogether, readWhole } from "../shared/blob.js";
import { Buffers } from "../shared/buffers.js";
import { SMALL_BYTES } from "../shared/limits.js";
import { fileOf } from "../storage/folders.js";
import { crc32 } from "./crc32.js";
import { BLOCK_BYTES, MORE_BYTES } from "./encryption.js";
import { centralHeader, dosTime, endOf, localHeader } from "./records.js";

/** Files that are opened ahead. */
const OPENED_AHEAD = 24;
/** Small files are read several as one: at most so many, and so many bytes; and such groups that are read ahead. */
const [GROUP_FILES, GROUP_BYTES, GROUPS_AHEAD] = [12, 8 * 1024 * 1024, 3];
/** Of a file that is encrypted, so many bytes are read at once. */
const PIECE_BYTES = 65_536 * BLOCK_BYTES;

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{path: string, handle: FileSystemFileHandle}} Found */
/** @typedef {{path: string, file: File}} Opened */
/** @typedef {import("./encryption.js").EntryCipher} EntryCipher */
/** @typedef {Opened & {bytes: Bytes | null, cipher: EntryCipher | null}} Read   `bytes` of a small file */
/** @typedef {import("./records.js").Entry} Entry */
/** @typedef {import("../storage/temporary.js").ScratchFile} Target */

/**
 * @param {AsyncIterable<Found>} files
 * @param {Target} target
 * @param {() => void} onFile
 * @param {import("./encryption.js").Encryption} [encryption]   of all entries; none: they are stored as they are
 */
export async function writeArchive(files, target, onFile, encryption) {
  /** @type {Bytes[]} */
  const directory = [];
  const buffers = new Buffers();
  const time = dosTime(new Date());
  const groups = inGroups(ahead(files, OPENED_AHEAD, open));
  for await (const group of ahead(groups, GROUPS_AHEAD, (opened) => read(opened, buffers, encryption))) {
    for (const one of group) {
      const entry = one.cipher ? await seal(target, one, one.cipher, time, buffers) : await append(target, one, time);
      if (one.bytes) buffers.give(one.bytes.buffer);
      directory.push(centralHeader(entry, time));
      onFile();
    }
  }
  const offset = target.size;
  for (const header of directory) target.append(header);
  target.append(endOf(directory.length, target.size - offset, offset));
}

/** @param {Found} found @returns {Promise<Opened>} */
async function open({ path, handle }) {
  return { path, file: await fileOf(handle) };
}

/** Small files that follow each other, up to the limits; a long one is a group of its own. @param {AsyncIterable<Opened>} files */
async function* inGroups(files) {
  /** @type {Opened[]} */
  let group = [];
  let bytes = 0;
  for await (const opened of files) {
    bytes += opened.file.size;
    if (group.length === GROUP_FILES || (group.length > 0 && bytes > GROUP_BYTES)) {
      yield group;
      [group, bytes] = [[], opened.file.size];
    }
    group.push(opened);
  }
  if (group.length > 0) yield group;
}

/**
 * @param {Opened[]} group
 * @param {Buffers} buffers
 * @param {import("./encryption.js").Encryption} [encryption]
 * @returns {Promise<Read[]>}
 */
async function read(group, buffers, encryption) {
  const small = group.filter(({ file }) => file.size <= SMALL_BYTES).map(({ file }) => file);
  const wholes = await readAll(small, buffers);
  const bytes = new Map(small.map((file, at) => [file, wholes[at]]));
  const ciphers = encryption && (await Promise.all(group.map(() => encryption.begin())));
  return group.map(({ path, file }, at) => ({
    path,
    file,
    bytes: bytes.get(file) ?? null,
    cipher: ciphers?.[at] ?? null,
  }));
}

/** Reads files together; one that fails so is read once more alone. Throws a CodedError. @param {File[]} files @param {Buffers} buffers */
async function readAll(files, buffers) {
  /** @type {Bytes[]} */
  const wholes = [];
  try {
    for await (const whole of readTogether(files, buffers)) wholes.push(whole);
  } catch {
    for (const file of files.slice(wholes.length)) wholes.push(await readWhole(file, buffers));
  }
  return wholes;
}

/**
 * Appends a file. The CRC of a large one is known when it is written, and is put into its header then.
 * @param {Target} target
 * @param {Read} read
 * @param {number} time
 * @returns {Promise<Entry>}
 */
async function append(target, { path, file, bytes }, time) {
  const entry = entryOf(path, file.size, target.size);
  if (bytes) entry.crc = crc32(bytes);
  target.append(localHeader(entry, time));
  if (bytes) {
    target.append(bytes);
    return entry;
  }
  await target.appendAll(file, (piece) => {
    entry.crc = crc32(piece, entry.crc);
  });
  if (target.size !== entry.offset + localHeader(entry, time).length + entry.size)
    throw new DOMException("", "NotReadableError");
  target.overwrite(localHeader(entry, time), entry.offset);
  return entry;
}

/**
 * Appends a file encrypted. Its length is known beforehand and there is no CRC, so nothing is put in later.
 * @param {Target} target
 * @param {Read} read
 * @param {EntryCipher} cipher
 * @param {number} time
 * @param {Buffers} buffers
 * @returns {Promise<Entry>}
 */
async function seal(target, { path, file, bytes }, cipher, time, buffers) {
  const plain = entryOf(path, file.size, target.size);
  const entry = { ...plain, packed: file.size + MORE_BYTES, encrypted: true };
  target.append(localHeader(entry, time));
  target.append(cipher.head);
  if (bytes) target.append(cipher.encrypt(bytes));
  for (let at = 0; !bytes && at < file.size; at += PIECE_BYTES) {
    const piece = await readWhole(file.slice(at, at + PIECE_BYTES), buffers);
    target.append(cipher.encrypt(piece));
    buffers.give(piece.buffer);
  }
  target.append(cipher.code());
  return entry;
}

/** One that is stored as it is. @param {string} path @param {number} size @param {number} offset @returns {Entry} */
function entryOf(path, size, offset) {
  return { name: new TextEncoder().encode(path), size, packed: size, crc: 0, offset, encrypted: false };
}
