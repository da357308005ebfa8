// @ts-check
/**
 * Studies that take part in a run: those that were found, without those that are left out, single series and kinds of files.
 *
 * @typedef {import("../../worker/shared/protocol/files.js").Found} Found
 * @typedef {import("../../worker/shared/protocol/files.js").StudyFound} StudyFound
 * @typedef {import("../../worker/shared/protocol/files.js").LeftOut} LeftOut
 * @typedef {import("../../worker/shared/protocol/files.js").SeriesLeft} SeriesLeft
 * @typedef {import("../../worker/shared/protocol/files.js").Sum} Sum
 * @typedef {Pick<Found, "studies" | "dicom" | "bytes">} Taking   dicom: files; bytes: of these files
 */

/** Choice of studies and series, to be looked up by the number of a study. */
export class Choice {
  /** Numbers of the studies that are left out as a whole. */ #studies;
  /** @type {Map<number, SeriesLeft[]>} single series of others, by the number of the study */ #series = new Map();
  /** Numbers of the kinds of files of which none takes part. */ #kinds;

  /** @param {LeftOut} leftOut */
  constructor({ studies, series, kinds }) {
    this.#studies = new Set(studies);
    this.#kinds = kinds;
    for (const one of series) {
      const parts = this.#series.get(one.study);
      if (parts) parts.push(one);
      else this.#series.set(one.study, [one]);
    }
  }

  /** Whether every file takes part. */
  get isAll() {
    return this.#studies.size + this.#series.size + this.#kinds.length === 0;
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
    const series = this.#series.get(study.study) ?? [];
    if (series.length === 0 && !this.#kinds.some((kind) => study.kinds[kind])) return study;
    const rest = without({ ...study, series: study.series - series.length }, sumOf(series));
    const alike = this.#kinds.filter((kind) => rest.kinds[kind]);
    return alike.reduce(
      (left, kind) => without(left, { ...left.kinds[kind], kinds: { [kind]: left.kinds[kind] } }),
      rest,
    );
  }

  /** @param {StudyFound[]} found @returns {Taking} */
  taking(found) {
    const parts = found.filter(({ study }) => !this.#studies.has(study)).map((study) => this.partOf(study));
    const studies = parts.filter(({ files }) => files > 0);
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
    return { studies: [...left], series: [...parts.values()].flat(), kinds: this.#kinds };
  }
}

/** Several series as one part: a study can have thousands. @param {SeriesLeft[]} series */
function sumOf(series) {
  /** @type {Sum & {kinds: Record<number, Sum>}} */ const sum = { files: 0, bytes: 0, kinds: {} };
  for (const { files, bytes, kinds } of series) {
    sum.files += files;
    sum.bytes += bytes;
    for (const [kind, part] of Object.entries(kinds)) {
      const { files: before, bytes: size } = sum.kinds[Number(kind)] ?? { files: 0, bytes: 0 };
      sum.kinds[Number(kind)] = { files: before + part.files, bytes: size + part.bytes };
    }
  }
  return sum;
}

/** What is left of a study without a part of it. @param {StudyFound} study @param {Sum & {kinds: StudyFound["kinds"]}} part @returns {StudyFound} */
function without(study, part) {
  /** @type {StudyFound["kinds"]} */ const kinds = {};
  for (const [kind, sum] of Object.entries(study.kinds)) {
    const rest = difference(sum, part.kinds[Number(kind)]);
    if (rest.files > 0) kinds[Number(kind)] = rest;
  }
  return { ...study, ...difference(study, part), kinds };
}

/** @param {Sum} sum @param {Sum} [part] @returns {Sum} */
function difference(sum, part = { files: 0, bytes: 0 }) {
  return { files: sum.files - part.files, bytes: sum.bytes - part.bytes };
}

/** Studies that take part, by the state of the page. @param {{found: Found | null, leftOut: LeftOut}} state @returns {Taking} */
export function takingOf({ found, leftOut }) {
  return new Choice(leftOut).taking(found?.studies ?? []);
}
