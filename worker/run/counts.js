// @ts-check
/** Counts of a run: what the page is told at most four times a second, and what the summary says at its end. */

/** Unwritten files told of in one report. */
const UNWRITTEN_AT_ONCE = 1000;

/**
 * @typedef {import("../shared/protocol/tasks.js").Status} Status
 * @typedef {import("../shared/protocol/files.js").Progress} Progress
 * @typedef {{done: number, total: number, summary: import("../shared/protocol/files.js").StudySummary}} Study
 */

/** @returns {Record<Status, number>} */
const noCounts = () => ({ written: 0, withheld: 0, skipped: 0, failed: 0 });

export class Tally {
  done = 0;
  counts = noCounts();
  bytesIn = 0;
  bytesOut = 0;
  /** @type {Record<string, number>} */ reasons = {};
  /** @type {Study[]} */ #studies = [];
  /** @type {Set<number>} */ #changed = new Set();
  /** @type {import("../shared/protocol/files.js").Unwritten[]} */ #unwritten = [];
  #sources;
  /** Sources that are counted in. */ #seen = 0;
  #total = 0;
  #bytesTotal = 0;

  /** @param {import("../pick/sources.js").Sources} sources */
  constructor(sources) {
    this.#sources = sources;
    this.#takeIn();
  }

  /** Counts in what the scan has found since the last time. */
  #takeIn() {
    const { length, sizes, studies } = this.#sources;
    this.#total += length - this.#seen;
    for (; this.#seen < length; this.#seen++) {
      const study = studies[this.#seen];
      this.#bytesTotal += sizes[this.#seen];
      if (study < 0) continue;
      this.#studies[study] ??= { done: 0, total: 0, summary: emptySummary(study) };
      this.#studies[study].total++;
    }
  }

  get complete() {
    return !this.#sources.growing && this.remaining === 0;
  }

  /** Files that are not done, as far as they are found. */
  get remaining() {
    this.#takeIn();
    return this.#total - this.done;
  }

  /** Files that take part, as far as they are found. */
  get total() {
    this.#takeIn();
    return this.#total;
  }

  /** A file that takes no part. @param {number} study   -1: it is not DICOM @param {number} bytes */
  leaveOut(study, bytes) {
    this.#total--;
    if (study >= 0) this.#studies[study].total--;
    this.#bytesTotal -= bytes;
  }

  /**
   * Counts a file whose row is in the audit.
   * @param {import("../shared/protocol/tasks.js").AuditRow} row
   * @param {number} index   of the source
   */
  count(row, index) {
    const { sizes, paths, studies, kinds } = this.#sources;
    this.#count(row, { path: paths[index], kind: kinds[index] ?? -1 }, studies[index], sizes[index]);
  }

  /**
   * @param {import("../shared/protocol/tasks.js").AuditRow} row
   * @param {{path: string, kind: number}} source
   * @param {number} study
   * @param {number} bytes   of the source; the row tells them coarsely
   */
  #count(row, source, study, bytes) {
    this.#takeIn();
    const status = /** @type {Status} */ (row.status);
    const reason = String(row.reason ?? "");
    this.done++;
    this.counts[status]++;
    this.bytesIn += bytes;
    this.bytesOut += Number(row.bytes_out);
    if (reason) this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
    if (reason) this.#unwritten.push({ ...source, status, reason, sopClass: String(row.sop_class_uid ?? "") });
    if (study >= 0) this.#countStudy(this.#studies[study], row, status);
    if (study >= 0) this.#changed.add(study);
  }

  /** Counts a file of an earlier session that is not among the sources any more. @param {import("../shared/protocol/tasks.js").AuditRow} row */
  countElsewhere(row) {
    this.#total++;
    this.#bytesTotal += Number(row.bytes_in);
    this.#count(row, { path: "", kind: -1 }, -1, Number(row.bytes_in));
  }

  /**
   * @param {Study} study
   * @param {import("../shared/protocol/tasks.js").AuditRow} row
   * @param {Status} status
   */
  #countStudy(study, row, status) {
    study.done++;
    study.summary.counts[status]++;
    study.summary.bytes_out += Number(row.bytes_out);
    // The first row that has the new identifiers names the study; a failed file has none.
    study.summary.patient_id ||= String(row.patient_id ?? "");
    study.summary.study_instance_uid ||= String(row.study_instance_uid ?? "");
  }

  /** Whether a report would leave something untold. */
  get untold() {
    return this.#unwritten.length > 0 || this.#changed.size > 0;
  }

  /**
   * Changes since the last report.
   * @param {Omit<Progress, "total" | "scanning" | "done" | "counts" | "bytesTotal" | "bytesDone" | "studies" | "unwritten">} rest
   * @returns {Progress}
   */
  report(rest) {
    const studies = [...this.#changed].map((study) => {
      const { done, total, summary } = this.#studies[study];
      return { study, done, total, counts: { ...summary.counts } };
    });
    this.#changed.clear();
    const unwritten = this.#unwritten.splice(0, UNWRITTEN_AT_ONCE);
    const totals = { total: this.total, done: this.done, bytesTotal: this.#bytesTotal, bytesDone: this.bytesIn };
    const scanning = this.#sources.growing;
    return { ...totals, scanning, counts: { ...this.counts }, studies, unwritten, ...rest };
  }

  /** Counts for the summary. Studies without a file that is done are left out. */
  get sums() {
    const begun = this.#studies.filter(({ done }) => done > 0);
    return {
      counts: { ...this.counts },
      reasons: this.reasons,
      bytes_in: this.bytesIn,
      bytes_out: this.bytesOut,
      studies: begun.map(({ summary, total }) => ({ ...summary, files: total })),
    };
  }
}

/** @param {number} study @returns {import("../shared/protocol/files.js").StudySummary} */
const emptySummary = (study) => {
  const names = { patient_id: "", study_instance_uid: "" };
  return { study, files: 0, ...names, counts: noCounts(), bytes_out: 0 };
};
