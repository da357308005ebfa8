// @ts-check
/**
 * Studies that take part in a run: those that were found, without those that are left out and without single series.
 *
 * @typedef {import("../../worker/shared/protocol/files.js").Found} Found
 * @typedef {import("../../worker/shared/protocol/files.js").StudyFound} StudyFound
 * @typedef {import("../../worker/shared/protocol/files.js").LeftOut} LeftOut
 * @typedef {import("../../worker/shared/protocol/files.js").SeriesLeft} SeriesLeft
 * @typedef {Pick<Found, "studies" | "dicom" | "bytes">} Taking   dicom: files; bytes: of these files
 */

/** Choice of studies and series, to be looked up by the number of a study. */
export class Choice {
  /** Numbers of the studies that are left out as a whole. */ #studies;
  /** @type {Map<number, SeriesLeft[]>} single series of others, by the number of the study */ #series = new Map();

  /** @param {LeftOut} leftOut */
  constructor({ studies, series }) {
    this.#studies = new Set(studies);
    for (const one of series) this.#series.set(one.study, [...(this.#series.get(one.study) ?? []), one]);
  }

  /** Whether every series takes part. */
  get isAll() {
    return this.#studies.size + this.#series.size === 0;
  }

  /** Whether some study takes part without all of its series. */
  get hasParts() {
    return this.#series.size > 0;
  }

  /** @param {number} study */
  isPart(study) {
    return this.#series.has(study);
  }

  /** Whether a study takes part with all of its series. @param {number} study */
  isWhole(study) {
    return !this.#studies.has(study) && !this.#series.has(study);
  }

  /** As much of a study as takes part, if any of it does. @param {StudyFound} study @returns {StudyFound} */
  partOf(study) {
    const left = this.#series.get(study.study);
    if (!left) return study;
    const rest = (/** @type {"files" | "bytes"} */ sum) => left.reduce((all, one) => all - one[sum], study[sum]);
    return { ...study, series: study.series - left.length, files: rest("files"), bytes: rest("bytes") };
  }

  /** @param {StudyFound[]} found @returns {Taking} */
  taking(found) {
    const studies = found.filter(({ study }) => !this.#studies.has(study)).map((study) => this.partOf(study));
    const sum = (/** @type {"files" | "bytes"} */ of) => studies.reduce((total, study) => total + study[of], 0);
    return { studies, dicom: sum("files"), bytes: sum("bytes") };
  }

  /** The same choice, but that these studies take part as a whole, or not at all. @param {Iterable<number>} studies @param {boolean} taken @returns {LeftOut} */
  with(studies, taken) {
    const [left, parts] = [new Set(this.#studies), new Map(this.#series)];
    for (const study of studies) {
      parts.delete(study);
      if (taken) left.delete(study);
      else left.add(study);
    }
    return { studies: [...left], series: [...parts.values()].flat() };
  }
}

/** Studies that take part, by the state of the page. @param {{found: Found | null, leftOut: LeftOut}} state @returns {Taking} */
export function takingOf({ found, leftOut }) {
  return new Choice(leftOut).taking(found?.studies ?? []);
}
