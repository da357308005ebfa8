// @ts-check
/** The run folders in private storage and the chosen ones: the place of a run, and its files. */

import { CodedError, nameOf } from "../shared/errors.js";
import { held } from "../shared/timeouts.js";
import { folderOf, handleIn, holds, inside, listed, readFile, removeFrom, textOf, writeFile } from "./folders.js";
import { openRuns } from "./locks.js";

/** The paths that may be written to: pseudonyms only. */
export const OUTPUT_PATH = /^out(\/[A-Za-z0-9_-][A-Za-z0-9._-]*){1,8}$/;
export const RUNS = "runs";
/** Journals of runs whose output is in a chosen folder: those that can be resumed, and the last ones. */
export const JOURNALS = "journals";
/** File in the folder of an unfinished run, with the settings that it was begun with. Not part of the results. */
export const UNFINISHED = "unfinished";
/** The index of a run's outputs, and its thumbnails. They can be made from the results, and are not part of them. */
export const INDEX = "index.sqlite";
export const PREVIEWS = "previews";
/** The regions that a run was begun with. It is not for passing on: by it passphrases could be tried out. */
export const REGIONS = "regions.json";
/** The list of what a run did not write, with the paths of originals: it is never handed out with the results. */
export const UNWRITTEN = "unwritten.jsonl";
/** The settings of a run that has ended and has withheld something: what is allowed afterwards is run with them. */
export const ENDED = "ended";
/** Names of the files that a run takes in, where it takes single ones. They are keyed: no path is in them. */
export const ONLY = "only";
/** What a person knows the run by, which names what was picked; and by what its key is known again. */
const ABOUT = "about.json";
/** The outputs that are being taken out of the results, because a person rejected them: nobody has to ask again. */
export const REJECTED = "rejected";
/** The ledger of what was sent where: new UIDs and destinations, for going on with that alone. */
export const LEDGER = "sent.csv";
const OUTPUTS = "out";
/** Of the names of outputs: a patient's pseudonym, and the UID of a study, a series or an instance at its longest. */
const [PSEUDONYM_LETTERS, UID_LETTERS] = [16, 44];
const APART = [UNFINISHED, PREVIEWS, REGIONS, UNWRITTEN, ENDED, ONLY, ABOUT, REJECTED, LEDGER];
/** So many journals stay of runs that have ended, with their output in a chosen folder, and have a list. */
const LISTS_KEPT = 5;
/** Ends the name of a file that the browser was writing: a run that was killed can leave one, of `unfinished` too. */
const SWAP = ".crswap";
/** Whether a file or folder of a run is part of its results. @param {string} path */
const isResult = (path) => !APART.includes(path) && !path.startsWith(INDEX) && !path.endsWith(SWAP);

/**
 * @typedef {import("../shared/protocol/files.js").RunSpec} RunSpec
 * @typedef {import("../shared/protocol/files.js").Begun} Begun
 * @typedef {import("../shared/protocol/files.js").RunAbout} RunAbout
 * @typedef {{folder: FileSystemDirectoryHandle, journalFolder: FileSystemDirectoryHandle}} Place
 *   the run folder, and the folder in private storage that its journal is appended in: the same, or one beside it
 */

/**
 * Makes the folders of a new run.
 * @param {RunSpec} spec
 * @param {FileSystemDirectoryHandle[]} roots   what was picked
 * @returns {Promise<Place>}
 */
export async function beginPlace({ name, output }, roots) {
  for (const root of output ? roots : []) {
    if ((await held(() => root.resolve(/** @type {FileSystemDirectoryHandle} */ (output)))) !== null)
      throw new CodedError("OUTPUT_INSIDE_INPUT");
  }
  if (!output) {
    const folder = await inside(await folderOf(RUNS, true), name, true);
    return { folder, journalFolder: folder };
  }
  await sweepJournals();
  const folder = await inside(output, name, true);
  await tryDeepest(folder).catch(async (error) => {
    await removeFrom(output, name).catch(() => {});
    throw error;
  });
  return { folder, journalFolder: await inside(await folderOf(JOURNALS, true), name, true) };
}

