// @ts-check
/** The scan: looks at every file once, sorts it into DICOM or not, and counts what was found. */

import { Archive, GONE } from "../pacs/instances.js";
import { isFolder, walk } from "../pick/walk.js";
import { CodedError, codeOf } from "../shared/errors.js";
import { fingerprint } from "../shared/fingerprint.js";
import { addTo } from "../shared/sums.js";
import { factsReader, Kinds } from "./kinds.js";
import { look } from "./look.js";

/** Files looked at at the same time. One after another takes three times as long. */
const LOOKS_IN_FLIGHT = 16;
/** Least time between two reports, in milliseconds. */
const REPORT_MILLISECONDS = 100;

/** @typedef {import("../shared/protocol/files.js").Found} Found */
/** @typedef {import("./look.js").Look} Look */

export class Scan {
  #sources;
  #scratch;
  #stopped = false;
  #began = performance.now();
  #reported = 0;
  /** @type {Map<string, number>} Study Instance UID -> number */ #studyNumbers = new Map();
  /** @type {Map<number, number>} fingerprint of study and series -> number */ #seriesNumbers = new Map();
  /** @type {Map<number, number>} fingerprint of a SOP Instance UID -> the first file that has it */ #instances =
    new Map();
  #kinds = new Kinds();
  #reading;
  /** @type {import("./facts.js").FactsReader | null} */ #facts = null;
  /** @type {Found} */ #found;

  /**
   * @param {import("../pick/sources.js").Sources} sources   filled by the scan
   * @param {import("../storage/temporary.js").Scratch} scratch
   * @param {Promise<import("./facts.js").FactsReader | null>} [reading]   what reads the facts of files
   */
  constructor(sources, scratch, reading = factsReader()) {
    this.#sources = sources;
    this.#scratch = scratch;
    this.#reading = reading;
    this.#found = emptyFound();
  }

  stop() {
    this.#stopped = true;
  }

