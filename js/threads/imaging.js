// @ts-check
/**
 * Pictures: one Python worker that decodes and paints, replaced when it ends, hangs, or has grown too large.
 *
 * Decoders are the part of the page that damaged files can break. So a call that breaks the worker is answered by a
 * reason code, and the next one has another worker, in which the panes are open again.
 *
 * @typedef {import("../../worker/shared/protocol/imaging.js").Where} Where
 * @typedef {import("../../worker/shared/protocol/imaging.js").Facts} Facts
 * @typedef {import("../../worker/shared/protocol/imaging.js").Tuning} Tuning
 * @typedef {import("../../worker/shared/protocol/imaging.js").Painted} Painted
 * @typedef {import("../../worker/shared/protocol/imaging.js").Thumbnail} Thumbnail
 * @typedef {import("../../worker/shared/protocol/imaging.js").ImagingApi} ImagingApi
 * @typedef {import("../../vendor/comlink.mjs").Remote<ImagingApi>} Pictures
 * @typedef {{thread: import("./thread.js").Thread, pictures: Pictures}} Worker
 * @typedef {{file: Blob, worker: Worker}} Opened   the worker in which it is open
 */
import * as Comlink from "../../worker/shared/comlink.js";
import { CodedError, codeOf } from "../../worker/shared/errors.js";
import { Problem } from "../page/problem.js";
import { Signal } from "../page/signal.js";

/** A frame of 100 MB takes the slowest decoder some ten seconds; what takes longer than this (milliseconds) hangs. */
const CALL_MILLISECONDS = 60_000;
/** Bytes of WebAssembly memory, which never shrinks, above which a file is opened in a new worker. It starts with some 60 MiB. */
const HEAP_LIMIT = 384 * 1024 * 1024;
/** The third thing that can be open, beside the two panes. */
const THUMBNAILS = 2;

export class Imaging {
  /** `heap` has changed. */ changed = new Signal();
  /** Bytes of the worker's WebAssembly memory. */
  heap = 0;
  #files;
  #pool;
  #options;
  /** @type {Worker | null} */ #worker = null;
  /** @type {Map<number, Opened>} by pane */ #open = new Map();
  /** @type {Where | null} whose thumbnails are drawn */ #drawn = null;
  /** @type {Promise<unknown>} one call after the other */ #before = Promise.resolve();
  #closed = false;

  /**
   * @param {import("./pool.js").Pool} pool
   * @param {import("./files.js").Files} files
   * @param {{patience?: number, heapLimit?: number}} options   in milliseconds and bytes
   */
  constructor(pool, files, options) {
    this.#pool = pool;
    this.#files = files;
    this.#options = { patience: CALL_MILLISECONDS, heapLimit: HEAP_LIMIT, ...options };
  }

  /**
   * Rejects with a Problem when no worker can be started.
   * @param {import("./pool.js").Pool} pool   whose runtime the worker is started from
   * @param {import("./files.js").Files} files
   * @param {{patience?: number, heapLimit?: number}} [options]
   */
  static async start(pool, files, options = {}) {
    const imaging = new Imaging(pool, files, options);
    try {
      await imaging.#started();
    } catch {
      throw new Problem("IMAGING_NOT_STARTED");
    }
    return imaging;
  }

