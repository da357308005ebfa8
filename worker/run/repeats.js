// @ts-check
/** Files that repeat a SOP Instance UID: whether they are copies of the first that has it, or something else. */

import { Lane } from "../shared/async.js";
import { CodedError, codeOf } from "../shared/errors.js";

/** Bytes of each of two files that are compared at a time. */
const COMPARED_AT_ONCE = 1024 * 1024;
/** The reason that goes with an output whose SOP Instance UID another file has, too, with other content. */
export const SAME_UID = "SAME_SOP_INSTANCE";

/** @typedef {import("../pick/sources.js").Opened} Opened */

export class Repeats {
  #sources;
  #checkpoint;
  /** One pair at a time is in memory. */ #lane = new Lane(1);

  /**
   * @param {Pick<import("../pick/sources.js").Sources, "sizes" | "firsts" | "open" | "reachable">} sources
   * @param {() => Promise<void>} checkpoint   waits while the run is paused, throws when it is over
   */
  constructor(sources, checkpoint) {
    this.#sources = sources;
    this.#checkpoint = checkpoint;
  }

  /**
   * Whether a file has the bytes of the first one with its SOP Instance UID; not, where that is not known or cannot be read.
   * @param {number} index
   * @param {Pick<Opened, "size" | "read">} opened
   */
  async isCopy(index, opened) {
    const first = this.#sources.firsts.get(index);
    if (first === undefined || this.#sources.sizes[first] !== opened.size) return false;
    return this.#lane.run(() => this.#same(first, opened));
  }

  /**
   * @param {number} first
   * @param {Pick<Opened, "size" | "read">} opened
   * @param {boolean} [again]   whether a second try is left
   * @returns {Promise<boolean>}
   */
  async #same(first, opened, again = true) {
    const other = await this.#sources.open(first).catch(() => null);
    try {
      if (!other) throw new CodedError("READ_FAILED");
      if (other.size !== opened.size) return false;
      for (let at = 0; at < opened.size; at += COMPARED_AT_ONCE) {
        await this.#checkpoint();
        const end = Math.min(at + COMPARED_AT_ONCE, opened.size);
        const [mine, its] = await Promise.all([opened.read(at, end), other.read(at, end)]);
        if (!mine.every((byte, i) => byte === its[i])) return false;
      }
      return true;
    } catch (error) {
      if (codeOf(error, "") === "CANCELLED") throw error;
      // Where none of the files can be read, the run waits; one that was away for a moment is tried again.
      if (!(await this.#sources.reachable())) throw new CodedError("SOURCE_LOST");
      return again && this.#same(first, opened, false);
    } finally {
      await other?.release().catch(() => {});
    }
  }
}
