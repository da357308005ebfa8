// @ts-check
/** The way of each file through a run: read, given to Python, its answer carried out, written, and its row appended. */

import { plainRow } from "../report/audit.js";
import { CodedError, codeOf } from "../shared/errors.js";
import { covered, withRange } from "../shared/ranges.js";
import { headerEnd, releaseNew } from "../write/splice.js";
import { bytesOf } from "./batches.js";
import { Commits } from "./commit.js";
import { Feed } from "./feed.js";
import { UnderWay } from "./in-flight.js";
import { Reading } from "./read.js";
import { Repeats, SAME_UID } from "./repeats.js";

/** Reasons for which the run waits: the next file would meet the same. */
const FOR_THE_RUN = new Set(["OUTPUT_FULL", "OUTPUT_LOST", "LINKAGE_LOST", "SOURCE_LOST"]);
/** The fate of pixels of which parts are blank: ranges of the source stand among them, too. */
const CLEANED = /^cleaned/;
const STATUSES = new Set(["written", "withheld", "skipped", "failed"]);

/**
 * @typedef {import("./batches.js").Item} Item
 * @typedef {import("../shared/protocol/tasks.js").Answer} Answer
 * @typedef {object} Parts   what the pipeline joins
 * @property {import("../pick/sources.js").Sources} sources
 * @property {import("../shared/buffers.js").Buffers} buffers   that files are read into
 * @property {Pick<import("../write/outputs.js").Sink, "write" | "reachable">} sink
 * @property {import("../report/journal.js").Journal} journal
 * @property {import("../linkage/append.js").LinkageFile | null} linkage   where it was asked for
 * @property {import("./counts.js").Tally} tally
 * @property {import("./batches.js").Worklist} worklist
 * @property {import("../shared/async.js").Signal} changed
 * @property {Set<number>} outputs   fingerprints of the output paths that are taken
 * @property {(path: string) => Promise<string>} nameSource
 * @property {() => void} finish   ends the run, because all is done
 * @property {(reason: string) => Promise<void>} hold   pauses the run for a coded reason, until the person goes on; throws when it is over
 */

