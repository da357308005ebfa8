// @ts-check
/**
 * The files that an index is made of, for the worker that makes it: in batches, and of each the first bytes.
 *
 * The scan has read the heads of its files, too, but no more than 4 KiB of most, to find four elements; what an index
 * keeps can be in any part of a header. It is read again: only for an index, and from what the system has in its cache.
 */

import { openFile, Sources } from "../pick/sources.js";
import { walk } from "../pick/walk.js";
import { committedPaths } from "../run/resume.js";
import { ahead, Lane } from "../shared/async.js";
import { readRange } from "../shared/blob.js";
import { transfer } from "../shared/comlink.js";
import { codeOf, nameOf } from "../shared/errors.js";
import { HeadLengths } from "../shared/ranges.js";
import { inside } from "../storage/folders.js";

/** Files told of at once. */
const TOLD_AT_ONCE = 500;
/** Files opened at the same time. */
const IN_FLIGHT = 16;
/** Read first of a file: most headers are shorter, and what is read in vain is left to the collector. */
const HEAD_BYTES = 16 * 1024;
const OUT = "out";

/**
 * @typedef {import("../shared/protocol/index.js").IndexedFile} IndexedFile
 * @typedef {import("../shared/protocol/index.js").Head} Head
 * @typedef {{sources: Sources, growing: AsyncIterator<unknown> | null, whole: boolean}} Contents
 *   growing: files are added to the sources as they are found; whole: what is not among them in the end is not there
 */

export class Listing {
  #open;
  /** @type {Contents} */ #contents = { sources: new Sources(), growing: null, whole: false };
  #told = 0;
  #lane = new Lane(IN_FLIGHT);
  #lengths = new HeadLengths(HEAD_BYTES);

  /** @param {() => Promise<Contents>} open   what is there now */
  constructor(open) {
    this.#open = open;
  }

  /** Begins at the first file. @returns {Promise<boolean>}  whether all files will be told of */
  async begin() {
    this.#contents = await this.#open();
    this.#told = 0;
    return this.#contents.whole;
  }

  /** The next files, or null behind the last. @returns {Promise<{first: number, files: IndexedFile[], found: number} | null>} */
  async next() {
    const { sources, growing } = this.#contents;
    const first = this.#told;
    while (growing && sources.length < first + TOLD_AT_ONCE && !(await growing.next()).done);
    const last = Math.min(sources.length, first + TOLD_AT_ONCE);
    this.#told = last;
    const files = Array.from({ length: last - first }, (_, i) => fileOf(sources, first + i));
    return files.length > 0 ? { first, files, found: sources.length } : null;
  }

  /**
   * The first bytes of some files. Never rejects.
   * @param {{number: number, bytes: number}[]} wanted   bytes 0: as many as headers of the file's study have turned out to need
   * @returns {Promise<Head[]>}
   */
  async heads(wanted) {
    const heads = await Promise.all(wanted.map((one) => this.#lane.run(() => this.#head(one))));
    return transfer(
      heads,
      heads.flatMap((head) => ("bytes" in head ? [head.bytes.buffer] : [])),
    );
  }

  /** @param {{number: number, bytes: number}} wanted @returns {Promise<Head>} */
  async #head({ number, bytes }) {
    const { origins, sizes, modified, studies } = this.#contents.sources;
    const origin = origins[number];
    if (bytes > 0) this.#lengths.learn(studies[number], bytes);
    const end = Math.min(sizes[number], bytes || this.#lengths.of(studies[number]));
    try {
      if ("extract" in origin) return { bytes: await origin.head(end) };
      const file = await openFile(origin);
      if (file.size !== sizes[number] || file.lastModified !== modified[number]) return { error: "SOURCE_CHANGED" };
      return { bytes: await readRange(file, 0, end) };
    } catch (error) {
      return { error: codeOf(error, "READ_FAILED") };
    }
  }

  /**
   * How many of these files are there as they are said to be. Null: no files are picked.
   * @param {[string, number, number][]} files   path, size, modified
   */
  async known(files) {
    const { sources } = await this.#open();
    if (sources.length === 0) return null;
    const numbers = numbersOf(sources, new Set(files.map(([path]) => path)));
    return files.filter(([path, size, modified]) => {
      const number = numbers.get(path);
      return number !== undefined && sources.sizes[number] === size && stampOf(sources, number) === modified;
    }).length;
  }

  /** The numbers that files have in the scan; null: it is not there. @param {string[]} paths */
  async numbers(paths) {
    const numbers = numbersOf((await this.#open()).sources, new Set(paths));
    return paths.map((path) => numbers.get(path) ?? null);
  }
}

/** @param {Sources} sources @param {Set<string>} wanted @returns {Map<string, number>} path -> number */
function numbersOf({ paths }, wanted) {
  const numbers = new Map();
  for (const [number, path] of paths.entries()) if (wanted.has(path)) numbers.set(path, number);
  return numbers;
}

/** @param {Sources} sources @param {number} number @returns {IndexedFile} */
function fileOf(sources, number) {
  return [sources.paths[number], sources.sizes[number], stampOf(sources, number), sources.reasons[number]];
}

/** By what it shows that a file has changed: the time, or what the archive says of its content. @param {Sources} sources @param {number} number */
function stampOf({ origins, modified }, number) {
  const origin = origins[number];
  return "crc" in origin ? origin.crc : modified[number];
}

/**
 * The outputs of a run, as they are come by.
 * @param {FileSystemDirectoryHandle} folder    the run folder
 * @param {FileSystemDirectoryHandle} journal   where its audit is
 * @param {import("../storage/temporary.js").Scratch} scratch
 * @returns {Promise<Contents>}
 */
export async function outputsOf(folder, journal, scratch) {
  const sources = new Sources();
  try {
    const out = await inside(folder, OUT);
    const growing = outputs(out, await committedPaths(journal), scratch, sources);
    return { sources, growing, whole: true };
  } catch (error) {
    // Without an output there is no such folder.
    if (nameOf(error) === "NotFoundError") return { sources, growing: null, whole: true };
    throw error;
  }
}

/**
 * @param {FileSystemDirectoryHandle} out
 * @param {(path: string) => boolean} wanted
 * @param {import("../storage/temporary.js").Scratch} scratch
 * @param {Sources} sources
 */
async function* outputs(out, wanted, scratch, sources) {
  const candidates = walk({ kind: "handles", handles: [out] }, scratch);
  for await (const { path, origin, file } of ahead(candidates, IN_FLIGHT, opened)) {
    if (!origin || !file || !wanted(`${OUT}/${path}`)) continue;
    const looked = { size: file.size, modified: file.lastModified, reason: "" };
    sources.add(`${OUT}/${path}`, origin, looked, { study: 0, series: 0, kind: -1 });
    yield;
  }
}

/** @param {import("../pick/walk.js").Candidate} candidate */
async function opened({ path, origin }) {
  const place = origin && !("extract" in origin) ? origin : null;
  return { path, origin, file: place && (await openFile(place).catch(() => null)) };
}
