// @ts-check
/** Any file that can be looked at: of the scan, of a run, of the scan as it would be written, or of a server; and what is asked of it. */

import { walkFragments } from "../dicom/fragments.js";
import { Opened } from "../pick/sources.js";
import { CodedError, codeOf } from "../shared/errors.js";
import { covered } from "../shared/ranges.js";
import { fileOf, handleIn, inside } from "../storage/folders.js";
import { lengthOf, piecesOf } from "../write/splice.js";

/** No header is so long: what asks for more than this is not given it. */
const MOST_BYTES = 260 * 1024 * 1024;

/**
 * @typedef {import("../shared/protocol/imaging.js").Where} Where
 * @typedef {import("../pick/sources.js").Sources} Sources
 * @typedef {(run: string) => Promise<FileSystemDirectoryHandle | null>} FolderOf
 */

/**
 * Throws a CodedError.
 * @param {Where} where
 * @param {Sources} sources
 * @param {FolderOf} folderOf   the folder of a run
 * @returns {Promise<Opened>}
 */
export async function openWhere(where, sources, folderOf) {
  if ("run" in where) return new Opened({ blob: await outputOf(await folderOf(where.run), where.path) });
  if ("url" in where) return new Opened({ blob: await fetched(where.url) });
  if (!(where.index < sources.length)) throw new CodedError("READ_FAILED");
  const opened = await sources.open(where.index);
  return "segments" in where ? spliced(opened, where.segments) : opened;
}

/** @param {FileSystemDirectoryHandle | null} folder @param {string} path @returns {Promise<File>} */
async function outputOf(folder, path) {
  const names = path.split("/");
  const last = names.pop() ?? "";
  try {
    for (const name of names) folder = folder && (await inside(folder, name));
    if (folder) return await fileOf(await handleIn(folder, last));
  } catch {
    // it is gone
  }
  throw new CodedError("READ_FAILED");
}

/** The browser keeps a large one on disk. @param {string} url */
async function fetched(url) {
  const response = await fetch(url, { cache: "no-store" }).catch(() => null);
  if (!response?.ok) throw new CodedError("READ_FAILED");
  return response.blob().catch(() => {
    throw new CodedError("READ_FAILED");
  });
}

/** An output that is not written: of new bytes and ranges of its source. @param {Opened} source @param {import("../shared/protocol/tasks.js").Segment[]} segments */
async function spliced(source, segments) {
  lengthOf(segments, source.size);
  const pieces = [];
  for await (const piece of piecesOf(segments, source, async () => {})) pieces.push(piece);
  return new Opened({ blob: new Blob(pieces), release: () => source.release() });
}

/** All of an open file, without reading it. @param {Opened} opened */
export function blobOf(opened) {
  return new Blob([opened.part(0, opened.size)]);
}

/**
 * A file as a task for the trial worker. Throws a CodedError.
 * @param {Promise<Opened>} opening
 * @param {import("../shared/ranges.js").Range[]} wanted
 * @param {number | null} fragments   where encapsulated pixel data begin whose end is wanted
 * @param {boolean} repeat
 * @returns {Promise<import("../shared/protocol/tasks.js").Task>}
 */
export async function look(opening, wanted, fragments, repeat) {
  let opened;
  try {
    opened = await opening;
    if (covered(wanted) > MOST_BYTES) throw new CodedError("HEADER_TOO_LONG");
    const file = opened;
    const read = (/** @type {number} */ start, /** @type {number} */ end) => file.read(start, Math.min(end, file.size));
    const ranges = await Promise.all(wanted.map(async ([start, end]) => ({ start, bytes: await read(start, end) })));
    return {
      id: 0,
      sourceId: "",
      size: file.size,
      repeat,
      ranges,
      fragments: fragments === null ? null : await walkFragments(read, fragments, file.size),
    };
  } catch (error) {
    throw new CodedError(codeOf(error, "READ_FAILED"));
  } finally {
    await opened?.release().catch(() => {});
  }
}
