// @ts-check
/** One run: opens the output, keeps files flowing from reading through Python to writing, and ends with a summary. */

import { LinkageFile } from "../linkage/append.js";
import { sourceNaming } from "../report/audit.js";
import { Signal } from "../shared/async.js";
import { Buffers } from "../shared/buffers.js";
import { codeOf, nameOf } from "../shared/errors.js";
import { digestBy } from "../shared/key.js";
import { counted } from "../shared/wording.js";
import { markEnd, markTotal } from "../storage/run-folders.js";
import { Sink } from "../write/outputs.js";
import { taskOf, Worklist } from "./batches.js";
import { Tally } from "./counts.js";
import { numbersOf, openRun } from "./open.js";
import { Pipeline } from "./pipeline.js";
import { ProgressReports } from "./progress.js";
import { Course } from "./run-state.js";

/** @typedef {import("../shared/protocol/files.js").RunSpec} RunSpec */

export class Run {
  #sources;
  #spec;
  /** Whether it began before the scan had come to its end. */ #early;
  #writers;
  #changed = new Signal();
  #worklist = new Worklist(this.#changed);
  #tally;
  #buffers = new Buffers();
  /** @type {import("../report/journal.js").Journal | null} */ #journal = null;
  /** @type {LinkageFile | null} */ #linkage = null;
  /** @type {Pipeline | null} */ #pipeline = null;
  /** @type {FileSystemDirectoryHandle | null} the run folder */ #folder = null;
  /** @type {FileSystemDirectoryHandle | null} */ #journalFolder = null;
  /** Gives the lock back. */ #unlock = () => {};
  #course = new Course(this.#worklist, this.#changed, (line) => this.#note(line));
  #reports;

