// @ts-check
/** The values of fragments as one stream: what of compressed frames is looked at, and where it stands in the file. */

/** @typedef {[number, number]} Range  bytes [start, end) of the file */
/** @typedef {(start: number, end: number) => Promise<Uint8Array>} Read */

/** Bytes that are read at a time. */
export const WINDOW_BYTES = 1024 * 1024;
/** Bytes of a fragment that show how it begins. */
const OPENING_BYTES = 64;

/** A codestream that cannot be followed. */
export class NotFollowed extends Error {}

export class Stream {
  #read;
  #fragments;
  /** @type {number[]} */
  #ends = [];
  #window = new Uint8Array(0);
  #start = 0;

  /**
   * @param {Read} read
   * @param {Range[]} fragments
   */
  constructor(read, fragments) {
    this.#read = read;
    this.#fragments = fragments;
    let end = 0;
    for (const [start, stop] of fragments) {
      end += stop - start;
      this.#ends.push(end);
    }
    this.size = end;
  }

  /** So many bytes. @param {number} at @param {number} count */
  async bytes(at, count) {
    if (at + count > this.size) throw new NotFollowed();
    if (!this.#holds(at, count)) await this.#look(at, count);
    return this.#window.subarray(at - this.#start, at - this.#start + count);
  }

  /** An unsigned number, big endian. @param {number} at @param {number} [size] */
  async number(at, size = 2) {
    return (await this.bytes(at, size)).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  /** The ranges of the file in which a part stands. @param {number} at @param {number} end */
  *ranges(at, end) {
    for (let place = this.#place(at); at < end; place++) {
      const stop = this.#fragments[place][1];
      const first = stop - (this.#ends[place] - at);
      const last = Math.min(stop, first + end - at);
      if (last > first) yield/** @type {Range} */ ([first, last]);
      at += last - first;
    }
  }

  /** The end of the fragment that holds the byte before. @param {number} at */
  boundary(at) {
    return this.#ends[this.#place(at - 1)];
  }

  /** The first bytes of each fragment from `at` on: few of each are read. @param {number} at */
  async *openings(at) {
    for (const [start, end] of this.#fragments.slice(this.#place(at)))
      yield await this.#read(start, Math.min(start + OPENING_BYTES, end));
  }

  /**
   * Where the next marker stands whose second byte is wanted; `end` where there is none before it.
   * @param {(second: number) => boolean} wanted
   * @param {number} at
   * @param {number} [end]
   */
  async find(wanted, at, end = this.size) {
    while (at + 1 < end) {
      if (!this.#holds(at, 2)) await this.#look(at, 2);
      const [window, start] = [this.#window, this.#start];
      const last = Math.min(window.length, end - start) - 1;
      for (let here = window.indexOf(0xff, at - start); here >= 0 && here < last; here = window.indexOf(0xff, here + 1))
        if (wanted(window[here + 1])) return start + here;
      at = start + last;
    }
    return end;
  }

  /** @param {number} at @param {number} count */
  #holds(at, count) {
    return at >= this.#start && at + count <= this.#start + this.#window.length;
  }

  /** Brings so many bytes into the window, and more. @param {number} at @param {number} count */
  async #look(at, count) {
    const end = Math.min(at + Math.max(count, WINDOW_BYTES), this.size);
    const window = new Uint8Array(end - at);
    let filled = 0;
    for (const [start, stop] of this.ranges(at, end)) {
      window.set(await this.#read(start, stop), filled);
      filled += stop - start;
    }
    [this.#window, this.#start] = [window, at];
  }

  /** The place of the fragment that holds a byte. @param {number} at */
  #place(at) {
    let [low, high] = [0, this.#ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ends[middle] > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
