// @ts-check
/**
 * Thumbnails of an index: each frame once, kept beside the index and found again.
 *
 * @typedef {import("../index/client.js").Catalogue} Catalogue
 * @typedef {import("../threads/imaging.js").Imaging} Imaging
 * @typedef {import("../../worker/shared/protocol/index.js").InstanceFound} InstanceFound
 * @typedef {import("../../worker/shared/protocol/files.js").Stage} Stage
 * @typedef {{key: Uint8Array, pseudonyms: number, part: number}} HoldOut   the project's key, its version, and which part of the patients is held out
 * @typedef {{files: number, of: number, frames: number}} Farness   files that are done, of how many; frames drawn
 *
 * @typedef {object} Summary   what one go came to
 * @property {number} made                    thumbnails
 * @property {boolean} cancelled
 * @property {[string, number][]} missing     reason codes of what has none or a doubtful one, and of how many files
 * @property {Record<"Discover" | "Processing" | "DB insert", Stage>} stages   files, files and thumbnails
 */

import { codeOf, Problem } from "../page/problem.js";
import { asItIs } from "../viewer/sources.js";
import { drawn } from "./draw.js";

/** Files that the index is asked for at once. */
const FILES_AT_ONCE = 500;
/** Errors that end a go: no other file would fare better. */
const ENDING = ["IMAGING_NOT_STARTED", "NOT_CHOSEN", "INDEX_FAILED", "UNEXPECTED"];

export class Thumbnails {
  #catalogue;
  #start;
  /** @type {Promise<Imaging> | null} */ #imaging = null;
  /** How often it was closed: whatever was begun before the last time is over. */ #times = 0;

  /**
   * @param {Catalogue} catalogue
   * @param {() => Promise<Imaging>} start   called when the first one has to be drawn
   */
  constructor(catalogue, start) {
    this.#catalogue = catalogue;
    this.#start = start;
  }

  /**
   * The picture that stands for a series; drawn if it is not there yet. Rejects with a Problem when it cannot be.
   * @param {string} key
   * @param {AbortSignal} [signal]   it is no longer wanted
   * @returns {Promise<{file: File | null, reason: string}>}   reason: why there is none, as a reason code
   */
  async of(key, signal) {
    const [found] = await this.#catalogue.found([key]);
    if (!found || signal?.aborted) return { file: null, reason: "" };
    const file = found.filename && (await this.#catalogue.picture(found.filename));
    if (file || found.reason) return { file: file || null, reason: found.reason };
    let reason = "";
    for await (const made of this.#frames(found, [found.frame], () => signal?.aborted ?? false)) {
      const [name] = await this.#catalogue.note(found.path, made);
      if (name) return { file: await this.#catalogue.picture(name), reason: "" };
      reason = made.unshown[0]?.reason ?? "";
    }
    return { file: null, reason };
  }

  /**
   * Draws all frames of some series that are not there yet. Rejects with a Problem when it cannot go on.
   * @param {string[]} keys
   * @param {(how: Farness) => void} report
   * @param {{signal?: AbortSignal, holdOut?: HoldOut | null}} [options]   holdOut null: no split
   * @returns {Promise<Summary>}
   */
  async make(keys, report, { signal, holdOut = null } = {}) {
    const go = new Go(signal);
    const wanting = await timed(go.discover, () => this.#wanting(keys));
    go.discover.items = wanting.length;
    for (const file of wanting) {
      if (go.isOver()) break;
      await this.#drawAll(file, go);
      report({ files: go.processing.items, of: wanting.length, frames: go.insert.items });
    }
    await go.handedOver;
    await this.#catalogue.split(holdOut?.key ?? new Uint8Array(), holdOut?.part ?? 0, holdOut?.pseudonyms ?? 0);
    return go.summary(await this.#catalogue.missing(keys));
  }

  /** Ends the worker that draws, and what goes on; whoever asks again gets another one. */
  close() {
    this.#times++;
    this.#imaging?.then(
      (imaging) => imaging.close(),
      () => {},
    );
    this.#imaging = null;
  }

  /** @param {string[]} keys */
  async #wanting(keys) {
    /** @type {InstanceFound[]} */
    const all = [];
    for (;;) {
      const files = await this.#catalogue.wanting(all.at(-1)?.path ?? "", FILES_AT_ONCE, keys);
      if (files.length === 0) return all;
      all.push(...files);
    }
  }

  /** @param {InstanceFound} file @param {Go} go */
  async #drawAll(file, go) {
    const frames = this.#frames(file, numbersTo(file.frames), () => go.isOver());
    try {
      for (;;) {
        const { value, done } = await timed(go.processing, () => frames.next());
        if (done) break;
        await go.handOver(value.images.length, () => this.#catalogue.note(file.path, value));
      }
      if (!go.isOver()) go.processing.items++;
    } catch (error) {
      if (ENDING.includes(codeOf(error))) throw error;
      go.passing(codeOf(error));
    }
  }

  /** @param {InstanceFound} file @param {Iterable<number>} frames @param {() => boolean} isOver */
  async *#frames(file, frames, isOver) {
    const where = asItIs(this.#catalogue.of, file);
    if ("error" in where) throw new Problem(where.error);
    const time = this.#times;
    this.#imaging ??= this.#start();
    this.#imaging.catch(() => (this.#imaging = null)); // tried again the next time
    yield* drawn(await this.#imaging, where, frames, () => time !== this.#times || isOver());
  }
}

/** One go, and what it came to so far. */
class Go {
  discover = { items: 0, seconds: 0 };
  processing = { items: 0, seconds: 0 };
  insert = { items: 0, seconds: 0 };
  /** Settled when the thumbnails that were handed over last are in the index. */ handedOver = Promise.resolve();
  /** @type {Map<string, number>} files that could not be read this time, by reason code */ #passing = new Map();
  #signal;

  /** @param {AbortSignal} [signal] */
  constructor(signal) {
    this.#signal = signal;
  }

  /**
   * Has something taken into the index, while the next is drawn.
   * @param {number} thumbnails
   * @param {() => Promise<unknown>} call
   */
  async handOver(thumbnails, call) {
    await this.handedOver;
    this.handedOver = timed(this.insert, call).then(() => {
      this.insert.items += thumbnails;
    });
    this.handedOver.catch(() => {}); // it is awaited before the next, or at the end
  }

  isOver() {
    return this.#signal?.aborted ?? false;
  }

  /** @param {string} reason */
  passing(reason) {
    this.#passing.set(reason, (this.#passing.get(reason) ?? 0) + 1);
  }

  /** @param {[string, number][]} missing @returns {Summary} */
  summary(missing) {
    const { discover, processing, insert } = this;
    return {
      made: insert.items,
      cancelled: this.isOver(),
      missing: [...missing, ...this.#passing],
      stages: { Discover: discover, Processing: processing, "DB insert": insert },
    };
  }
}

/** @param {number} last */
function* numbersTo(last) {
  for (let number = 1; number <= last; number++) yield number;
}

/**
 * @template T
 * @param {Stage} stage   is given the seconds
 * @param {() => Promise<T>} call
 */
async function timed(stage, call) {
  const began = performance.now();
  try {
    return await call();
  } finally {
    stage.seconds += (performance.now() - began) / 1000;
  }
}