  /**
   * @param {import("../pick/sources.js").Sources} sources
   * @param {RunSpec} spec
   * @param {(progress: import("../shared/protocol/files.js").Progress) => void | Promise<void>} report
   * @param {() => import("../shared/protocol/files.js").Stage} scanStage
   * @param {import("../write/writer-threads.js").Writers} writers
   */
  constructor(sources, spec, report, scanStage, writers) {
    this.#sources = sources;
    this.#spec = spec;
    this.#writers = writers;
    this.#tally = new Tally(sources);
    this.#early = sources.growing;
    const [tally, worklist, course] = [this.#tally, this.#worklist, this.#course];
    this.#reports = new ProgressReports({ tally, worklist, course, pipeline: () => this.#pipeline, scanStage }, report);
    sources.grew = () => this.#changed.fire();
  }

  get name() {
    return this.#spec.name;
  }

  /** The run folder, once it is there. */
  get folder() {
    return this.#folder;
  }

  /** The paths of its sources, by their ids. @returns {Promise<Map<string, string>>} */
  async paths() {
    const numbers = await numbersOf(this.#sources, await sourceNaming(this.#spec.key));
    return new Map([...numbers].map(([id, index]) => [id, this.#sources.paths[index]]));
  }

  /** @returns {Promise<import("../shared/protocol/files.js").RunSummary>} */
  async go() {
    const ticking = this.#reports.tick();
    try {
      this.#pipeline = await this.#open();
      this.#pipeline.start();
      if (this.#early) await this.#scanned();
      await this.#course.ended();
      await this.#pipeline.drain();
    } catch (error) {
      this.#course.stop("stopped", outputReason(error));
    }
    this.#reports.drained();
    this.#course.clock.stop();
    await ticking;
    await this.#deliver();
    return this.#reports.summary(this.name);
  }

  async #open() {
    const { folder, journalFolder, journal, outputs, nameSource, leftOut } = await openRun(
      this.#spec,
      this.#sources,
      this.#tally,
      (release) => (this.#unlock = release),
    );
    this.#folder = folder;
    this.#journalFolder = journalFolder;
    this.#journal = journal;
    if (this.#spec.resumed) this.#reports.leftOut = leftOut;
    const { linkage, name, key } = this.#spec;
    this.#linkage = linkage ? await LinkageFile.open(name, await digestBy(key)) : null;
    this.#course.begin();
    return new Pipeline({
      sources: this.#sources,
      buffers: this.#buffers,
      sink: this.#spec.output === null ? this.#writers.sink(folder, this.#buffers) : new Sink(folder, false),
      journal,
      linkage: this.#linkage,
      tally: this.#tally,
      worklist: this.#worklist,
      changed: this.#changed,
      outputs,
      nameSource,
      finish: () => this.#finished(),
      hold: (reason) => this.#course.hold(reason),
    });
  }

  /** Waits until the scan has come to its end, and notes how many files there are. All can be done by then. */
  async #scanned() {
    while (this.#sources.growing && !this.#course.end) await this.#changed.wait();
    if (this.#course.end || !this.#journalFolder) return;
    await markTotal(this.#journalFolder, this.#tally.total).catch(() => {}); // it is only shown
    if (this.#tally.complete) this.#finished();
  }

  /** All files that were found are done. Those that a lost source kept from the scan are still to come. */
  #finished() {
    const lost = this.#early ? this.#sources.lost : "";
    this.#course.stop(lost ? "stopped" : "finished", lost);
  }

  pause() {
    this.#course.pause();
  }

  resume() {
    this.#course.resume();
  }

  cancel() {
    this.#course.cancel();
  }

  /** A line in output.log that the run can do without. @param {string} line */
  #note(line) {
    try {
      this.#journal?.log([line]);
    } catch {
      // A full disk shows itself with the next row.
    }
  }

  /**
   * The calls that one Python worker is offered.
   * @param {number} worker
   * @returns {import("../shared/protocol/tasks.js").WorkApi}
   */
  join(worker) {
    const session = this.#worklist.join(worker);
    return {
      take: async () => {
        const items = await this.#worklist.take(session, () => this.#remaining);
        return items === null ? null : items.map(taskOf);
      },
      deliver: async (answers, heap, milliseconds) => {
        for (const { item, answer } of this.#worklist.answered(session, answers, heap, milliseconds)) {
          this.#pipeline?.decided(item, answer);
        }
      },
    };
  }

  /** Files that are not done; nobody knows how many while the scan goes on. */
  get #remaining() {
    return this.#sources.growing ? Number.POSITIVE_INFINITY : this.#tally.remaining;
  }

  /** @param {number} worker */
  lost(worker) {
    const { blamed, spared } = this.#worklist.lost(worker);
    this.#pipeline?.again(blamed, spared);
  }

  /** Ends the linkage, and brings audit.csv and output.log to the chosen folder. */
  async #deliver() {
    const course = this.#course;
    await this.#linkage?.close().catch((error) => course.lose(outputReason(error)));
    if (course.end !== "finished")
      this.#note(`${[course.end, course.error].join(" ").trim()}, ${counted(this.#tally.remaining, "file")} not done`);
    try {
      await this.#journal?.deliver();
    } catch (error) {
      course.lose(outputReason(error));
    }
  }

  /**
   * The last lines of output.log; closes the journal, and lets go of the run.
   * @param {string[]} lines
   */
  async finish(lines) {
    const journal = this.#journal;
    this.#journal = null;
    try {
      journal?.log(lines);
      await journal?.order(lines.length);
      const end = this.#course.end ?? "cancelled";
      if (this.#journalFolder && end !== "stopped")
        await markEnd(this.#journalFolder, end, this.#tally.counts.withheld > 0);
    } finally {
      await journal?.close();
      this.#unlock();
    }
  }

  /**
   * A file of the journal while it is open.
   * @param {"audit.csv" | "output.log"} name
   * @returns {File | null}
   */
  read(name) {
    return this.#journal?.read(name) ?? null;
  }
}

/** @param {unknown} error */
function outputReason(error) {
  return codeOf(error, nameOf(error) === "QuotaExceededError" ? "OUTPUT_FULL" : "OUTPUT_LOST");
}
