// @ts-check
/** Makes an index, or brings it up to date: asks which files are new or changed, and gives the heads of these to Python. */

import { ahead } from "../shared/async.js";
import { BATCH_FILES } from "../shared/limits.js";

/** Batches of heads that are read while Python handles one. */
const AHEAD = 2;

/**
 * @typedef {import("./python-index.js").Core} Core
 * @typedef {import("../shared/protocol/index.js").ListingApi} ListingApi
 * @typedef {import("../shared/protocol/index.js").Head} Head
 */

export class Build {
  #core;
  #listing;
  #step;
  stopped = false;

  /**
   * @param {Core} core
   * @param {ListingApi} listing
   * @param {() => void} step   called when there is something new
   */
  constructor(core, listing, step) {
    this.#core = core;
    this.#listing = listing;
    this.#step = step;
  }

  /** Stops after the batch that is being read; the index keeps all that was read. */
  stop() {
    this.stopped = true;
  }

  /** Goes through all files, or until it is stopped. */
  async walk() {
    const whole = await this.#listing.begin();
    this.#core.tell("begin");
    this.#step();
    try {
      for await (const { numbers, heads } of ahead(this.#wanted(), AHEAD, (numbers) => this.#read(numbers))) {
        if (this.stopped) break;
        await this.#take(numbers, heads);
        this.#step();
      }
    } catch (error) {
      this.#core.tell("stop");
      throw error;
    }
    if (this.stopped) this.#core.tell("stop");
    else this.#core.tell("finish", whole);
  }

  /** Numbers of the files that are new or changed, in batches. @returns {AsyncGenerator<number[]>} */
  async *#wanted() {
    while (!this.stopped) {
      const told = await this.#listing.next();
      if (!told) return;
      const wanted = this.#core.ask("wanted", JSON.stringify(told.files), told.first, told.found);
      for (let at = 0; at < wanted.length; at += BATCH_FILES) yield wanted.slice(at, at + BATCH_FILES);
      this.#step();
    }
  }

  /** @param {number[]} numbers */
  async #read(numbers) {
    return { numbers, heads: await this.#listing.heads(numbers.map((number) => ({ number, bytes: 0 }))) };
  }

  /** Gives heads to Python, and longer ones of those files that need them. @param {number[]} numbers @param {Head[]} heads */
  async #take(numbers, heads) {
    const longer = [];
    for (const [i, number] of numbers.entries()) {
      const head = heads[i];
      const bytes =
        "error" in head ? this.#core.tell("unread", number, head.error) : this.#core.read(number, head.bytes);
      if (bytes) longer.push({ number, bytes });
    }
    if (longer.length === 0) return;
    await this.#take(
      longer.map(({ number }) => number),
      await this.#listing.heads(longer),
    );
  }
}
