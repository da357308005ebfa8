// @ts-check
/** Selection of the studies, series and kinds of files that take part in a run: other files are left out, and have no row. */

import { digestBy, hexOf } from "../shared/key.js";
import { addTo } from "../shared/sums.js";

/** Hex digits by which a study or a series is known again. */
const DIGITS = 20;

/**
 * @typedef {import("../pick/sources.js").Sources} Sources
 * @typedef {import("../shared/protocol/files.js").LeftOut} LeftOut
 */

/**
 * Takes files out of a run.
 * @param {Sources} sources                     they are marked
 * @param {import("./counts.js").Tally} tally    they are not counted
 * @param {LeftOut} left
 * @returns {number}  files that were left out
 */
export function leaveOut(sources, tally, left) {
  const isLeft = leaving(sources, left);
  let files = 0;
  for (const [index, study] of sources.studies.entries()) {
    if (study < 0 || sources.done[index] || !isLeft(index)) continue;
    sources.done[index] = true;
    tally.leaveOut(study, sources.sizes[index]);
    files++;
  }
  return files;
}

/**
 * The numbers of the DICOM files that take part.
 * @param {Sources} sources
 * @param {LeftOut} left
 */
export function taking(sources, left) {
  const { reasons } = sources;
  const isLeft = leaving(sources, left);
  return [...reasons.keys()].filter((index) => reasons[index] === "" && !isLeft(index));
}

/** Whether a file is left out, by its number. @param {Sources} sources @param {LeftOut} left @returns {(index: number) => boolean} */
function leaving({ studies, series, kinds }, left) {
  const leftStudies = new Set(left.studies);
  const leftSeries = new Set(left.series.map((one) => one.series));
  const leftKinds = new Set(left.kinds);
  return (index) => leftStudies.has(studies[index]) || leftSeries.has(series[index]) || leftKinds.has(kinds[index]);
}

/**
 * Studies and series that are left out when only the series of these files take part.
 * @param {Sources} sources
 * @param {number[]} indexes
 * @param {number[]} [kinds]   that are left out in these series, too
 * @returns {LeftOut}
 */
export function othersThan(sources, indexes, kinds = []) {
  const taken = new Set(indexes.map((index) => sources.series[index]));
  const touched = new Set([...taken].map((series) => sources.seriesStudies[series]));
  const left = [...sources.seriesStudies.keys()].filter((series) => !taken.has(series));
  return {
    studies: [...sources.studyUids.keys()].filter((study) => !touched.has(study)),
    series: summed(sources, left).filter(({ study }) => touched.has(study)),
    kinds,
  };
}

/**
 * Files and bytes of single series, and of each kind in them.
 * @param {Sources} sources
 * @param {number[]} numbers
 * @returns {LeftOut["series"]}
 */
function summed({ series, seriesStudies, sizes, kinds }, numbers) {
  /** @type {Map<number, Pick<LeftOut["series"][0], "files" | "bytes" | "kinds">>} */
  const sums = new Map(numbers.map((number) => [number, { files: 0, bytes: 0, kinds: {} }]));
  for (const [index, number] of series.entries()) {
    const sum = sums.get(number);
    if (!sum) continue;
    sum.files++;
    sum.bytes += sizes[index];
    if (kinds[index] >= 0) addTo(sum.kinds, kinds[index], sizes[index]);
  }
  return [...sums].map(([number, sum]) => ({ series: number, study: seriesStudies[number], ...sum }));
}

/**
 * The left-out studies, series and kinds as keyed values of their UIDs and names: these can be stored, and are the same after another scan.
 * @param {Sources} sources
 * @param {Uint8Array} key
 * @param {LeftOut} left
 * @returns {Promise<string[]>}
 */
export async function keyedOf(sources, key, { studies, series, kinds }) {
  const keyedBy = await keying(key);
  return Promise.all([
    ...studies.map((study) => keyedBy(sources.studyUids[study])),
    ...series.map((one) => keyedBy(namesOf(sources, one.series))),
    ...kinds.map((kind) => keyedBy(`kind ${sources.kindNames[kind]}`)),
  ]);
}

/**
 * The studies, series and kinds of this scan that such values stand for.
 * @param {Sources} sources
 * @param {Uint8Array} key
 * @param {string[]} keyed
 * @returns {Promise<LeftOut>}
 */
export async function leftOutOf(sources, key, keyed) {
  if (keyed.length === 0) return { studies: [], series: [], kinds: [] };
  const wanted = new Set(keyed);
  const keyedBy = await keying(key);
  const find = async (/** @type {string[]} */ names) => {
    const values = await Promise.all(names.map(keyedBy));
    return [...names.keys()].filter((number) => wanted.has(values[number]));
  };
  const series = await find(sources.seriesUids.map((_, number) => namesOf(sources, number)));
  const kinds = await find(sources.kindNames.map((name) => `kind ${name}`));
  return { studies: await find(sources.studyUids), series: summed(sources, series), kinds };
}

/** A series is known by its study too. @param {Sources} sources @param {number} series */
function namesOf({ studyUids, seriesStudies, seriesUids }, series) {
  return `${studyUids[seriesStudies[series]]} ${seriesUids[series]}`;
}

/** @param {Uint8Array} key @returns {Promise<(uids: string) => Promise<string>>} */
async function keying(key) {
  const digest = await digestBy(key);
  return async (uids) => hexOf(await digest("choice", uids)).slice(0, DIGITS);
}
