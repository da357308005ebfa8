// @ts-check
/** Which studies of the scan take part in a run: the files of the others are left out, and have no row. */

import { digestBy, hexOf } from "./key.js";

/** Hex digits by which a study is known again. */
const STUDY_DIGITS = 20;

/** @typedef {import("./source.js").Sources} Sources */

/**
 * Takes the files of some studies out of a run.
 * @param {Sources} sources                     they are marked
 * @param {import("./tally.js").Tally} tally    they are not counted
 * @param {number[]} studies
 * @returns {number}  files that were left out
 */
export function leaveOut(sources, tally, studies) {
  const left = new Set(studies);
  let files = 0;
  for (const [index, study] of sources.studies.entries()) {
    if (!left.has(study) || sources.done[index]) continue;
    sources.done[index] = true;
    tally.leaveOut(sources.sizes[index]);
    files++;
  }
  return files;
}

/**
 * Studies as keyed values of their UIDs: these can be stored, and after another scan they are the same.
 * @param {Sources} sources
 * @param {Uint8Array} key
 * @param {number[]} studies
 */
export async function keyedStudies({ studyUids }, key, studies) {
  const digest = await digestBy(key);
  return Promise.all(
    studies.map(async (study) => hexOf(await digest("choice", studyUids[study])).slice(0, STUDY_DIGITS)),
  );
}

/**
 * The numbers of studies in this scan.
 * @param {Sources} sources
 * @param {Uint8Array} key
 * @param {string[]} keyed
 */
export async function studiesOf(sources, key, keyed) {
  if (keyed.length === 0) return [];
  const wanted = new Set(keyed);
  const numbers = [...sources.studyUids.keys()];
  const values = await keyedStudies(sources, key, numbers);
  return numbers.filter((number) => wanted.has(values[number]));
}
