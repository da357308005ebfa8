// @ts-check
/** Reading during a run: so many files at a time, and how long it takes. */

import { walkFragments } from "../dicom/fragments.js";
import { Lane, Stopwatch } from "../shared/async.js";
import { Together } from "./read-together.js";

/** Ranges that are read side by side. */
const READS_IN_FLIGHT = 12;

/** @typedef {import("../pick/sources.js").Opened} Opened */

export class Reading {
  #together;
  #checkpoint;
  #lane = new Lane(READS_IN_FLIGHT);
  #watch = new Stopwatch();

  /**
   * @param {import("../pick/sources.js").Sources} sources
   * @param {import("../shared/buffers.js").Buffers} buffers
   * @param {() => Promise<void>} checkpoint   waits while the run is paused, throws when it is over
   */
  constructor(sources, buffers, checkpoint) {
    this.#together = new Together(sources, buffers, this.#watch);
    this.#checkpoint = checkpoint;
  }

  get stage() {
    return this.#watch.stage;
  }

  /**
   * Opens a file; a small one is then in memory whole.
   * @param {number} index
   * @returns {Promise<Opened>}
   */
  open(index) {
    return this.#together.open(index);
  }

  /**
   * Copies of ranges, to be given away.
   * @param {Opened} opened
   * @param {import("../shared/ranges.js").Range[]} wanted
   */
  ranges(opened, wanted) {
    return this.#lane.run(() =>
      Promise.all(wanted.map(async ([start, end]) => ({ start, bytes: await opened.read(start, end) }))),
    );
  }

  /**
   * @param {Opened} opened
   * @param {number} start
   */
  fragments(opened, start) {
    const read = async (/** @type {number} */ from, /** @type {number} */ to) => {
      await this.#checkpoint();
      return opened.read(from, to);
    };
    return walkFragments(read, start, opened.size);
  }
}
