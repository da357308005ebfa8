// @ts-check
/** The pictures of the series in sight: drawn one after the other where there are none yet, as long as they are in sight. */

/** Pictures whose addresses are kept; an address holds its picture in memory or on disk. */
const MOST = 200;
/** Rows that pass by while one scrolls are not drawn: so long must they stand, in milliseconds. */
const STAND_MILLISECONDS = 150;

/** @typedef {{of(key: string, signal: AbortSignal): Promise<{file: File | null, reason: string}>}} Source */

export class SeriesPictures {
  /** @type {Map<string, string>} address by SeriesKey; "" where there is no picture */ #addresses = new Map();
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
    return this.#addresses.get(key) ?? "";
  }

  /** These are in sight now; what is not is no longer drawn. @param {string[]} keys */
  look(keys) {
    const drawn = this.#drawing?.key;
    this.#wanted = keys.filter((key) => key !== drawn && !this.#addresses.has(key));
    if (drawn !== undefined && !keys.includes(drawn)) this.#drawing?.abort.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#draw(), STAND_MILLISECONDS);
  }

  /** Lets go of all of them. */
  close() {
    clearTimeout(this.#timer);
    this.#wanted = [];
    this.#drawing?.abort.abort();
    for (const address of this.#addresses.values()) if (address) URL.revokeObjectURL(address);
    this.#addresses.clear();
  }

  async #draw() {
    if (this.#drawing) return;
    for (let key = this.#wanted.shift(); key !== undefined; key = this.#wanted.shift()) {
      const abort = new AbortController();
      this.#drawing = { key, abort };
      const found = await this.#source.of(key, abort.signal).catch(() => null);
      this.#drawing = null;
      if (abort.signal.aborted) continue;
      if (!found && !this.#again.has(key)) {
        this.#again.add(key);
        this.#wanted.push(key);
      } else this.#keep(key, found?.file ? URL.createObjectURL(found.file) : "");
    }
  }

  /** @param {string} key @param {string} address */
  #keep(key, address) {
    this.#addresses.set(key, address);
    for (const [old, gone] of this.#addresses) {
      if (this.#addresses.size <= MOST) break;
      this.#addresses.delete(old);
      if (gone) URL.revokeObjectURL(gone);
    }
    this.#changed();
  }
}
