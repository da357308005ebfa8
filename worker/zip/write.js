// @ts-check
/** A run folder as one ZIP archive: stored, with ZIP64 where it is needed (PKWARE APPNOTE 4.3). */

import { ahead } from "../shared/async.js";
import { readTogether, readWhole } from "../shared/blob.js";
import { Buffers } from "../shared/buffers.js";
import { SMALL_BYTES } from "../shared/limits.js";
import { fileOf } from "../storage/folders.js";
import { crc32 } from "./crc32.js";

/** Files that are opened ahead. */
const OPENED_AHEAD = 24;
/** Small files are read several as one: at most so many, and so many bytes; and such groups that are read ahead. */
const [GROUP_FILES, GROUP_BYTES, GROUPS_AHEAD] = [12, 8 * 1024 * 1024, 3];
const MOST_16 = 0xffff;
const MOST_32 = 0xffffffff;
const VERSION = 45; // 4.5: ZIP64
const UTF8_NAMES = 0x0800;
const STORED = 0;

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{path: string, handle: FileSystemFileHandle}} Found */
/** @typedef {{path: string, file: File}} Opened */
/** @typedef {Opened & {bytes: Bytes | null}} Read   `bytes` of a small file */
/** @typedef {{name: Bytes, size: number, crc: number, offset: number}} Entry   offset: of its local header */

/**
 * @param {AsyncIterable<Found>} files
 * @param {import("../storage/temporary.js").ScratchFile} target
 * @param {() => void} onFile
 */
export async function writeArchive(files, target, onFile) {
  /** @type {Bytes[]} */
  const directory = [];
  const buffers = new Buffers();
  const time = dosTime(new Date());
  const groups = inGroups(ahead(files, OPENED_AHEAD, open));
  for await (const group of ahead(groups, GROUPS_AHEAD, (opened) => read(opened, buffers))) {
    for (const one of group) {
      const entry = await append(target, one, time);
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
 * @returns {Promise<Read[]>}
 */
async function read(group, buffers) {
  const small = group.filter(({ file }) => file.size <= SMALL_BYTES).map(({ file }) => file);
  const wholes = await readAll(small, buffers);
  const bytes = new Map(small.map((file, at) => [file, wholes[at]]));
  return group.map(({ path, file }) => ({ path, file, bytes: bytes.get(file) ?? null }));
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
 * @param {import("../storage/temporary.js").ScratchFile} target
 * @param {Read} read
 * @param {number} time
 * @returns {Promise<Entry>}
 */
async function append(target, { path, file, bytes }, time) {
  const entry = { name: new TextEncoder().encode(path), size: file.size, crc: 0, offset: target.size };
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

/** @param {Entry} entry @param {number} time */
function localHeader(entry, time) {
  const sizes = entry.size >= MOST_32 ? [entry.size, entry.size] : [];
  return packed([0x04034b50, 4], ...described(entry, time, sizes), entry.name, zip64(sizes));
}

/** @param {Entry} entry @param {number} time */
function centralHeader(entry, time) {
  const { size, offset } = entry;
  const wide = [...(size >= MOST_32 ? [size, size] : []), ...(offset >= MOST_32 ? [offset] : [])];
  const nothing = [0, 10]; // no comment, first disk, no attributes
  const start = [Math.min(offset, MOST_32), 4];
  const made = [VERSION, 2];
  return packed([0x02014b50, 4], made, ...described(entry, time, wide), nothing, start, entry.name, zip64(wide));
}

/**
 * The fields that a local and a central header share.
 * @param {Entry} entry
 * @param {number} time
 * @param {number[]} wide   what goes into the ZIP64 field
 */
function described({ name, size, crc }, time, wide) {
  const told = [Math.min(size, MOST_32), 4];
  const names = [
    [name.length, 2],
    [zip64(wide).length, 2],
  ];
  return [[VERSION, 2], [UTF8_NAMES, 2], [STORED, 2], [time, 4], [crc, 4], told, told, ...names];
}

/** The extra field of what is too large for 32 bits. @param {number[]} values */
function zip64(values) {
  return values.length === 0 ? packed() : packed([1, 2], [8 * values.length, 2], ...values.map((value) => [value, 8]));
}

/** @param {number} count @param {number} size of the central directory @param {number} offset */
function endOf(count, size, offset) {
  const most = Math.min(count, MOST_16);
  const places = [Math.min(size, MOST_32), Math.min(offset, MOST_32)].map((value) => [value, 4]);
  const end = packed([0x06054b50, 4], [0, 4], [most, 2], [most, 2], ...places, [0, 2]);
  if (count < MOST_16 && offset + size < MOST_32) return end;
  const wide = [count, count, size, offset].map((value) => [value, 8]);
  const record = packed([0x06064b50, 4], [44, 8], [VERSION, 2], [VERSION, 2], [0, 8], ...wide);
  const locator = packed([0x07064b50, 4], [0, 4], [offset + size, 8], [1, 4]);
  return packed(record, locator, end);
}

/**
 * Little endian.
 * @param {(number[] | Bytes)[]} fields   [value, bytes], or bytes as they are
 * @returns {Bytes}
 */
function packed(...fields) {
  const lengths = fields.map((field) => (field instanceof Uint8Array ? field.length : field[1]));
  const made = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const [i, field] of fields.entries()) {
    if (field instanceof Uint8Array) made.set(field, at);
    else
      for (let byte = 0, rest = field[0]; byte < field[1]; byte++, rest = Math.floor(rest / 256))
        made[at + byte] = rest % 256;
    at += lengths[i];
  }
  return made;
}

/** Date above time, as DOS kept them; in UTC, so that an archive does not tell where it was made. @param {Date} date */
function dosTime(date) {
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return day * 65536 + time;
}
