// @ts-check
/**
 * Takes outputs that a person rejected out of the results of a run that has ended: its audit says so first, then they are
 * deleted. What goes is noted before, so that nothing stays half done where the browser is killed meanwhile.
 */

import { auditLine, auditRow } from "../report/audit.js";
import { relist } from "../report/unwritten.js";
import { Lane } from "../shared/async.js";
import { CodedError, nameOf } from "../shared/errors.js";
import { counted } from "../shared/wording.js";
import { folderOf, inside, listed, readFile, removeFrom, textOf, writeFile, writePieces } from "../storage/folders.js";
import { lockRun } from "../storage/locks.js";
import { endedPlace, findRun, JOURNALS, OUTPUT_PATH, REJECTED, UNWRITTEN } from "../storage/run-folders.js";
import { rewriteAudit } from "./resume.js";

/** Reason of a file whose output was rejected. */
const REASON = "REJECTED";
/** Cells of such a row: what was done to a file that is not there any more is told no longer. */
const EMPTIED = { output_path: "", bytes_out: 0, removed: 0, emptied: 0, replaced: 0, cleaned: 0, uids_remapped: 0 };
/** The folder of a study in the path of an output, "out/<patient>/<study>". */
const STUDY_DEPTH = 3;
/** Outputs deleted at the same time. */
const IN_FLIGHT = 16;

/**
 * @typedef {import("../shared/protocol/files.js").Rejected} Rejected
 * @typedef {(sourceId: string) => string | undefined} PathOf   the path of a source, where it is still known
 */

/**
 * @param {string} name   of the run
 * @param {FileSystemDirectoryHandle | null} chosen   its folder, where the page has it
 * @param {string[]} paths   of the outputs
 * @param {PathOf} pathOf
 * @returns {Promise<Rejected>}
 */
export async function reject(name, chosen, paths, pathOf) {
  const release = await lockRun(name);
  if (!release) throw new CodedError("RUN_OPEN");
  try {
    const { folder, journalFolder, isKept } = await endedPlace(name, chosen);
    if (isKept) return await takeOut({ folder, journalFolder }, paths, pathOf);
    const journal = await journalFor(name, folder);
    const rejected = await takeOut({ folder, journalFolder: journal }, paths, pathOf);
    await removeFrom(await folderOf(JOURNALS), name);
    return rejected;
  } catch (error) {
    throw nameOf(error) === "QuotaExceededError" ? new CodedError("OUTPUT_FULL") : error;
  } finally {
    release();
  }
}

/** Ends what was begun in private storage before the browser was killed. @param {string} name @param {FileSystemDirectoryHandle} folder */
export async function endRejection(name, folder) {
  const noted = await textOf(folder, REJECTED);
  if (noted) await reject(name, null, JSON.parse(noted), () => undefined);
  else if (noted === "") await removeFrom(folder, REJECTED); // killed before anything was noted
}

/**
 * Ends the same for a run whose results are in a chosen folder, when the page has a way to it again.
 * @param {string} name
 * @param {FileSystemDirectoryHandle} output   the folder that was chosen, in which the run has its own
 * @returns {Promise<Rejected>}
 */
export async function endRejectionIn(name, output) {
  const journal = await findRun(name);
  const noted = journal && (await textOf(journal, REJECTED));
  if (!noted) throw new CodedError("NO_RUN");
  const chosen = await inside(output, name).catch(() => {
    throw new CodedError("OUTPUT_LOST");
  });
  return reject(name, chosen, JSON.parse(noted), () => undefined);
}

/**
 * A journal in private storage for results in a chosen folder that have none any more: else nobody would know, after the
 * browser was killed, what was to be taken out of them.
 * @param {string} name
 * @param {FileSystemDirectoryHandle} folder
 */
async function journalFor(name, folder) {
  const journal = await inside(await folderOf(JOURNALS, true), name, true);
  for (const file of ["audit.csv", "output.log", "plan.json"]) await copy(file, folder, journal);
  return journal;
}

/**
 * @param {import("../storage/run-folders.js").Place} place
 * @param {string[]} paths
 * @param {PathOf} pathOf
 */
async function takeOut({ folder, journalFolder }, paths, pathOf) {
  const chosen = paths.filter((path) => OUTPUT_PATH.test(path));
  await writeFile(journalFolder, REJECTED, JSON.stringify(chosen));
  const rejected = await noteInAudit(journalFolder, new Set(chosen), pathOf);
  if (await readFile(journalFolder, UNWRITTEN)) await relist(journalFolder, pathOf);
  if (folder !== journalFolder) await copy("audit.csv", journalFolder, folder);
  await deleteOutputs(folder, chosen);
  await noteInLog(journalFolder, chosen, rejected.left);
  if (folder !== journalFolder) await copy("output.log", journalFolder, folder);
  await removeFrom(journalFolder, REJECTED);
  return rejected;
}

