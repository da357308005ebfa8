// @ts-check
/** Reports of a run: its progress for the page, and its summary at the end. */

import { Status } from "./peaks.js";

/** Time between two looks at whether the page is to be told something, in milliseconds. */
const REPORT_MILLISECONDS = 250;
const NONE = { items: 0, seconds: 0 };

/**
 * @typedef {object} Parts
 * @property {import("./counts.js").Tally} tally
 * @property {import("./batches.js").Worklist} worklist
 * @property {import("./run-state.js").Course} course
 * @property {() => import("./pipeline.js").Pipeline | null} pipeline   once the run is open
 * @property {() => import("../shared/protocol/files.js").Stage} scanStage
 */

export class ProgressReports {
  #parts;
  #report;
  #status = new Status();
  /** @type {import("../shared/protocol/files.js").LeftOut | undefined} to be told once */ leftOut;
  /** @type {PromiseWithResolvers<true>} settled when nothing is being done any more */ #drained =
    Promise.withResolvers();

  /**
   * @param {Parts} parts
   * @param {(progress: import("../shared/protocol/files.js").Progress) => void | Promise<void>} report
   */
  constructor(parts, report) {
    this.#parts = parts;
    this.#report = report;
  }

  /** Nothing is being done any more. */
  drained() {
    this.#drained.resolve(true);
  }

  /** Tells the page how it goes, until the run has ended and all is told. */
  async tick() {
    for (;;) {
      const pause = new Promise((resolve) => setTimeout(resolve, REPORT_MILLISECONDS));
      const drained = await Promise.race([this.#drained.promise, pause]);
      try {
        await this.#report(this.#progress());
      } catch {
        // The page is gone or busy; the run does not depend on it.
      }
      if (drained && !this.#parts.tally.untold) return;
    }
  }

  #progress() {
    const { tally, worklist, course } = this.#parts;
    const pipeline = this.#parts.pipeline();
    const leftOut = this.leftOut;
    this.leftOut = undefined;
    return tally.report({
      leftOut,
      status: this.#status.seen({
        workers: worklist.workers,
        queued: worklist.queued,
        underWay: pipeline?.underWay ?? 0,
        bytesInFlight: pipeline?.bytesInFlight ?? 0,
        stages: this.#stages,
      }),
      seconds: course.clock.seconds,
      state: course.state,
      reason: course.reason,
    });
  }

  get #stages() {
    const { worklist, scanStage } = this.#parts;
    const { items, milliseconds } = worklist.deidentified;
    const pipeline = this.#parts.pipeline();
    return {
      scan: scanStage(),
      read: pipeline?.readStage ?? NONE,
      deidentify: { items, seconds: milliseconds / 1000 },
      write: pipeline?.writeStage ?? NONE,
    };
  }

  /** @param {string} name @returns {import("../shared/protocol/files.js").RunSummary} */
  summary(name) {
    const { tally, course } = this.#parts;
    return {
      name,
      end: course.end ?? "stopped",
      ...(course.error ? { error: course.error } : {}),
      ...tally.sums,
      seconds: course.clock.seconds,
      stages: this.#stages,
      most: this.#status.most,
    };
  }
}
