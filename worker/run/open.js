// @ts-check
/** Opens a run: a new one is given its folders, one that was cut off its rows back. Either way its lock and its journal. */

import { sourceNaming } from "../report/audit.js";
import { Journal } from "../report/journal.js";
import { relist } from "../report/unwritten.js";
import { CodedError } from "../shared/errors.js";
import { counted } from "../shared/wording.js";
import { writeFile } from "../storage/folders.js";
import { lockRun } from "../storage/locks.js";
import { beginPlace, markBegun, REGIONS, readBegun, resumePlace, writeAbout } from "../storage/run-folders.js";
import { leaveOthers, listedFiles, notedOnly, noteOnly } from "./only.js";
import { checkPlan, takeStock } from "./resume.js";
import { keyedOf, leaveOut, leftOutOf, othersThan } from "./study-choice.js";

/** Sources named at once. */
const NAMED_AT_ONCE = 1000;

/**
 * @typedef {import("../shared/protocol/files.js").RunSpec} RunSpec
 * @typedef {import("../shared/protocol/files.js").LeftOut} LeftOut
 * @typedef {import("../pick/sources.js").Sources} Sources
 * @typedef {import("./counts.js").Tally} Tally
 * @typedef {object} Opened
 * @property {FileSystemDirectoryHandle} folder         the run folder
 * @property {FileSystemDirectoryHandle} journalFolder
 * @property {Journal} journal
 * @property {Set<number>} outputs                      fingerprints of the paths of outputs that are there
 * @property {(path: string) => Promise<string>} nameSource
 * @property {LeftOut} leftOut                          what takes no part
 */

/**
 * Throws a CodedError, or what the browser throws, when the run cannot be opened.
 * @param {RunSpec} spec
 * @param {Sources} sources   those that are done already are marked
 * @param {Tally} tally       counts them
 * @param {(release: () => void) => void} locked   told how to give the lock back
 * @returns {Promise<Opened>}
 */
export async function openRun(spec, sources, tally, locked) {
  const release = await lockRun(spec.name);
  if (!release) throw new CodedError("RUN_OPEN");
  locked(release);
  sources.done = []; // of an earlier run over the same sources
  const nameSource = await sourceNaming(spec.key);
  const place = spec.resumed ? await resumePlace(spec) : await beginPlace(spec, sources.roots);
  if (spec.resumed) await checkPlan(place.journalFolder, spec.plan);
  const outputs = spec.resumed ? await recall(place, sources, tally, nameSource) : new Set();
  const left = await takePart(spec, sources, tally, place.journalFolder, nameSource);
  const total = sources.growing ? 0 : sources.length - left.files;
  if (spec.regions) await writeFile(place.journalFolder, REGIONS, spec.regions);
  await markBegun(place.journalFolder, spec, { total, leftOut: left.keyed, kind: sources.kind });
  for (const folder of new Set([place.journalFolder, place.folder])) {
    await writeFile(folder, "plan.json", spec.plan.document);
  }
  await writeFile(place.folder, "conformance.md", spec.plan.statement);
  if (!spec.resumed) await writeAbout(place.journalFolder, spec);
  const journal = new Journal(place.journalFolder, spec.output && place.folder);
  try {
    await journal.open();
    journal.log([...spec.plan.opening, ...spec.environment]);
    if (spec.resumed) journal.log([`resumed: ${counted(tally.done, "file was", "files were")} done before`]);
    journal.log(left.lines);
  } catch (error) {
    await journal.close(); // held open, it could not be opened when there is room again
    throw error;
  }
  return { ...place, journal, outputs, nameSource, leftOut: left.out };
}

/**
 * Leaves out what takes no part: all but single files, or the studies and series that are not chosen.
 * @param {RunSpec} spec
 * @param {Sources} sources
 * @param {Tally} tally
 * @param {FileSystemDirectoryHandle} journalFolder
 * @param {(path: string) => Promise<string>} nameSource
 * @returns {Promise<{out: LeftOut, keyed: string[], files: number, lines: string[]}>}
 *   what takes no part, also by keyed values; its files; and what the log says of it
 */
