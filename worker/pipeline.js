// @ts-check
/** The way of each file through a run: read, given to Python, its answer carried out, written, and its row appended. */

import { plainRow } from "./audit.js";
import { fingerprint } from "./fingerprint.js";
import { Budget, Lane, Stopwatch } from "./flow.js";
import { walkFragments } from "./fragments.js";
import { CodedError } from "./patience.js";
import { CLOSES_IN_FLIGHT, HEAD_BYTES, WHOLE_BYTES } from "./protocol.js";
import { covered, withRange } from "./ranges.js";
import { bytesOf } from "./worklist.js";

/** Bytes of files under way that are held in memory. */
const BYTES_IN_FLIGHT = 64 * 1024 * 1024;
/** Files under way: read, with Python, or being written. */
const FILES_UNDER_WAY = 400;
const READS_IN_FLIGHT = 12;
/** The most that the first read of a file grows to, when headers of its study were longer than HEAD_BYTES. */
const LONGEST_HEAD_BYTES = 1024 * 1024;
/** Rows that need no Python, made at once. */
const PLAIN_ROWS_AT_ONCE = 200;
const STATUSES = new Set(["written", "withheld", "skipped", "failed"]);

/**
 * @typedef {import("./worklist.js").Item} Item
 * @typedef {import("./protocol.js").Answer} Answer
 * @typedef {object} Parts   what the pipeline joins
 * @property {import("./source.js").Sources} sources
 * @property {import("./sink.js").Sink} sink
 * @property {import("./journal.js").Journal} journal
 * @property {import("./tally.js").Tally} tally
 * @property {import("./worklist.js").Worklist} worklist
 * @property {import("./flow.js").Signal} changed
 * @property {(path: string) => Promise<string>} nameSource
 * @property {(reason?: string) => void} stop   ends the run: with a reason code, or because all is done
 */