/**
 * Makes the rows of these outputs those of files that are withheld.
 * @param {FileSystemDirectoryHandle} journalFolder
 * @param {Set<string>} paths
 * @param {PathOf} pathOf
 */
async function noteInAudit(journalFolder, paths, pathOf) {
  /** @type {Rejected} */
  const rejected = { files: 0, bytes: 0, left: 0, reasons: {}, studies: {}, originals: [] };
  await rewriteAudit(journalFolder, (line) => {
    const row = auditRow(line);
    if (row?.status !== "written") return line;
    if (!paths.has(row.output_path)) {
      rejected.left++;
      return line;
    }
    count(rejected, row);
    rejected.originals.push({ sopClass: row.sop_class_uid, path: pathOf(row.source_id) ?? "" });
    return auditLine({
      ...row,
      ...EMPTIED,
      dates_shifted: 0,
      status: "withheld",
      reason: REASON,
      pixels: "",
    }).trimEnd();
  });
  return rejected;
}

/** @param {Rejected} rejected @param {import("./resume.js").Row} row */
function count(rejected, row) {
  const { study_instance_uid: uid, reason } = row;
  const bytes = Number(row.bytes_out) || 0;
  rejected.files++;
  rejected.bytes += bytes;
  if (reason) rejected.reasons[reason] = (rejected.reasons[reason] ?? 0) + 1;
  const before = rejected.studies[uid] ?? { files: 0, bytes: 0 };
  rejected.studies[uid] = { files: before.files + 1, bytes: before.bytes + bytes };
}

/** Deletes outputs, and the folders that are empty then. @param {FileSystemDirectoryHandle} folder @param {string[]} paths */
async function deleteOutputs(folder, paths) {
  /** @type {Map<string, string[]>} names of files by their folder */
  const names = new Map();
  for (const path of paths) {
    const at = path.lastIndexOf("/");
    const there = names.get(path.slice(0, at)) ?? [];
    names.set(path.slice(0, at), there);
    there.push(path.slice(at + 1));
  }
  const lane = new Lane(IN_FLIGHT);
  for (const [path, files] of names) {
    const way = await foldersOn(folder, path.split("/"));
    const last = way.at(-1);
    if (last) await Promise.all(files.map((file) => lane.run(() => gone(last, file))));
    await removeEmpty(way);
  }
}

/** The folders on the way to one, without the first; none where it is not there. @param {FileSystemDirectoryHandle} folder @param {string[]} names */
async function foldersOn(folder, names) {
  /** @type {FileSystemDirectoryHandle[]} */
  const way = [];
  try {
    for (const name of names) way.push(await inside(way.at(-1) ?? folder, name));
    return way;
  } catch (error) {
    if (nameOf(error) === "NotFoundError") return [];
    throw new CodedError("OUTPUT_LOST");
  }
}

/** @param {FileSystemDirectoryHandle[]} way   the first stays */
async function removeEmpty(way) {
  for (let at = way.length - 1; at > 0; at--) {
    if ((await listed(way[at])).length > 0) return;
    await gone(way[at - 1], way[at].name);
  }
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name */
async function gone(folder, name) {
  try {
    await removeFrom(folder, name);
  } catch (error) {
    if (nameOf(error) !== "NotFoundError") throw new CodedError("OUTPUT_LOST");
  }
}

/**
 * Told by the paths, which have their study: the audit can have been changed before the browser was killed.
 * @param {FileSystemDirectoryHandle} journalFolder
 * @param {string[]} paths   that were rejected
 * @param {number} left
 */
async function noteInLog(journalFolder, paths, left) {
  const log = await readFile(journalFolder, "output.log");
  const time = `${new Date().toISOString().slice(0, 19)}Z`;
  const studies = new Set(paths.map((path) => path.split("/").slice(0, STUDY_DEPTH).join("/")));
  const which = `${counted(paths.length, "file")} of ${counted(studies.size, "study", "studies")}`;
  const rest = counted(left, "written file is", "written files are");
  const line = `${time} rejected when the results were looked through: ${which}; ${rest} left\n`;
  await writePieces(journalFolder, "output.log", [log ?? "", line]);
}

/** @param {string} name @param {FileSystemDirectoryHandle} from @param {FileSystemDirectoryHandle} to */
async function copy(name, from, to) {
  const file = await readFile(from, name);
  if (file) await writeFile(to, name, file);
}