async function takePart(spec, sources, tally, journalFolder, nameSource) {
  const taken = await singleFiles(spec, sources, journalFolder, nameSource);
  if (!taken) {
    const { out, keyed } = await choice(spec, sources, journalFolder);
    const files = leaveOut(sources, tally, out);
    return { out, keyed, files, lines: files > 0 ? [leftOutLine(files, out)] : [] };
  }
  leaveOthers(sources, tally, (index) => taken.has(index));
  const lines = [`takes only files that an earlier run withheld: ${counted(taken.size, "file")}`];
  return { out: othersThan(sources, [...taken]), keyed: [], files: sources.length - taken.size, lines };
}

/**
 * The numbers of the files that a run takes in, where these are single ones; they are noted when it begins.
 * @param {RunSpec} spec
 * @param {Sources} sources
 * @param {FileSystemDirectoryHandle} journalFolder
 * @param {(path: string) => Promise<string>} nameSource
 */
async function singleFiles({ only, resumed }, sources, journalFolder, nameSource) {
  if (resumed) {
    const ids = await notedOnly(journalFolder);
    if (!ids) return null;
    const known = [...(await numbersOf(sources, nameSource))].filter(([id]) => ids.has(id));
    if (known.length === 0) throw new CodedError("OTHER_SOURCE");
    return new Set(known.map(([, index]) => index));
  }
  if (!only) return null;
  const listed = await listedFiles(sources, only);
  await noteOnly(journalFolder, await Promise.all(listed.map((index) => nameSource(sources.paths[index]))));
  return new Set(listed);
}

/**
 * Studies and series that take no part: chosen now, or when the run was begun.
 * @param {RunSpec} spec
 * @param {Sources} sources
 * @param {FileSystemDirectoryHandle} journalFolder
 */
async function choice({ resumed, key, leftOut }, sources, journalFolder) {
  if (!resumed) return { out: leftOut, keyed: await keyedOf(sources, key, leftOut) };
  const keyed = (await readBegun(journalFolder))?.leftOut ?? [];
  return { out: await leftOutOf(sources, key, keyed), keyed };
}

/** @param {number} files @param {LeftOut} out */
function leftOutLine(files, { studies, series, kinds }) {
  const others = series.length > 0 ? `, and ${series.length} series of others` : "";
  const alike = kinds.length > 0 ? `, and of ${counted(kinds.length, "kind")}` : "";
  return `left out by choice: ${counted(files, "file")} of ${counted(studies.length, "study", "studies")}${others}${alike}`;
}

/**
 * Counts what an earlier session of the run did.
 * @param {import("../storage/run-folders.js").Place} place
 * @param {Sources} sources
 * @param {Tally} tally
 * @param {(path: string) => Promise<string>} nameSource
 * @returns {Promise<Set<number>>}  fingerprints of the paths of outputs that are there
 */
async function recall(place, sources, tally, nameSource) {
  const numbers = await numbersOf(sources, nameSource);
  let rows = 0;
  let found = 0;
  const outputs = await takeStock(place, (row) => {
    const index = numbers.get(row.source_id);
    if (index !== undefined && sources.done[index]) return false;
    rows++;
    if (index === undefined) {
      tally.countElsewhere(row);
      return true;
    }
    found++;
    sources.done[index] = true;
    tally.count(row, index);
    return true;
  });
  if (rows > 0 && found === 0) throw new CodedError("OTHER_SOURCE");
  const pathOf = (/** @type {string} */ id) => sources.paths[numbers.get(id) ?? -1];
  await relist(place.journalFolder, pathOf);
  return outputs;
}

/**
 * @param {Sources} sources
 * @param {(path: string) => Promise<string>} nameSource
 * @returns {Promise<Map<string, number>>}  source id -> number of the source
 */
export async function numbersOf(sources, nameSource) {
  /** @type {Map<string, number>} */
  const numbers = new Map();
  for (let at = 0; at < sources.length; at += NAMED_AT_ONCE) {
    const ids = await Promise.all(sources.paths.slice(at, at + NAMED_AT_ONCE).map(nameSource));
    for (const [i, id] of ids.entries()) numbers.set(id, at + i);
  }
  return numbers;
}