export class Pipeline {
  #parts;
  #budget;
  #reads = new Lane(READS_IN_FLIGHT);
  #writes = new Lane(CLOSES_IN_FLIGHT);
  #reading = new Stopwatch();
  #writing = new Stopwatch();
  /** @type {Set<Item>} */ #underWay = new Set();
  /** @type {Set<Item>} those for which something is being done here */ #stepping = new Set();
  /** @type {Set<Promise<void>>} what the end of the run waits for */ #committing = new Set();
  #closed = false;
  /** @type {Set<number>} fingerprints of the output paths */ #outputs = new Set();
  /** @type {Map<number, number>} study -> bytes of its longest header */ #heads = new Map();

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#budget = new Budget(BYTES_IN_FLIGHT, parts.changed);
  }

  get bytesInFlight() {
    return this.#budget.used;
  }

  get readStage() {
    return this.#reading.stage;
  }

  get writeStage() {
    return this.#writing.stage;
  }

  get #over() {
    return this.#parts.worklist.over;
  }

  start() {
    if (this.#parts.tally.complete) this.#parts.stop();
    this.#plainRows().catch(() => {});
    this.#feed();
  }

  /** Waits until nothing is being written any more, and frees what was under way. From then on nothing is appended. */
  async drain() {
    while (this.#committing.size > 0) await Promise.allSettled([...this.#committing]);
    this.#closed = true;
    // What is still being read is freed by its own step, when the browser gives it back.
    for (const item of this.#underWay) if (!this.#stepping.has(item)) await this.#release(item);
  }

  /** The rows of the files that the scan has sorted out. */
  async #plainRows() {
    const { sources } = this.#parts;
    const plain = [...sources.reasons.keys()].filter((index) => sources.reasons[index] !== "");
    for (let at = 0; at < plain.length; at += PLAIN_ROWS_AT_ONCE) {
      await this.checkpoint();
      const some = plain.slice(at, at + PLAIN_ROWS_AT_ONCE);
      const ids = await Promise.all(some.map((index) => this.#parts.nameSource(sources.paths[index])));
      for (const [i, index] of some.entries()) this.#commit(index, ids[i], plainRow(sources.reasons[index]), []);
    }
  }

  /** Begins file after file, study by study, as long as there is room. */
  async #feed() {
    const { sources, changed, worklist } = this.#parts;
    for (const index of studyOrder(sources)) {
      const size = sources.sizes[index];
      const bytes = Math.min(size, HEAD_BYTES) + (size <= WHOLE_BYTES ? size : 0);
      const fits = () => !worklist.paused && this.#underWay.size < FILES_UNDER_WAY && this.#budget.fits(bytes);
      while (!this.#over && !fits()) await changed.wait();
      if (this.#over) return;
      this.#begin(index, bytes);
    }
  }

  /**
   * @param {number} index
   * @param {number} held
   */
  #begin(index, held) {
    const { sources } = this.#parts;
    const head = Math.min(this.#heads.get(sources.studies[index]) ?? HEAD_BYTES, sources.sizes[index]);
    const repeat = sources.repeats[index];
    /** @type {Item} */
    const item = {
      index,
      sourceId: "",
      repeat,
      opened: null,
      wanted: [[0, head]],
      ranges: [],
      fragments: null,
      held,
      alone: false,
    };
    this.#underWay.add(item);
    this.#budget.take(held);
    this.#attempt(item, async () => {
      item.sourceId = await this.#parts.nameSource(sources.paths[index]);
      item.opened = await this.#reads.run(() => this.#reading.time(() => this.#openWhole(index)));
      await this.#offer(item);
    });
  }

  /** @param {number} index */
  async #openWhole(index) {
    const opened = await this.#parts.sources.open(index);
    await opened.load();
    return opened;
  }

  /**
   * Reads what Python is to see of a file, and queues it.
   * @param {Item} item
   * @param {boolean} [first]
   */
  async #offer(item, first = false) {
    const { opened } = item;
    if (!opened || this.#over) return;
    item.ranges = await this.#reads.run(() =>
      Promise.all(item.wanted.map(async ([start, end]) => ({ start, bytes: await opened.read(start, end) }))),
    );
    this.#hold(item, opened.held + bytesOf(item));
    this.#parts.worklist.offer(item, first);
  }

  /**
   * The messages for a batch. Their bytes are transferred: from here on they are the worker's.
   * @param {Item[]} items
   * @returns {import("./protocol.js").Task[]}
   */
  tasksOf(items) {
    return items.map((item) => {
      const { index, sourceId, repeat, fragments, ranges } = item;
      item.ranges = [];
      return { id: index, sourceId, size: this.#parts.sources.sizes[index], repeat, ranges, fragments };
    });
  }

  /**
   * Carries out an answer.
   * @param {Item} item
   * @param {Answer} answer
   */
  decided(item, answer) {
    if (this.#over) return;
    this.#hold(item, item.opened?.held ?? 0);
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
    const { sources, changed } = this.#parts;
    const wanted = withRange(item.wanted, [Math.max(0, start), Math.min(end, sources.sizes[item.index])]);
    const bytes = covered(wanted);
    // A worker that asks for what it has would ask for ever.
    if (bytes <= covered(item.wanted)) throw new CodedError("WORKER_ERROR");
    item.wanted = wanted;
    const head = Math.min(wanted[0][1], LONGEST_HEAD_BYTES);
    const study = sources.studies[item.index];
    if (wanted[0][0] === 0) this.#heads.set(study, Math.max(head, this.#heads.get(study) ?? HEAD_BYTES));
    // Whoever holds its file in memory goes on at once: waiting, it would keep from the others what they wait for.
    while (!this.#over && item.held === 0 && !this.#budget.fits(bytes)) await changed.wait();
    this.#hold(item, item.held + bytes);
    await this.#offer(item, true);
  }

  /**
   * @param {Item} item
   * @param {number} start
   */
  async #followFragments(item, start) {
    const { opened } = item;
    if (!opened || item.fragments?.start === start) throw new CodedError("WORKER_ERROR");
    const read = async (/** @type {number} */ from, /** @type {number} */ to) => {
      await this.checkpoint();
      return opened.read(from, to);
    };
    item.fragments = await walkFragments(read, start, opened.size);
    await this.#offer(item, true);
  }

  /**
   * Writes the output, then the row.
   * @param {Item} item
   * @param {Answer & {kind: "outcome"}} outcome
   */
  async #carryOut(item, { row, segments, log }) {
    const { opened, index, sourceId } = item;
    if (!STATUSES.has(String(row.status))) throw new CodedError("WORKER_ERROR");
    if (row.status !== "written" || !opened) {
      this.#commit(index, sourceId, { ...row, bytes_out: 0 }, log);
      return this.#release(item);
    }
    const path = String(row.output_path);
    const place = fingerprint(path);
    if (this.#outputs.has(place)) return this.#renamed(item);
    this.#outputs.add(place);
    const fresh = segments.reduce((sum, segment) => sum + ("bytes" in segment ? segment.bytes.length : 0), 0);
    this.#hold(item, item.held + fresh);
    const committing = this.#write(item, path, segments).then((bytes) =>
      this.#commit(index, sourceId, { ...row, bytes_out: bytes }, log),
    );
    await this.#awaited(committing);
    await this.#release(item);
  }

  /**
   * @param {Item} item
   * @param {string} path
   * @param {import("./protocol.js").Segment[]} segments
   * @returns {Promise<number>}  bytes written
   */
  #write(item, path, segments) {
    const source = /** @type {import("./source.js").Opened} */ (item.opened);
    return this.#writes.run(async () => {
      if (this.#over) throw new CodedError("CANCELLED");
      return this.#writing.time(() => this.#parts.sink.write(path, segments, source, () => this.checkpoint()));
    });
  }

  /** Makes the end of the run wait for it, too. @param {Promise<void>} committing */
  async #awaited(committing) {
    this.#committing.add(committing);
    try {
      await committing;
    } finally {
      this.#committing.delete(committing);
    }
  }

  /** Another file has this output's name already: this one gets a name of its own. @param {Item} item */
  async #renamed(item) {
    if (item.repeat) throw new CodedError("WRITE_FAILED");
    item.repeat = true;
    await this.#offer(item, true);
  }

  /**
   * Does something for a file; a failure is that file's, or ends the run.
   * @param {Item} item
   * @param {() => Promise<void>} step
   */
  async #attempt(item, step) {
    this.#stepping.add(item);
    try {
      await step();
    } catch (error) {
      await this.#failed(item, error instanceof CodedError ? error.code : "READ_FAILED");
    }
    this.#stepping.delete(item);
    if (this.#over) await this.#release(item);
  }

  /**
   * @param {Item} item
   * @param {string} code
   */
  async #failed(item, code) {
    const { sources, stop } = this.#parts;
    if (code === "CANCELLED") return;
    if (code === "OUTPUT_FULL" || code === "OUTPUT_LOST") return stop(code);
    if (code === "READ_FAILED" && !(await sources.reachable())) return stop("SOURCE_LOST");
    if (this.#over) return;
    this.#commit(item.index, item.sourceId, plainRow(code), []);
    await this.#release(item);
  }

  /**
   * Appends the row: with it the file is done.
   * @param {number} index
   * @param {string} sourceId
   * @param {import("./protocol.js").AuditRow} outcome
   * @param {string[]} log
   */
  #commit(index, sourceId, outcome, log) {
    const { sources, journal, tally, stop } = this.#parts;
    if (this.#closed) return;
    const row = { ...outcome, source_id: sourceId, bytes_in: sources.sizes[index] };
    const unwritten = row.status === "written" ? [] : [`${row.status} ${row.reason} ${sourceId}`];
    try {
      journal.row(row);
      journal.log([...log, ...unwritten]);
      journal.settle();
    } catch {
      return stop("OUTPUT_FULL");
    }
    tally.count(row, sources.paths[index], sources.studies[index]);
    if (tally.complete) stop();
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
  async checkpoint() {
    while (this.#parts.worklist.paused && !this.#over) await this.#parts.changed.wait();
    if (this.#over) throw new CodedError("CANCELLED");
  }

  /**
   * @param {Item} item
   * @param {number} bytes
   */
  #hold(item, bytes) {
    const less = item.held - bytes;
    item.held = bytes;
    if (less > 0) this.#budget.give(less);
    else this.#budget.take(-less);
  }

  /** @param {Item} item */
  async #release(item) {
    this.#underWay.delete(item);
    this.#hold(item, 0);
    this.#parts.changed.fire();
    await item.opened?.release().catch(() => {});
    item.opened = null;
  }
}

/**
 * The DICOM files in the order of their studies, each study in scan order.
 * @param {import("./source.js").Sources} sources
 * @returns {number[]}
 */
export function studyOrder(sources) {
  const wanted = [...sources.studies.keys()].filter((index) => sources.reasons[index] === "");
  return wanted.sort((one, other) => sources.studies[one] - sources.studies[other] || one - other);
}
