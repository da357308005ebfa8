// @ts-check
/**
 * The list of the files that a run did not write, with their paths: it stays in private storage until the run is deleted,
 * and is part of no result. A line is an array in JSON, since a path can hold a line end, and must be read back as it is.
 */

import { readFile, writePieces } from "../storage/folders.js";
import { UNWRITTEN } from "../storage/run-folders.js";
import { auditRow, wholeLines } from "./audit.js";

/**
 * @typedef {import("../shared/protocol/tasks.js").Status} Status
 * @typedef {import("../shared/protocol/files.js").Listed} Listed
 */

/** @param {Listed} row */
export function unwrittenLine({ sourceId, status, reason, sopClass, path }) {
  return `${JSON.stringify([sourceId, status, reason, sopClass, path])}\n`;
}

/**
 * The rows of a list; lines that are not whole are left out.
 * @param {Blob} list
 * @returns {AsyncGenerator<Listed>}
 */
export async function* unwrittenRows(list) {
  for await (const line of wholeLines(list, false)) {
    const row = rowOf(line);
    if (row) yield row;
  }
}

/** @param {string} line @returns {Listed | null} */
function rowOf(line) {
  try {
    const [sourceId, status, reason, sopClass, path] = JSON.parse(line).map(String);
    return path === undefined ? null : { sourceId, status: /** @type {Status} */ (status), reason, sopClass, path };
  } catch {
    return null;
  }
}

/**
 * Makes the list anew for a run that goes on: a row for each file that its audit, as it is kept, says was not written.
 * @param {FileSystemDirectoryHandle} folder   that of the journal
 * @param {(sourceId: string) => string | undefined} pathOf   undefined: it is not among the sources any more
 */
export async function relist(folder, pathOf) {
  /** @type {Map<string, string>} paths of files that are not among the sources */
  const others = new Map();
  for await (const { sourceId, path } of unwrittenRows((await readFile(folder, UNWRITTEN)) ?? new Blob()))
    if (pathOf(sourceId) === undefined) others.set(sourceId, path);
  await writePieces(folder, UNWRITTEN, linesOf((await readFile(folder, "audit.csv")) ?? new Blob(), pathOf, others));
}

/**
 * @param {Blob} audit
 * @param {(sourceId: string) => string | undefined} pathOf
 * @param {Map<string, string>} others
 */
async function* linesOf(audit, pathOf, others) {
  for await (const line of wholeLines(audit)) {
    const row = auditRow(line);
    if (!row || row.status === "written") continue;
    const { source_id: sourceId, reason, sop_class_uid: sopClass } = row;
    const path = pathOf(sourceId) ?? others.get(sourceId) ?? "";
    yield unwrittenLine({ sourceId, status: /** @type {Status} */ (row.status), reason, sopClass, path });
  }
}
