// @ts-check
/** Batches of files for the Python workers: gives them out, takes answers back, and also the files of a worker that died. */

import { BATCH_BYTES, BATCH_FILES } from "../shared/limits.js";

/** A batch should keep a worker busy for so long, in milliseconds: its files are in memory until the whole is done. */
const BATCH_MILLISECONDS = 15;
/** Assumed of a file before anything was measured, in milliseconds. */
const FIRST_MILLISECONDS = 3;

/**
 * A file under way.
 * @typedef {object} Item
 * @property {number} index      its number in the sources, and the task's id
 * @property {number} size
 * @property {string} sourceId
 * @property {boolean} repeat
 * @property {import("../pick/sources.js").Opened | null} opened
 * @property {import("../shared/ranges.js").Range[]} wanted
 * @property {{start: number, bytes: Uint8Array<ArrayBuffer>}[]} ranges   read, and not given out yet
 * @property {import("../shared/protocol/tasks.js").Fragments | null} fragments
 * @property {number} held       bytes counted for it
 * @property {boolean} alone     a worker died over it once: it gets a batch of its own
 */

/** @typedef {import("../shared/protocol/tasks.js").Answer} Answer */

/** A Python worker that is joined to the run. */
class Session {
  gone = false;
  heap = 0;
  files = 0;
  /** @type {Map<number, Item>[]} given out and not answered, oldest first; the worker is at the first */
  batches = [];

  /** @param {number} worker */
  constructor(worker) {
    this.worker = worker;
  }
}

export class Worklist {
  #changed;
  /** @type {Item[]} */ #ready = [];
  /** @type {Session[]} */ #sessions = [];
  #pace = FIRST_MILLISECONDS;
  /** Python time so far, in milliseconds, and files. */
  deidentified = { items: 0, milliseconds: 0 };
  paused = false;
  over = false;

  /** @param {import("../shared/async.js").Signal} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /** A worker that comes, or one in the place of another that has nothing to do any more. @param {number} worker */
  join(worker) {
    const session = new Session(worker);
    const before = this.#sessions.find((one) => one.worker === worker && !one.gone && one.batches.length === 0);
    if (before) {
      before.gone = true;
      session.files = before.files;
    }
    this.#sessions.push(session);
    return session;
  }

  /**
   * @param {Item} item
   * @param {boolean} [first]  ahead of the others: it was begun already
   */
  offer(item, first = false) {
    if (first) this.#ready.unshift(item);
    else this.#ready.push(item);
    this.#changed.fire();
  }

  /**
   * Waits for a batch; null when there will be none.
   * @param {Session} session
   * @param {() => number} remaining   files of the run that are not done
   * @returns {Promise<Item[] | null>}
   */
  async take(session, remaining) {
    while (!session.gone && !this.over && (this.paused || this.#ready.length === 0)) await this.#changed.wait();
    if (session.gone || this.over) return null;
    const batch = this.#batch(remaining());
    session.batches.push(new Map(batch.map((item) => [item.index, item])));
    this.#changed.fire();
    return batch;
  }

  /** @param {number} remaining */
  #batch(remaining) {
    const workers = this.#sessions.filter(({ gone }) => !gone).length;
    // Towards the end the rest is shared: each worker has one batch and one in advance.
    const share = Math.ceil(remaining / (2 * workers));
    const most = Math.max(1, Math.min(BATCH_FILES, share, Math.floor(BATCH_MILLISECONDS / this.#pace)));
    const batch = [this.#ready.splice(0, 1)[0]];
    let bytes = bytesOf(batch[0]);
    while (batch.length < most && this.#ready.length > 0 && !batch[0].alone) {
      bytes += bytesOf(this.#ready[0]);
      if (this.#ready[0].alone || bytes > BATCH_BYTES) break;
      batch.push(this.#ready.splice(0, 1)[0]);
    }
    return batch;
  }

  /**
   * The items that answers are for. Answers to what is no longer with this worker are dropped.
   * @param {Session} session
   * @param {Answer[]} answers
   * @param {number} heap
   * @param {number} milliseconds
   * @returns {{item: Item, answer: Answer}[]}
   */
  answered(session, answers, heap, milliseconds) {
    const taken = [];
    for (const answer of answers) {
      const batch = session.batches.find((given) => given.has(answer.id));
      const item = batch?.get(answer.id);
      if (!batch || !item) continue;
      batch.delete(answer.id);
      taken.push({ item, answer });
    }
    session.batches = session.batches.filter((batch) => batch.size > 0);
    session.heap = heap;
    session.files += taken.filter(({ answer }) => answer.kind === "outcome").length;
    this.deidentified.items += taken.filter(({ answer }) => answer.kind === "outcome").length;
    this.deidentified.milliseconds += milliseconds;
    if (taken.length > 0) this.#pace = 0.7 * this.#pace + (0.3 * milliseconds) / taken.length;
    return taken;
  }

  /**
   * Ends a worker's sessions, and says what was with it: `blamed` is the batch that it was at, `spared` what it had in advance.
   * @param {number} worker
   * @returns {{blamed: Item[], spared: Item[]}}
   */
  lost(worker) {
    /** @type {{blamed: Item[], spared: Item[]}} */
    const left = { blamed: [], spared: [] };
    for (const session of this.#sessions) {
      if (session.worker !== worker || session.gone) continue;
      session.gone = true;
      const [current, ...advance] = session.batches;
      left.blamed.push(...(current?.values() ?? []));
      left.spared.push(...advance.flatMap((batch) => [...batch.values()]));
      session.batches = [];
    }
    this.#changed.fire();
    return left;
  }

  /** Files that wait for a worker. */
  get queued() {
    return this.#ready.length;
  }

  /** State of each worker, for the page. */
  get workers() {
    /** @type {import("../shared/protocol/files.js").RunStatus["workers"]} */
    const workers = {};
    for (const { worker, gone, heap, files, batches } of this.#sessions) {
      if (!gone) workers[worker] = { busy: batches.length > 0, heap, files };
    }
    return workers;
  }
}

/** @param {Item} item */
export const bytesOf = (item) => item.ranges.reduce((sum, { bytes }) => sum + bytes.length, 0);

/**
 * @param {number} index
 * @param {number} size
 * @param {boolean} repeat
 * @param {number} head   bytes of its beginning that Python is given first
 * @param {number} held
 * @returns {Item}
 */
export function newItem(index, size, repeat, head, held) {
  const unread = { sourceId: "", opened: null, ranges: [], fragments: null };
  return { index, size, repeat, wanted: [[0, head]], held, alone: false, ...unread };
}

/**
 * The message for a file. Its bytes are transferred: from here on they are the Python worker's.
 * @param {Item} item
 * @returns {import("../shared/protocol/tasks.js").Task}
 */
export function taskOf(item) {
  const { index, size, sourceId, repeat, fragments, ranges } = item;
  item.ranges = [];
  return { id: index, sourceId, size, repeat, ranges, fragments };
}