export class Pipeline {
  #parts;
  #underWay;
  #feed;
  #reading;
  #commits;
  #repeats;
  /** @type {Set<Item>} those for which something is being done here */ #stepping = new Set();
  /** @type {Set<number>} files that could not be read, and could a moment later */ #again = new Set();

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#underWay = new UnderWay(parts.changed);
    this.#feed = new Feed(parts, this.#underWay);
    const checkpoint = () => this.#checkpoint();
    this.#repeats = new Repeats(parts.sources, checkpoint);
    this.#reading = new Reading(parts.sources, parts.buffers, checkpoint);
    this.#commits = new Commits({ ...parts, checkpoint, over: () => this.#over });
  }

  get bytesInFlight() {
    return this.#underWay.bytes;
  }

  /** Files that are read, with Python, or being written. */
  get underWay() {
    return this.#underWay.files;
  }

  get readStage() {
    return this.#reading.stage;
  }

  get writeStage() {
    return this.#commits.stage;
  }

  get #over() {
    return this.#parts.worklist.over;
  }

  start() {
    if (this.#parts.tally.complete) this.#parts.finish();
    this.#commits.sortedOut(this.#parts.nameSource).catch(() => {});
    this.#feed.all((item) => this.#begin(item));
  }

  /** Waits until nothing is being written any more, and frees what was under way. From then on nothing is appended. */
  async drain() {
    await this.#commits.close();
    // A file that is still being read is released by its own step, when the browser returns it.
    await this.#underWay.releaseAllBut(this.#stepping);
  }

  /** @param {Item} item */
  #begin(item) {
    const { sources, nameSource } = this.#parts;
    this.#attempt(item, async () => {
      item.sourceId = await nameSource(sources.paths[item.index]);
      item.opened = await this.#reading.open(item.index);
      await this.#offer(item);
    });
  }

  /**
   * Reads what Python is to see of a file, and queues it.
   * @param {Item} item
   * @param {boolean} [first]
   */
  async #offer(item, first = false) {
    const { opened } = item;
    if (!opened || this.#over) return;
    item.ranges = await this.#reading.ranges(opened, item.wanted);
    this.#underWay.hold(item, opened.held + bytesOf(item));
    this.#parts.worklist.offer(item, first);
  }

  /**
   * Carries out an answer.
   * @param {Item} item
   * @param {Answer} answer
   */
  decided(item, answer) {
    if (this.#over) return;
    this.#underWay.hold(item, item.opened?.held ?? 0);
    if (answer.kind === "need") this.#attempt(item, () => this.#readMore(item, answer.start, answer.end));
    else if (answer.kind === "fragments") this.#attempt(item, () => this.#followFragments(item, answer.start));
    else this.#attempt(item, () => this.#carryOut(item, answer));
  }

  /**
   * @param {Item} item
   * @param {number} start
   * @param {number} end
   */
  async #readMore(item, start, end) {
    const { changed } = this.#parts;
    const wanted = withRange(item.wanted, [Math.max(0, start), Math.min(end, item.size)]);
    const bytes = covered(wanted);
    // A worker that asks for what it has would ask for ever.
    if (bytes <= covered(item.wanted)) throw new CodedError("WORKER_ERROR");
    item.wanted = wanted;
    if (wanted[0][0] === 0) this.#feed.learn(item.index, wanted[0][1]);
    // A step that holds its file in memory goes on at once: while it waited, others would wait for its bytes.
    while (!this.#over && item.held === 0 && !this.#underWay.fits(bytes)) await changed.wait();
    this.#underWay.hold(item, item.held + bytes);
    await this.#offer(item, true);
  }

  /**
   * @param {Item} item
   * @param {number} start
   */
  async #followFragments(item, start) {
    const { opened } = item;
    if (!opened || item.fragments?.start === start) throw new CodedError("WORKER_ERROR");
    item.fragments = await this.#reading.fragments(opened, start);
    await this.#offer(item, true);
  }

  /**
   * Writes the output, then the row.
   * @param {Item} item
   * @param {Answer & {kind: "outcome"}} outcome
   */
  async #carryOut(item, { row, segments, log, link }) {
    const { opened, index, sourceId } = item;
    if (!STATUSES.has(String(row.status))) throw new CodedError("WORKER_ERROR");
    if (row.status !== "written" || !opened) {
      await this.#commits.row(index, sourceId, { ...row, bytes_out: 0 }, log);
      return this.#underWay.release(item);
    }
    if (!CLEANED.test(String(row.pixels))) this.#feed.learn(index, headerEnd(segments, item.size));
    const path = String(row.output_path);
    if (this.#commits.taken(path)) return this.#renamed(item);
    const same = item.repeat && !(await this.#repeats.isCopy(index, opened));
    const fresh = segments.reduce((sum, segment) => sum + ("bytes" in segment ? segment.bytes.length : 0), 0);
    this.#underWay.hold(item, item.held + fresh);
    const said = same ? { ...row, reason: SAME_UID } : row;
    await this.#commits.output(path, segments, opened, index, sourceId, said, log, link);
    releaseNew(segments);
    await this.#underWay.release(item);
  }

  /** Another file has this output's name already: this one gets a name of its own. @param {Item} item */
  async #renamed(item) {
    if (item.repeat) throw new CodedError("WRITE_FAILED");
    item.repeat = true;
    await this.#offer(item, true);
  }

  /**
   * Does something for a file; a failure is that file's, or the run waits.
   * @param {Item} item
   * @param {() => Promise<void>} step
   */
  async #attempt(item, step) {
    this.#stepping.add(item);
    try {
      await step();
    } catch (error) {
      await this.#failed(item, codeOf(error, "READ_FAILED"));
    }
    this.#stepping.delete(item);
    if (this.#over) await this.#underWay.release(item);
  }

  /**
   * @param {Item} item
   * @param {string} code
   */
  async #failed(item, code) {
    if (code === "CANCELLED") return;
    const { sources } = this.#parts;
    let reason = code;
    if (code === "READ_FAILED")
      reason = (await sources.reachable()) ? await sources.whyUnread(item.index) : "SOURCE_LOST";
    if (FOR_THE_RUN.has(reason)) return this.#retry(item, reason);
    if (this.#over) return;
    if (!reason && !this.#again.has(item.index)) {
      this.#again.add(item.index);
      return this.#retry(item);
    }
    const row = plainRow(reason || "READ_FAILED");
    await this.#commits.row(item.index, item.sourceId, row, []).catch(() => {}); // only when the run is over
    await this.#underWay.release(item);
  }

  /**
   * The file is begun anew, when the reason is gone.
   * @param {Item} item
   * @param {string} [reason]   none: it is gone already
   */
  async #retry(item, reason) {
    const { index } = item;
    await this.#underWay.release(item);
    if (reason) await this.#parts.hold(reason).catch(() => {});
    await this.#feed.one(index, (begun) => this.#begin(begun));
  }

  /**
   * Files of a dead worker: those that it was at are tried once more, each alone; what it had in advance is just given out again.
   * @param {Item[]} blamed
   * @param {Item[]} spared
   */
  again(blamed, spared) {
    for (const item of blamed) {
      const gaveUp = item.alone;
      item.alone = true;
      this.#attempt(item, async () => {
        if (gaveUp) throw new CodedError("WORKER_ERROR");
        await this.#offer(item);
      });
    }
    for (const item of spared) this.#attempt(item, () => this.#offer(item, true));
  }

  /** Waits while the run is paused; throws when it is over. */
  async #checkpoint() {
    while (this.#parts.worklist.paused && !this.#over) await this.#parts.changed.wait();
    if (this.#over) throw new CodedError("CANCELLED");
  }
}
