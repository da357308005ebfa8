// @ts-check
/** The runs that are in private storage, as the page lists them; and deleting one. */

import { auditRow, wholeLines } from "../report/audit.js";
import { folderOf, holds, listed, readFile, removeFrom, textOf } from "../storage/folders.js";
import { lockRun, openRuns } from "../storage/locks.js";
import { ENDED, hasList, JOURNALS, REJECTED, RUNS, readAbout, readBegun, readMark } from "../storage/run-folders.js";
import { endRejection } from "./rejection.js";

/** @typedef {import("../shared/protocol/files.js").StoredRun} StoredRun */

/** The runs whose output is here, and those whose output is elsewhere that can be resumed or have a list; newest first. */
export async function listRuns() {
  const isOpen = await openRuns();
  /** @type {StoredRun[]} */
  const runs = [];
  for (const parent of [RUNS, JOURNALS]) {
    for (const handle of await children(parent)) {
      if (handle.kind !== "directory") continue;
      const { name } = handle;
      if (parent === RUNS && !isOpen(name)) await endRejection(name, handle).catch(() => {}); // else the next time
      const run = await describe(name, handle, parent === RUNS ? "private" : "folder", isOpen(name));
      if (run) runs.push(run);
      // Cut off before anything was done, or the journal of one that has ended elsewhere.
      else if (!isOpen(name)) await removeRun(name).catch(() => {});
    }
  }
  return runs.sort((one, other) => (one.name < other.name ? 1 : -1));
}

/** @param {string} parent */
async function children(parent) {
  try {
    return await listed(await folderOf(parent));
  } catch {
    return []; // Nothing was ever stored, or the browser has no private storage.
  }
}

/**
 * @param {string} name
 * @param {FileSystemDirectoryHandle} run
 * @param {"private" | "folder"} place
 * @param {boolean} open
 * @returns {Promise<StoredRun | null>}
 */
async function describe(name, run, place, open) {
  if (!(await holds(run, "plan.json"))) return null;
  const counts = { written: 0, withheld: 0, skipped: 0, failed: 0 };
  const counted = { done: 0, bytes: 0, counts };
  const audit = await readFile(run, "audit.csv");
  try {
    for await (const line of audit ? wholeLines(audit) : []) {
      const row = auditRow(line);
      counted.done++;
      if (row && row.status in counts) counts[/** @type {keyof typeof counts} */ (row.status)]++;
      if (row?.status === "written") counted.bytes += Number(row.bytes_out) || 0;
    }
  } catch {
    // The run goes on, and its audit grew while it was read: the counts are those up to there.
  }
  const { finished, begun } = await readMark(run);
  const unwritten = (await hasList(run)) ? counted.done - counts.written : 0;
  const rejecting = place === "folder" && Boolean(await textOf(run, REJECTED));
  if (finished && place === "folder" && unwritten === 0 && !rejecting) return null;
  const ended = finished ? await readBegun(run, ENDED) : null;
  return { name, place, open, finished, ...counted, begun, unwritten, rejecting, ended, ...(await readAbout(run)) };
}

/**
 * Deletes a run from private storage.
 * @param {string} name
 * @returns {Promise<boolean>}  false: it is open in some tab, and stays
 */
export async function removeRun(name) {
  const release = await lockRun(name);
  if (!release) return false;
  try {
    for (const parent of [RUNS, JOURNALS]) {
      await removeFrom(await folderOf(parent, true), name).catch(() => {});
    }
  } finally {
    release();
  }
  return true;
}
