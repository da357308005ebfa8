// @ts-check
/** When an index is put into private storage: at the end, and every so often before. */

import { transfer } from "../shared/comlink.js";

/** Between two times while it is made, in milliseconds, and after a change that stands alone. */
const PAUSE_MILLISECONDS = 10_000;
const SOON_MILLISECONDS = 2000;
/** And at least so many times what the last one took. */
const SHARE = 20;

export class Keeping {
  /** Bytes that are kept. */
  size = 0;
  #core;
  #shelf;
  #ended = false;
  /** What the last time took, in milliseconds. */ #took = 0;
  #last = performance.now();
  #timer = 0;
  /** @type {Promise<unknown>} one after the other */ #before = Promise.resolve();

  /**
   * @param {import("./python-index.js").Core} core
   * @param {import("../shared/protocol/index.js").ShelfApi} shelf
   */
  constructor(core, shelf) {
    this.#core = core;
    this.#shelf = shelf;
  }

  /** Keeps it now. @returns {Promise<void>} */
  now() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#last = Number.POSITIVE_INFINITY; // until it is done
    const done = this.#before.then(() => this.#keep());
    this.#before = done.catch(() => {}).finally(() => (this.#last = performance.now()));
    return done;
  }

  /** Keeps it if that is some time ago. */
  sometimes() {
    if (performance.now() - this.#last > Math.max(PAUSE_MILLISECONDS, SHARE * this.#took)) this.now().catch(() => {}); // the last one is awaited
  }

  /** Keeps it in a while, with what changes until then. */
  soon() {
    const pause = Math.max(SOON_MILLISECONDS, SHARE * this.#took);
    this.#timer ||= setTimeout(() => this.now().catch(() => {}), pause);
  }

  /** What was to be kept in a while is kept now. */
  async end() {
    if (this.#timer) await this.now();
    await this.#before;
  }

  /** Deletes it, with its thumbnails. @param {boolean} end   nothing is kept from then on */
  async remove(end) {
    this.#ended ||= end;
    clearTimeout(this.#timer);
    this.#timer = 0;
    const removed = this.#before.then(() => this.#shelf.remove());
    this.#before = removed.catch(() => {});
    await removed;
    this.size = 0;
  }

  async #keep() {
    if (this.#ended) return;
    const began = performance.now();
    const bytes = this.#core.kept();
    const gone = this.#core.ask("gone");
    this.size = bytes.length;
    await this.#shelf.keep(transfer(bytes, [bytes.buffer]));
    await this.#shelf.dropPictures(gone);
    this.#took = performance.now() - began;
  }
}
