// @ts-check
/** Opens a run: a new one is given its folders, one that was cut off its rows back. Either way its lock and its journal. */

import { sourceNaming } from "../report/audit.js";
import { Journal } from "../report/journal.js";
import { CodedError } from "../shared/errors.js";
import { writeFile } from "../storage/folders.js";
import { lockRun } from "../storage/locks.js";
import { beginPlace, markBegun, REGIONS, readBegun, resumePlace } from "../storage/run-folders.js";
import { checkPlan, takeStock } from "./resume.js";
import { keyedOf, leaveOut, leftOutOf } from "./study-choice.js";

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
  const left = await choice(spec, sources, place.journalFolder);
  const filesLeft = leaveOut(sources, tally, left.out);
  const total = sources.growing ? 0 : sources.length - filesLeft;
  if (spec.regions) await writeFile(place.journalFolder, REGIONS, spec.regions);
  await markBegun(place.journalFolder, spec, { total, leftOut: left.keyed, kind: sources.kind });
  for (const folder of new Set([place.journalFolder, place.folder])) {
    await writeFile(folder, "plan.json", spec.plan.document);
  }
  await writeFile(place.folder, "conformance.md", spec.plan.statement);
  const journal = new Journal(place.journalFolder, spec.output && place.folder);
  try {
    await journal.open();
    journal.log([...spec.plan.opening, ...spec.environment]);
    if (spec.resumed) journal.log([`resumed: ${tally.done} files were done before`]);
    if (filesLeft > 0) journal.log([leftOutLine(filesLeft, left.out)]);
  } catch (error) {
    await journal.close(); // held open, it could not be opened when there is room again
    throw error;
  }
  return { ...place, journal, outputs, nameSource, leftOut: left.out };
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
  const alike = kinds.length > 0 ? `, and of ${kinds.length} kinds` : "";
  return `left out by choice: ${files} files of ${studies.length} studies${others}${alike}`;
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
  return outputs;
}

/**
 * @param {Sources} sources
 * @param {(path: string) => Promise<string>} nameSource
 * @returns {Promise<Map<string, number>>}  source id -> number of the source
 */
async function numbersOf(sources, nameSource) {
  /** @type {Map<string, number>} */
  const numbers = new Map();
  for (let at = 0; at < sources.length; at += NAMED_AT_ONCE) {
    const ids = await Promise.all(sources.paths.slice(at, at + NAMED_AT_ONCE).map(nameSource));
    for (const [i, id] of ids.entries()) numbers.set(id, at + i);
  }
  return numbers;
}