/** Has the longest path of an output once: a system can allow none so long. Throws a CodedError. @param {FileSystemDirectoryHandle} folder */
async function tryDeepest(folder) {
  const outputs = await inside(folder, OUTPUTS, true);
  try {
    const patient = await inside(outputs, "0".repeat(PSEUDONYM_LETTERS), true);
    const study = await inside(patient, "0".repeat(UID_LETTERS), true);
    const series = await inside(study, "0".repeat(UID_LETTERS), true);
    await handleIn(series, `${"0".repeat(UID_LETTERS)}.dcm${SWAP}`, true);
  } catch (error) {
    throw nameOf(error) === "QuotaExceededError" ? error : new CodedError("OUTPUT_TOO_DEEP");
  }
  await removeFrom(folder, OUTPUTS);
}

/**
 * The folders of a run that was begun before. Throws a CodedError when they are gone.
 * @param {RunSpec} spec
 * @returns {Promise<Place>}
 */
export async function resumePlace({ name, output }) {
  const journalFolder = await findRun(name);
  if (!journalFolder) throw new CodedError("NO_RUN");
  if (!output) return { folder: journalFolder, journalFolder };
  try {
    return { folder: await inside(output, name), journalFolder };
  } catch {
    throw new CodedError("OUTPUT_LOST");
  }
}

/**
 * The folders of a run that has ended. Throws a CodedError where it has not, or its folders are out of reach.
 * @param {string} name
 * @param {FileSystemDirectoryHandle | null} chosen   its folder, where that is not in private storage and known
 * @returns {Promise<Place & {isKept: boolean}>}   isKept: its journal is in private storage; else it lies with the results alone
 */
export async function endedPlace(name, chosen) {
  const journal = await findRun(name);
  const here = await folderOf(RUNS)
    .then((runs) => inside(runs, name))
    .catch(() => null);
  const [folder, journalFolder] = [here ?? chosen, here ?? journal ?? chosen];
  if (!folder || !journalFolder) throw new CodedError(journal ? "OUTPUT_LOST" : "NO_RUN");
  if (await holds(journalFolder, UNFINISHED)) throw new CodedError("NO_RUN");
  return { folder, journalFolder, isKept: journal !== null };
}

/**
 * Notes that the run is not at its end, and with what it goes on.
 * @param {FileSystemDirectoryHandle} journalFolder
 * @param {RunSpec} spec
 * @param {Pick<Begun, "total" | "leftOut" | "kind">} what   is picked, and takes part
 */
export async function markBegun(journalFolder, { policy, linkage, salt, plan }, what) {
  /** @type {Begun} */
  const begun = { policy, linkage, salt, key_check: plan.key_check, cancelled: false, ...what };
  await writeFile(journalFolder, UNFINISHED, JSON.stringify(begun));
}

/** Notes what a person knows the run by, and by what its key is known again. @param {FileSystemDirectoryHandle} journalFolder @param {RunSpec} spec */
export async function writeAbout(journalFolder, { about: names, salt, plan }) {
  const about = { ...names, salt, key_check: plan.key_check };
  await writeFile(journalFolder, ABOUT, JSON.stringify(about));
}

/**
 * @param {FileSystemDirectoryHandle} run
 * @returns {Promise<{about: RunAbout | null, key: import("../shared/protocol/files.js").RunKey | null}>}
 */
export async function readAbout(run) {
  try {
    const { source, policy, only, salt, key_check: check } = JSON.parse((await textOf(run, ABOUT)) ?? "");
    const key = check ? { salt: String(salt ?? ""), check: String(check) } : null;
    return { about: { source: String(source), policy: String(policy), only: String(only ?? "") }, key };
  } catch {
    return { about: null, key: null };
  }
}

/** So many files take part: the scan has come to its end. @param {FileSystemDirectoryHandle} journalFolder @param {number} total */
export async function markTotal(journalFolder, total) {
  const begun = await readBegun(journalFolder);
  if (begun) await writeFile(journalFolder, UNFINISHED, JSON.stringify({ ...begun, total }));
}

