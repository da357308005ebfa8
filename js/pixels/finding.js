// @ts-check
/**
 * The search for text in pictures: file after file is lent to Python, which shows pictures; the detector answers each.
 * What was seen is kept here, so that a worker can end over a file without the others.
 *
 * @typedef {import("../../worker/shared/protocol/finding.js").Sighting} Sighting
 * @typedef {import("../../worker/shared/protocol/finding.js").Opening} Opening
 * @typedef {import("../threads/finding.js").FindingThread} FindingThread
 * @typedef {import("../../worker/shared/protocol/finding.js").Needed} Needed
 * @typedef {Pick<import("../threads/detector.js").Detector, "boxes" | "close">} Detector
 * @typedef {Pick<import("../threads/files.js").Files, "taking" | "named" | "lend">} Files
 * @typedef {{index: number, path: string, sighting: Sighting}} Seen   one instance, and the file that it is
 * @typedef {import("../state.js").Looking} Farness
 *
 * @typedef {object} FoundGroup   instances that look alike
 * @property {string} label       maker, model and modality: shown, and going nowhere else
 * @property {Seen[]} instances
 * @property {boolean} doubt      one of them at least is withheld unless somebody decides
 *
 * @typedef {{marked: number, beside: number}} Marked   objects in which a mask marks something, and others of its frame of reference
 *
 * @typedef {object} Findings
 * @property {any} document       the content of a regions file in which nobody has decided
 * @property {Map<string, FoundGroup>} groups   by group id
 * @property {Marked | null} mask   null: none was brought
 * @property {number} unneeded    files of which no picture has to be looked at
 * @property {Map<string, number>} reasons      reason code -> files that were not looked at, and why
 */
import { CodedError, codeOf } from "../../worker/shared/errors.js";

/** The kind of what is withheld for what its pixels show; the other is written unless something is found. */
const DOUBTED = "screen";
/** Files that are named at once. */
const NAMED_AT_ONCE = 500;
const BORROWER = "pixels";
/** Errors that end the search: no other file would fare better. */
const ENDING = new Set(["SOURCE_LOST", "IMAGING_NOT_STARTED", "DETECTOR_NOT_STARTED"]);

export class Finding {
  #files;
  #thread;
  #detector;
  /** @type {Map<string, FoundGroup>} */ #groups = new Map();
  /** @type {Map<string, number>} */ #reasons = new Map();
  #unneeded = 0;
  #marked = { marked: 0, beside: 0 };
  /** @type {Farness} */ #how = { done: 0, total: 0, pictures: 0, mask: null };

  /** @param {Files} files @param {FindingThread} thread @param {Detector} detector */
  constructor(files, thread, detector) {
    this.#files = files;
    this.#thread = thread;
    this.#detector = detector;
  }

  /**
   * Looks at all files that take part. Rejects with a CodedError where it cannot go on; null: it was given up.
   * @param {import("../state.js").LeftOut} leftOut
   * @param {Uint8Array} key
   * @param {Blob | null} mask   a segmentation that somebody brings
   * @param {(how: Farness) => void} report
   * @param {AbortSignal} signal
   * @returns {Promise<Findings | null>}
   */
  async run(leftOut, key, mask, report, signal) {
    const indexes = await this.#files.taking(leftOut);
    this.#how.total = indexes.length;
    await this.#thread.start();
    if (mask) await this.#bring(mask, report);
    report({ ...this.#how });
    for (let at = 0; at < indexes.length; at += NAMED_AT_ONCE) {
      const some = indexes.slice(at, at + NAMED_AT_ONCE);
      const named = await this.#files.named(some, key);
      for (const [i, index] of some.entries()) {
        if (signal.aborted) return null;
        await this.#look(index, named[i], () => report({ ...this.#how }), signal);
        this.#how.done++;
        report({ ...this.#how });
      }
    }
    if (signal.aborted) return null;
    const all = [...this.#groups.values()].flatMap(({ instances }) => instances.map(({ sighting }) => sighting));
    const document = await this.#thread.gather(all);
    const counts = { mask: mask && this.#marked, unneeded: this.#unneeded, reasons: this.#reasons };
    return { document, groups: this.#groups, ...counts };
  }

  /** @param {Blob} mask @param {(how: Farness) => void} report */
  async #bring(mask, report) {
    let isRead = false; // news can come later than the end
    const tell = (/** @type {number} */ share) => isRead || report({ ...this.#how, mask: share });
    tell(0);
    await this.#thread.bring(mask, tell);
    isRead = true;
  }

  /** @param {number} index @param {{path: string, sourceId: string}} named @param {() => void} report @param {AbortSignal} signal */
  async #look(index, { path, sourceId }, report, signal) {
    const file = await this.#files
      .lend({ index }, BORROWER)
      .catch((error) => ({ error: codeOf(error, "READ_FAILED") }));
    const opened = "error" in file ? file : await this.#thread.open(file, sourceId);
    if ("error" in opened) return this.#unseen(opened.error);
    if (opened.beside) this.#marked.beside++;
    if (!opened.needed) {
      this.#unneeded++;
      return;
    }
    const seen = opened.shown ? await this.#pictures(opened, report, signal) : opened;
    if (signal.aborted) return;
    if ("error" in seen && ENDING.has(seen.error)) this.#unseen(seen.error);
    const sighting = "error" in seen ? { ...opened.sighting, unread: seen.error } : seen.sighting;
    if (sighting.own.length > 0) this.#marked.marked++;
    this.#group(opened).instances.push({ index, path, sighting });
  }

  /** The group of a file. @param {Needed} opened */
  #group({ kind, label, sighting }) {
    const group = this.#groups.get(sighting.group) ?? { label, instances: [], doubt: false };
    this.#groups.set(sighting.group, group);
    group.doubt ||= kind === DOUBTED;
    return group;
  }

  /**
   * Shows the pictures of the open file to the detector, one at a time.
   * @param {Needed} opened
   * @param {() => void} report
   * @param {AbortSignal} signal
   * @returns {Promise<{sighting: Sighting} | {error: string}>}
   */
  async #pictures({ kind }, report, signal) {
    let found = null;
    for (;;) {
      const step = await this.#thread.next(found);
      if ("error" in step || "sighting" in step) return step;
      if (signal.aborted) return { error: "CANCELLED" };
      const answer = await this.#detector.boxes(kind, step, true);
      if ("error" in answer) return answer;
      found = answer.boxes;
      this.#how.pictures++;
      report();
    }
  }

  /** A file that was not looked at; without the option it would not be written either. @param {string} code */
  #unseen(code) {
    if (ENDING.has(code)) throw new CodedError(code);
    this.#reasons.set(code, (this.#reasons.get(code) ?? 0) + 1);
  }
}
