// @ts-check
/**
 * A run over single files: those that an earlier run did not write, and that its list names. Which they are is noted in the
 * folder of the new run, by their source ids, so that it can go on after the earlier one was deleted.
 */

import { wholeLines } from "../report/audit.js";
import { unwrittenRows } from "../report/unwritten.js";
import { CodedError } from "../shared/errors.js";
import { readFile, writePieces } from "../storage/folders.js";
import { findRun, ONLY, UNWRITTEN } from "../storage/run-folders.js";

/** Sources named at once. */
const NAMED_AT_ONCE = 1000;

/**
 * @typedef {import("../pick/sources.js").Sources} Sources
 * @typedef {import("../shared/protocol/files.js").Only} Only
 */

/**
 * The numbers of the files that a list names and that are among the sources.
 * @param {Sources} sources
 * @param {Only} only
 */
export async function listedFiles(sources, only) {
  const paths = new Set((await rowsOf(only)).map(({ path }) => path));
  return [...sources.paths.keys()].filter((index) => paths.has(sources.paths[index]));
}

/** @param {Only} only */
async function rowsOf({ run, groups }) {
  const folder = await findRun(run);
  const list = folder && (await readFile(folder, UNWRITTEN));
  if (!list) throw new CodedError("NO_RUN");
  const wanted = new Set(groups.map(({ reason, sopClass }) => `${reason} ${sopClass}`));
  const rows = [];
  for await (const row of unwrittenRows(list)) if (wanted.has(`${row.reason} ${row.sopClass}`)) rows.push(row);
  return rows;
}

/**
 * Notes which files a run takes in.
 * @param {FileSystemDirectoryHandle} folder   that of its journal
 * @param {string[]} ids
 */
export async function noteOnly(folder, ids) {
  await writePieces(folder, ONLY, lines(ids));
}

/** @param {string[]} ids */
async function* lines(ids) {
  for (let at = 0; at < ids.length; at += NAMED_AT_ONCE) {
    yield ids
      .slice(at, at + NAMED_AT_ONCE)
      .map((id) => `${id}\n`)
      .join("");
  }
}

/** The source ids that a run takes in; null: all. @param {FileSystemDirectoryHandle} folder */
export async function notedOnly(folder) {
  const file = await readFile(folder, ONLY);
  if (!file) return null;
  /** @type {Set<string>} */
  const ids = new Set();
  for await (const id of wholeLines(file, false)) ids.add(id);
  return ids;
}

/**
 * Takes all other files out of a run.
 * @param {Sources} sources                     they are marked
 * @param {import("./counts.js").Tally} tally    they are not counted
 * @param {(index: number) => boolean} takes
 */
export function leaveOthers(sources, tally, takes) {
  for (let index = 0; index < sources.length; index++) {
    if (sources.done[index] || takes(index)) continue;
    sources.done[index] = true;
    tally.leaveOut(sources.studies[index], sources.sizes[index]);
  }
}
