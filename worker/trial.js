// @ts-check
/** Files of the scan to try a policy on: which there are, and what Python asks for of one of them. */

import { walkFragments } from "./fragments.js";
import { CodedError } from "./patience.js";
import { covered } from "./ranges.js";

/** No header is so long: what asks for more than this is not given it. */
const MOST_BYTES = 260 * 1024 * 1024;

export class Samples {
  #sources;

  /** @param {import("./source.js").Sources} sources */
  constructor(sources) {
    this.#sources = sources;
  }

  /**
   * @param {number} study
   * @returns {import("./protocol.js").SeriesFound[]}  in scan order
   */
  series(study) {
    const { paths, series } = this.#sources;
    /** @type {Map<number, import("./protocol.js").SeriesFound>} */
    const found = new Map();
    for (const index of this.#files(study)) {
      const known = found.get(series[index]);
      if (known) known.files++;
      else found.set(series[index], { series: series[index], files: 1, path: paths[index] });
    }
    return [...found.values()];
  }

  /**
   * @param {number} study
   * @param {number} series
   * @param {number} at   from 0, in scan order
   * @returns {import("./protocol.js").Sample}
   */
  at(study, series, at) {
    const { paths, sizes, series: numbers } = this.#sources;
    const index = this.#files(study).filter((file) => numbers[file] === series)[at];
    return { index, path: paths[index], size: sizes[index] };
  }

  /** @param {number} study */
  #files(study) {
    const { studies, reasons } = this.#sources;
    return [...studies.keys()].filter((index) => studies[index] === study && reasons[index] === "");
  }

  /**
   * A file as a task for the trial worker.
   * @param {number} index
   * @param {import("./ranges.js").Range[]} wanted
   * @param {number | null} fragments   where encapsulated pixel data begin whose end is wanted
   * @returns {Promise<import("./protocol.js").Task | {error: string}>}
   */
  async task(index, wanted, fragments) {
    let opened;
    try {
      if (covered(wanted) > MOST_BYTES) throw new CodedError("HEADER_TOO_LONG");
      opened = await this.#sources.open(index);
      const file = opened;
      const read = (/** @type {number} */ start, /** @type {number} */ end) =>
        file.read(start, Math.min(end, file.size));
      const ranges = await Promise.all(wanted.map(async ([start, end]) => ({ start, bytes: await read(start, end) })));
      return {
        id: index,
        sourceId: "",
        size: file.size,
        repeat: this.#sources.repeats[index],
        ranges,
        fragments: fragments === null ? null : await walkFragments(read, fragments, file.size),
      };
    } catch (error) {
      return { error: error instanceof CodedError ? error.code : "READ_FAILED" };
    } finally {
      await opened?.release().catch(() => {});
    }
  }
}
