// @ts-check
/** Begins the files of a run: study by study, as long as there is room for one more, each with as much as Python will want of it. */

import { WHOLE_BYTES } from "../shared/limits.js";
import { HeadLengths } from "../shared/ranges.js";
import { newItem } from "./batches.js";
import { StudyOrder } from "./study-order.js";

export class Feed {
  #parts;
  #underWay;
  #heads = new HeadLengths();

  /**
   * @param {Pick<import("./pipeline.js").Parts, "sources" | "changed" | "worklist">} parts
   * @param {import("./in-flight.js").UnderWay} underWay
   */
  constructor(parts, underWay) {
    this.#parts = parts;
    this.#underWay = underWay;
  }

  /** File after file, until there are no more or the run is over. @param {(item: import("./batches.js").Item) => void} take */
  async all(take) {
    const { sources, changed, worklist } = this.#parts;
    const order = new StudyOrder(sources);
    while (!worklist.over) {
      const index = order.next();
      if (index !== undefined) await this.one(index, take);
      else if (sources.growing) await changed.wait();
      else return;
    }
  }

  /** A file, when there is room for it, unless the run is over by then. @param {number} index @param {(item: import("./batches.js").Item) => void} take */
  async one(index, take) {
    const { sources, changed, worklist } = this.#parts;
    const bytes = this.#bytesOf(index);
    const fits = () => !worklist.paused && this.#underWay.hasRoom(bytes);
    while (!worklist.over && !fits()) await changed.wait();
    if (worklist.over) return;
    const item = newItem(index, sources.sizes[index], sources.firsts.has(index), this.#head(index), bytes);
    this.#underWay.begin(item);
    take(item);
  }

  /**
   * Headers within a study are alike.
   * @param {number} index
   * @param {number} end   where the header of this file ended, or was not yet at its end
   */
  learn(index, end) {
    this.#heads.learn(this.#parts.sources.studies[index], end);
  }

  /** Bytes that Python is given first. @param {number} index */
  #head(index) {
    const { sources } = this.#parts;
    return Math.min(sources.sizes[index], this.#heads.of(sources.studies[index]));
  }

  /** Bytes that a file takes in memory when it is begun. @param {number} index */
  #bytesOf(index) {
    const size = this.#parts.sources.sizes[index];
    return this.#head(index) + (size <= WHOLE_BYTES ? size : 0);
  }
}
