// @ts-check
/**
 * Pictures: one Python worker that decodes and paints, started when the first one is asked for, replaced when it must be.
 *
 * @typedef {import("../worker/protocol.js").Where} Where
 * @typedef {import("../worker/protocol.js").Facts} Facts
 * @typedef {import("../worker/protocol.js").Tuning} Tuning
 * @typedef {import("../worker/protocol.js").Painted} Painted
 * @typedef {import("../worker/protocol.js").Thumbnail} Thumbnail
 * @typedef {import("./files.js").Files} Files
 * @typedef {import("./pool.js").Pool} Pool
 */

/** Fires "heap" when `heap` has changed. */
export class Imaging extends EventTarget {
  /** Bytes of the worker's WebAssembly memory. */
  heap = 0;
  #files;
  #pool;

  /** @param {Pool} pool @param {Files} files */
  constructor(pool, files) {
    super();
    this.#pool = pool;
    this.#files = files;
  }

  /**
   * Rejects with an Error that has a reason code as its `code` when no worker can be started.
   * @param {Pool} pool    whose runtime the worker is started from
   * @param {Files} files
   */
  static async start(pool, files) {
    const imaging = new Imaging(pool, files);
    await imaging.#pool.ready;
    return imaging;
  }

  /**
   * Opens an instance in a pane (0 or 1), in place of the one that was there.
   * @param {number} pane
   * @param {Where} where
   * @returns {Promise<Facts | {error: string}>}
   */
  async open(pane, where) {
    const file = await this.#files.lend(where, `pane ${pane}`);
    return "error" in file ? file : { error: "IMAGING_FAILED" };
  }

  /**
   * @param {number} _pane
   * @param {number} _frame   from 0
   * @param {Tuning} _tuning
   * @returns {Promise<Painted | {error: string}>}
   */
  async paint(_pane, _frame, _tuning) {
    return { error: "IMAGING_FAILED" };
  }

  /**
   * A small PNG of one frame.
   * @param {Where} _where
   * @param {number} _frame   from 0
   * @returns {Promise<Thumbnail | {error: string}>}
   */
  async thumbnail(_where, _frame) {
    return { error: "IMAGING_FAILED" };
  }

  /** Ends the worker: what it held of a file goes with it. */
  close() {}
}
