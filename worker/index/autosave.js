// @ts-check
/** Saving of an index into private storage: at the end, and at intervals before. */

import { transfer } from "../shared/comlink.js";

/** Milliseconds between two saves while the index is built, and after a single change. */
const PAUSE_MILLISECONDS = 10_000;
const SOON_MILLISECONDS = 2000;
/** A pause is at least so many times as long as the last save. */
const SHARE = 20;

export class Autosave {
  /** Bytes that are kept. */
  size = 0;
  #core;
  #shelf;
  #ended = false;
  /** Milliseconds that the last save took. */ #took = 0;
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

  /** Saves it now. @returns {Promise<void>} */
  now() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#last = Number.POSITIVE_INFINITY; // until it is done
    const done = this.#before.then(() => this.#keep());
    this.#before = done.catch(() => {}).finally(() => (this.#last = performance.now()));
    return done;
  }

  /** Saves it, if the last save is some time ago. */
  sometimes() {
    if (performance.now() - this.#last > Math.max(PAUSE_MILLISECONDS, SHARE * this.#took)) this.now().catch(() => {}); // the last one is awaited
  }

  /** Saves it later, with the changes until then. */
  soon() {
    const pause = Math.max(SOON_MILLISECONDS, SHARE * this.#took);
    this.#timer ||= setTimeout(() => this.now().catch(() => {}), pause);
  }

  /** Saves now, if a save was planned for later. */
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