  /** Files seen, and the time that it took; so far, while it goes on. */
  get stage() {
    if (this.#sources.growing) this.#time();
    return { items: this.#found.seen, seconds: this.#found.seconds };
  }

  /** Whether it came to its end, and saw all. */
  get complete() {
    return this.#found.complete;
  }

  /**
   * @param {import("../shared/protocol/files.js").Picked} picked
   * @param {(found: Found) => void} report
   * @returns {Promise<Found>}
   */
  async run(picked, report) {
    this.#sources.kind = picked.kind;
    this.#sources.growing = true;
    this.#sources.kindNames = this.#kinds.names;
    if (picked.kind === "zips") this.#sources.archives.push(...picked.files);
    if (picked.kind === "pacs") this.#sources.pacs = new Archive(picked.pacs);
    if (picked.kind === "handles") this.#sources.roots.push(...picked.handles.filter(isFolder));
    try {
      this.#facts = await this.#reading;
      for await (const { candidate, look } of this.#looks(picked)) {
        if (look.reason === "READ_FAILED" && !(await this.#sources.reachable())) throw new CodedError("SOURCE_LOST");
        if (this.#sources.pacs && GONE.has(look.reason)) throw new CodedError(look.reason);
        this.#accept(candidate, look);
        this.#reportSometimes(report);
      }
      this.#found.complete = !this.#stopped;
      // One bad archive among others is a failed file; alone, it is the result of the scan.
      if (this.#found.skipped.ZIP_BAD === this.#found.seen && this.#found.seen > 0) this.#found.error = "ZIP_BAD";
    } catch (error) {
      this.#found.error = codeOf(error, "SOURCE_LOST");
    }
    const found = this.#snapshot();
    Object.assign(this.#sources, { growing: false, lost: found.error ?? "" });
    this.#sources.grew();
    return found;
  }

  /**
   * Many looks in flight, handed on in the order of the walk: which of two equal instances is the repeat depends on it.
   * @param {import("../shared/protocol/files.js").Picked} picked
   */
  async *#looks(picked) {
    /** @type {{candidate: import("../pick/walk.js").Candidate, looking: Promise<Look>}[]} */
    const pending = [];
    for await (const candidate of walk(picked, this.#scratch, this.#sources.pacs)) {
      if (this.#stopped) return;
      pending.push({ candidate, looking: look(candidate, this.#facts) });
      if (pending.length >= LOOKS_IN_FLIGHT) yield await settled(pending);
    }
    while (pending.length > 0 && !this.#stopped) yield await settled(pending);
  }

  /**
   * @param {import("../pick/walk.js").Candidate} candidate
   * @param {Look} look
   */
  #accept({ path, origin }, look) {
    this.#found.seen++;
    const kind = this.#kind(look);
    const place = look.peek ? this.#count(path, look, look.peek, kind) : { study: -1, series: -1 };
    if (look.reason) this.#found.skipped[look.reason] = (this.#found.skipped[look.reason] ?? 0) + 1;
    const first = look.peek ? this.#firstWith(look.peek.sopInstance) : undefined;
    this.#sources.add(
      path,
      /** @type {import("../pick/sources.js").Origin} */ (origin),
      look,
      { ...place, kind },
      first,
    );
  }

  /** The number of the kind of a file; -1 where it is not known. @param {Look} look */
  #kind({ reason, facts }) {
    if (reason) return this.#kinds.countSortedOut(reason);
    return facts ? this.#kinds.count(facts) : -1;
  }

  /**
   * @param {string} path
   * @param {Look} look
   * @param {import("../dicom/peek.js").Peek} peeked
   * @param {number} kind
   * @returns {{study: number, series: number}}  their numbers
   */
  #count(path, look, peeked, kind) {
    const found = this.#found;
    const number = this.#studyNumbers.get(peeked.study) ?? this.#addStudy(peeked.study, path, look.about());
    const study = found.studies[number];
    const modality = /^[A-Z0-9_ ]{1,16}$/.test(peeked.modality) ? peeked.modality : "unknown";
    const series = this.#seriesNumber(peeked, study);
    found.dicom++;
    if (!look.preamble) found.withoutPreamble++;
    found.bytes += look.size;
    found.modalities[modality] = (found.modalities[modality] ?? 0) + 1;
    study.files++;
    study.bytes += look.size;
    if (kind >= 0) addTo(study.kinds, kind, look.size);
    if (!study.modality.split("/").includes(modality)) study.modality += (study.modality && "/") + modality;
    return { study: number, series };
  }

  /**
   * @param {import("../dicom/peek.js").Peek} peeked
   * @param {import("../shared/protocol/files.js").StudyFound} study
   */
  #seriesNumber(peeked, study) {
    const seen = fingerprint(`${peeked.study} ${peeked.series}`);
    const known = this.#seriesNumbers.get(seen);
    if (known !== undefined) return known;
    this.#seriesNumbers.set(seen, this.#found.series);
    this.#sources.seriesUids.push(peeked.series);
    this.#sources.seriesStudies.push(study.study);
    study.series++;
    return this.#found.series++;
  }

  /** @param {string} uid @param {string} path  of its first file @param {import("../shared/protocol/files.js").About} about */
  #addStudy(uid, path, about) {
    const number = this.#studyNumbers.size;
    this.#studyNumbers.set(uid, number);
    this.#sources.studyUids.push(uid);
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    this.#found.studies.push({ study: number, about, folder, modality: "", series: 0, files: 0, bytes: 0, kinds: {} });
    return number;
  }

  /** The earlier file that has the same one; undefined: this is the first, and the next will be told of it. @param {string} sopInstance */
  #firstWith(sopInstance) {
    if (!sopInstance) return undefined;
    const seen = fingerprint(sopInstance);
    const first = this.#instances.get(seen);
    if (first === undefined) this.#instances.set(seen, this.#sources.length);
    return first;
  }

  /** @param {(found: Found) => void} report */
  #reportSometimes(report) {
    const now = performance.now();
    // Copying a list of thousands of studies is expensive: it is reported less often.
    const pause = Math.max(REPORT_MILLISECONDS, this.#found.studies.length / 5);
    if (now - this.#reported < pause) return;
    this.#reported = now;
    report(this.#snapshot());
  }

  #snapshot() {
    this.#time();
    this.#found.kinds = this.#kinds.all;
    return structuredClone(this.#found);
  }

  #time() {
    this.#found.seconds = (performance.now() - this.#began) / 1000;
  }
}

/** @returns {Found} */
function emptyFound() {
  const counts = { seen: 0, dicom: 0, withoutPreamble: 0, bytes: 0, series: 0, seconds: 0 };
  return { ...counts, modalities: {}, skipped: {}, kinds: [], studies: [], complete: false };
}

/** @param {{candidate: import("../pick/walk.js").Candidate, looking: Promise<Look>}[]} pending */
async function settled(pending) {
  const [{ candidate, looking }] = pending.splice(0, 1);
  return { candidate, look: await looking };
}
