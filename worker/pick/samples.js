// @ts-check
/** Files of the scan to try a policy on: which there are. */

export class Samples {
  #sources;

  /** @param {import("./sources.js").Sources} sources */
  constructor(sources) {
    this.#sources = sources;
  }

  /**
   * @param {number} study
   * @returns {import("../shared/protocol/files.js").SeriesFound[]}  in scan order
   */
  series(study) {
    const { paths, series } = this.#sources;
    /** @type {Map<number, import("../shared/protocol/files.js").SeriesFound>} */
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
   * @returns {import("../shared/protocol/files.js").Sample}
   */
  at(study, series, at) {
    return this.instances(study, series)[at];
  }

  /**
   * All files of a series.
   * @param {number} study
   * @param {number} series
   * @returns {import("../shared/protocol/files.js").Sample[]}  in scan order
   */
  instances(study, series) {
    const { paths, series: numbers } = this.#sources;
    const files = this.#files(study).filter((file) => numbers[file] === series);
    return files.map((index) => ({ index, path: paths[index] }));
  }

  /** The first file of one of these kinds. @param {number[]} kinds */
  firstOf(kinds) {
    const { studies, series, kinds: numbers, reasons } = this.#sources;
    const index = numbers.findIndex((kind, at) => kinds.includes(kind) && reasons[at] === "");
    return { study: studies[index], series: series[index], index };
  }

  /** @param {number} study */
  #files(study) {
    const { studies, reasons } = this.#sources;
    return [...studies.keys()].filter((index) => studies[index] === study && reasons[index] === "");
  }
}
