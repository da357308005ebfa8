// @ts-check
/** The files under way: read, with Python, or being written; and the bytes of memory that are held for them. */

import { Budget } from "../shared/async.js";

/** Bytes of files under way that are held in memory. */
const BYTES_IN_FLIGHT = 24 * 1024 * 1024;
/** Files under way. */
const FILES_UNDER_WAY = 400;

/** @typedef {import("./batches.js").Item} Item */

export class UnderWay {
  #changed;
  #budget;
  /** @type {Set<Item>} */ #items = new Set();

  /** @param {import("../shared/async.js").Signal} changed   fired when there is room again */
  constructor(changed) {
    this.#changed = changed;
    this.#budget = new Budget(BYTES_IN_FLIGHT, changed);
  }

  get files() {
    return this.#items.size;
  }

  get bytes() {
    return this.#budget.used;
  }

  /** Whether there is room for one more file. @param {number} bytes   that it takes when it is begun */
  hasRoom(bytes) {
    return this.#items.size < FILES_UNDER_WAY && this.fits(bytes);
  }

  /** Whether there is room for so many bytes more. @param {number} bytes */
  fits(bytes) {
    return this.#budget.fits(bytes);
  }

  /** A file is begun; its `held` bytes count. @param {Item} item */
  begin(item) {
    this.#items.add(item);
    this.#budget.take(item.held);
  }

  /** From now on it holds so many bytes. @param {Item} item @param {number} bytes */
  hold(item, bytes) {
    const less = item.held - bytes;
    item.held = bytes;
    if (less > 0) this.#budget.give(less);
    else this.#budget.take(-less);
  }

  /** It is done with: lets go of its source. @param {Item} item */
  async release(item) {
    this.#items.delete(item);
    this.hold(item, 0);
    this.#changed.fire();
    await item.opened?.release().catch(() => {});
    item.opened = null;
  }

  /** Lets go of all but these. @param {Set<Item>} those */
  async releaseAllBut(those) {
    for (const item of this.#items) if (!those.has(item)) await this.release(item);
  }
}
