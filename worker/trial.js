// @ts-check
/** Files of the scan to try a policy on: which there are. */

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
}
