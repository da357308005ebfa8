// @ts-check
/** The pictures of the series in sight: drawn one after the other where there are none yet, as long as they are in sight. */

import { codeOf } from "../../worker/shared/errors.js";

/** Pictures whose addresses are kept; an address holds its picture in memory or on disk. */
const MOST = 200;
/** Rows that pass by while one scrolls are not drawn: so long must they stand, in milliseconds. */
const STAND_MILLISECONDS = 150;

/** @typedef {{of(key: string, signal: AbortSignal): Promise<{file: File | null, reason: string}>}} Source */

export class SeriesPictures {
  /** @type {Map<string, {address: string, reason: string}>} by SeriesKey; address "": there is no picture, for that reason */
  #found = new Map();
  /** @type {string[]} keys of those to come */ #wanted = [];
  /** @type {{key: string, abort: AbortController} | null} the one that is drawn */ #drawing = null;
  /** @type {Set<string>} keys of those that were cut off once, as their worker was let go of */ #again = new Set();
  /** @type {number | undefined} */ #timer;
  #source;
  #changed;

  /** @param {Source} source @param {() => void} changed   called when a picture came */
  constructor(source, changed) {
    this.#source = source;
    this.#changed = changed;
  }

  /** @param {string} key @returns {string}   an address for an <img>; "" while there is none */
  of(key) {
    return this.#found.get(key)?.address ?? "";
  }

  /** Why there is no picture, as a reason code; "": nobody knows; undefined: it may still come. @param {string} key */
  why(key) {
    return this.#found.get(key)?.reason;
  }

  /** These are in sight now; what is not is no longer drawn. @param {string[]} keys */
  look(keys) {
    const drawn = this.#drawing?.key;
    this.#wanted = keys.filter((key) => key !== drawn && !this.#found.has(key));
    if (drawn !== undefined && !keys.includes(drawn)) this.#drawing?.abort.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#draw(), STAND_MILLISECONDS);
  }

  /** Lets go of all of them. */
  close() {
    clearTimeout(this.#timer);
    this.#wanted = [];
    this.#drawing?.abort.abort();
    for (const { address } of this.#found.values()) if (address) URL.revokeObjectURL(address);
    this.#found.clear();
  }

  async #draw() {
    if (this.#drawing) return;
    for (let key = this.#wanted.shift(); key !== undefined; key = this.#wanted.shift()) {
      const abort = new AbortController();
      this.#drawing = { key, abort };
      const lost = (/** @type {unknown} */ error) => ({ file: null, reason: codeOf(error), lost: true });
      const found = await this.#source.of(key, abort.signal).catch(lost);
      this.#drawing = null;
      if (abort.signal.aborted) continue;
      if ("lost" in found && !this.#again.has(key)) {
        this.#again.add(key);
        this.#wanted.push(key);
      } else this.#keep(key, found.file ? URL.createObjectURL(found.file) : "", found.reason);
    }
  }

  /** @param {string} key @param {string} address @param {string} reason */
  #keep(key, address, reason) {
    this.#found.set(key, { address, reason });
    for (const [old, gone] of this.#found) {
      if (this.#found.size <= MOST) break;
      this.#found.delete(old);
      if (gone.address) URL.revokeObjectURL(gone.address);
    }
    this.#changed();
  }
}