  /**
   * Opens an instance in a pane (0 or 1), in place of the one that was there.
   * @param {number} pane
   * @param {Where} where
   * @returns {Promise<Facts | {error: string}>}
   */
  open(pane, where) {
    return this.#next(async () => {
      this.#open.delete(pane);
      const file = await this.#lent(where, `pane ${pane}`);
      if ("error" in file) return file;
      this.#relieve();
      return this.#opened(pane, file);
    });
  }

  /**
   * @param {number} pane
   * @param {number} frame   from 0
   * @param {Tuning} tuning
   * @returns {Promise<Painted | {error: string}>}
   */
  paint(pane, frame, tuning) {
    return this.#next(async () => {
      const again = await this.#again(pane);
      return again && "error" in again ? again : this.#asked((pictures) => pictures.paint(pane, frame, tuning));
    });
  }

  /**
   * A small PNG of one frame. All frames of one file are best asked for one after the other.
   * @param {Where} where
   * @param {number} frame   from 0
   * @returns {Promise<Thumbnail | {error: string}>}
   */
  thumbnail(where, frame) {
    return this.#next(async () => {
      const opened = await (this.#drawn === where ? this.#again(THUMBNAILS) : this.#draw(where));
      return opened && "error" in opened ? opened : this.#asked((pictures) => pictures.thumbnail(frame));
    });
  }

  /** Ends the worker: what it held of a file goes with it. */
  close() {
    this.#closed = true;
    this.#end();
  }

  /** @param {Where} where */
  async #draw(where) {
    this.#drawn = null;
    this.#open.delete(THUMBNAILS);
    const file = await this.#lent(where, "thumbnails");
    if ("error" in file) return file;
    this.#relieve();
    const opened = await this.#opened(THUMBNAILS, file);
    if (!("error" in opened)) this.#drawn = where;
    return opened;
  }

  /** @param {Where} where @param {string} borrower @returns {Promise<Blob | {error: string}>} */
  #lent(where, borrower) {
    return this.#files.lend(where, borrower).catch((error) => ({ error: codeOf(error, "READ_FAILED") }));
  }

  /** @param {number} pane @param {Blob} file @returns {Promise<any>} Facts, {frames} or {error} */
  async #opened(pane, file) {
    const opened = await this.#asked((pictures) =>
      pane === THUMBNAILS ? pictures.openThumbnails(file) : pictures.open(pane, file),
    );
    if (!("error" in opened) && this.#worker) this.#open.set(pane, { file, worker: this.#worker });
    return opened;
  }

  /** Opens again what was open in a worker that is gone. @param {number} pane */
  async #again(pane) {
    const opened = this.#open.get(pane);
    if (!opened) return { error: "NO_PIXELS" };
    return opened.worker === this.#worker ? null : this.#opened(pane, opened.file);
  }

  /** Ends a worker that has grown too large, so that the next call has a new one. */
  #relieve() {
    if (this.heap > this.#options.heapLimit) this.#end();
  }

  /**
   * @template T
   * @param {() => Promise<T>} call
   * @returns {Promise<T>}
   */
  #next(call) {
    const done = this.#before.then(call);
    this.#before = done.catch(() => {});
    return done;
  }

  /**
   * The answer of the worker; a code when the worker ended over it or took too long.
   * @template T
   * @param {(pictures: Pictures) => Promise<import("../../worker/shared/protocol/imaging.js").Seen<T>>} call
   * @returns {Promise<T | {error: string}>}
   */
  async #asked(call) {
    let worker;
    try {
      worker = await this.#started();
    } catch {
      return { error: "IMAGING_NOT_STARTED" };
    }
    const timer = setTimeout(() => this.#end(), this.#options.patience);
    try {
      const { heap, answer } = await worker.thread.alive(call(worker.pictures));
      this.#weigh(heap);
      return answer;
    } catch {
      this.#end();
      return { error: "DECODER_LOST" };
    } finally {
      clearTimeout(timer);
    }
  }

  async #started() {
    if (this.#closed) throw new CodedError("IMAGING_NOT_STARTED");
    if (this.#worker) return this.#worker;
    const thread = await this.#pool.preview();
    try {
      const { port1, port2 } = new MessageChannel();
      const heap = await thread.alive(thread.python.picture(Comlink.transfer(port1, [port1])));
      if (this.#closed) throw new CodedError("IMAGING_NOT_STARTED");
      this.#weigh(heap);
      this.#worker = { thread, pictures: /** @type {Pictures} */ (Comlink.wrap(port2)) };
      return this.#worker;
    } catch (error) {
      thread.end();
      throw error;
    }
  }

  #end() {
    this.#worker?.thread.end();
    this.#worker = null;
    this.#weigh(0);
  }

  /** @param {number} heap */
  #weigh(heap) {
    if (heap === this.heap) return;
    this.heap = heap;
    this.changed.send();
  }
}
