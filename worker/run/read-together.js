// @ts-check
/**
 * Opening the files of a run, several at a time; small ones are read whole, and as one: for a Blob of several files the
 * browser sets up one reader and one pipe, not one for each, which cost as much as their bytes.
 */

import { readTogether } from "../shared/blob.js";
import { SMALL_BYTES } from "../shared/limits.js";

/** Groups of files that are read side by side. */
const GROUPS = 2;
/** Files of a group: at most so many, and at least so many, unless nothing else is being read. */
const [MOST_FILES, LEAST_FILES] = [12, 8];

/**
 * @typedef {import("../pick/sources.js").Opened} Opened
 * @typedef {{index: number, resolve: (opened: Opened | Promise<Opened>) => void, reject: (error: unknown) => void,
 *   settled: Promise<unknown>}} Asked
 */

export class Together {
  #sources;
  #buffers;
  #watch;
  /** @type {Asked[]} */ #waiting = [];
  #groups = 0;

  /**
   * @param {import("../pick/sources.js").Sources} sources
   * @param {import("../shared/buffers.js").Buffers} buffers   that small files are read into
   * @param {import("../shared/async.js").Stopwatch} watch
   */
  constructor(sources, buffers, watch) {
    this.#sources = sources;
    this.#buffers = buffers;
    this.#watch = watch;
  }

  /**
   * Opens a file; a small one is then in memory whole. Rejects with a CodedError.
   * @param {number} index
   * @returns {Promise<Opened>}
   */
  open(index) {
    /** @type {Asked} */
    const asked = { index, resolve() {}, reject() {}, settled: Promise.resolve() };
    const opened = new Promise((resolve, reject) => Object.assign(asked, { resolve, reject }));
    asked.settled = opened.catch(() => {}); // heard of by whoever asked
    this.#waiting.push(asked);
    this.#begin();
    return opened;
  }

  #begin() {
    while (this.#groups < GROUPS && this.#waiting.length >= (this.#groups > 0 ? LEAST_FILES : 1)) {
      const group = this.#waiting.splice(0, MOST_FILES);
      for (const { settled } of group) this.#watch.time(() => settled);
      this.#groups++;
      this.#read(group).finally(() => {
        this.#groups--;
        this.#begin();
      });
    }
  }

  /** @param {Asked[]} group */
  async #read(group) {
    /** @type {{opened: Opened, asked: Asked}[]} */
    const small = [];
    await Promise.all(
      group.map(async (asked) => {
        try {
          const opened = await this.#sources.open(asked.index);
          if (opened.small && opened.size <= SMALL_BYTES) small.push({ opened, asked });
          else asked.resolve(await this.#alone(opened));
        } catch (error) {
          asked.reject(error);
        }
      }),
    );
    await this.#readAsOne(small);
  }

  /** @param {Opened} opened */
  async #alone(opened) {
    await opened.load(this.#buffers);
    return opened;
  }

  /** If one cannot be read, none behind it is: from there on each is read alone. @param {{opened: Opened, asked: Asked}[]} small */
  async #readAsOne(small) {
    let done = 0;
    try {
      const blobs = small.map(({ opened }) => opened.blob);
      for await (const whole of readTogether(blobs, this.#buffers)) {
        const { opened, asked } = small[done++];
        opened.hold(whole, this.#buffers);
        asked.resolve(opened);
      }
    } catch {
      for (const { opened, asked } of small.slice(done)) asked.resolve(this.#alone(opened));
    }
  }
}