/**
 * Removes the journals that nobody needs any more: of runs that have come to their end and are open nowhere, but for the
 * last ones that have a list of what was not written.
 */
async function sweepJournals() {
  const isOpen = await openRuns();
  const journals = await folderOf(JOURNALS, true);
  let kept = 0;
  const runs = (await listed(journals)).sort((one, other) => (one.name < other.name ? 1 : -1));
  for (const run of runs) {
    if (isOpen(run.name) || run.kind !== "directory" || (await holds(run, UNFINISHED))) continue;
    if (await textOf(run, REJECTED)) continue; // outputs are still to be taken out of the chosen folder
    if ((await hasList(run)) && kept++ < LISTS_KEPT) continue;
    await removeFrom(journals, run.name).catch(() => {});
  }
}

/** Whether a run has a list of what it did not write, and something is in it. @param {FileSystemDirectoryHandle} run */
export async function hasList(run) {
  return ((await readFile(run, UNWRITTEN))?.size ?? 0) > 0;
}

/**
 * The run has come to its end; or it was cancelled, and is offered no more by itself.
 * @param {FileSystemDirectoryHandle} journalFolder
 * @param {"finished" | "cancelled"} end
 * @param {boolean} withheld   something was: its settings stay, so that this can be allowed and run
 */
export async function markEnd(journalFolder, end, withheld) {
  const begun = await readBegun(journalFolder);
  if (end === "finished") {
    if (begun && withheld) await writeFile(journalFolder, ENDED, JSON.stringify(begun)).catch(() => {});
    return removeFrom(journalFolder, UNFINISHED).catch(() => {});
  }
  if (begun) await writeFile(journalFolder, UNFINISHED, JSON.stringify({ ...begun, cancelled: true }));
}

/**
 * The folder of a run of that name, or null.
 * @param {string} name
 * @returns {Promise<FileSystemDirectoryHandle | null>}
 */
export async function findRun(name) {
  for (const parent of [RUNS, JOURNALS]) {
    try {
      return await inside(await folderOf(parent), name);
    } catch {
      // not here
    }
  }
  return null;
}

/**
 * @param {FileSystemDirectoryHandle} run
 * @param {typeof UNFINISHED | typeof ENDED} [name]
 * @returns {Promise<Begun | null>}  null: the run is finished, or cannot be resumed
 */
export async function readBegun(run, name = UNFINISHED) {
  try {
    return JSON.parse((await textOf(run, name)) ?? "null");
  } catch {
    return null;
  }
}

/**
 * Whether the run is marked as unfinished, and with what it goes on: of one reading. A run can come to its end between two,
 * as that of a tab that was closed a moment ago; it would be neither ended nor one to go on with.
 * @param {FileSystemDirectoryHandle} run
 * @returns {Promise<{finished: boolean, begun: Begun | null}>}  begun null: it is finished, or cannot be resumed
 */
export async function readMark(run) {
  for (let again = true; ; again = false) {
    if (!(await holds(run, UNFINISHED))) return { finished: true, begun: null };
    const begun = await readBegun(run);
    if (begun || !again) return { finished: false, begun };
  }
}

/**
 * The files of a run that are handed out, in order of their names.
 * @param {FileSystemDirectoryHandle} run
 * @param {(path: string) => boolean} [wanted]
 * @param {string} [prefix]
 * @returns {AsyncGenerator<{path: string, handle: FileSystemFileHandle, parent: FileSystemDirectoryHandle}>}
 */
export async function* filesOf(run, wanted = () => true, prefix = "") {
  const found = await listed(run);
  found.sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const child of found) {
    const path = `${prefix}${child.name}`;
    if (!isResult(path)) continue;
    if (child.kind === "directory") yield* filesOf(child, wanted, `${path}/`);
    else if (wanted(path)) yield { path, handle: child, parent: run };
  }
}

/**
 * @param {FileSystemDirectoryHandle} run
 * @param {(path: string) => boolean} wanted
 */
export async function countFiles(run, wanted) {
  let count = 0;
  for await (const _ of filesOf(run, wanted)) count++;
  return count;
}
