// @ts-check
/** Flow of a run: signals of a change, a budget of bytes, lanes of operations side by side, and their times. */

/** Bytes that are held in memory for files under way. */
export class Budget {
  used = 0;
  #limit;
  #changed;

  /**
   * @param {number} limit     bytes
   * @param {Signal} changed   fired when bytes are given back
   */
  constructor(limit, changed) {
    this.#limit = limit;
    this.#changed = changed;
  }

  /** Whether so many more would fit; something always fits into an empty budget. @param {number} bytes */
  fits(bytes) {
    return this.used === 0 || this.used + bytes <= this.#limit;
  }

  /** @param {number} bytes */
  take(bytes) {
    this.used += bytes;
  }

  /** @param {number} bytes */
  give(bytes) {
    this.used -= bytes;
    this.#changed.fire();
  }
}

/** Wakes everyone who waits. */
export class Signal {
  /** @type {(() => void)[]} */
  #waiting = [];

  /** @returns {Promise<void>} */
  wait() {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  fire() {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** Lets `width` operations go on side by side; the others wait for their turn. */
export class Lane {
  #free;
  /** @type {(() => void)[]} */
  #waiting = [];

  /** @param {number} width */
  constructor(width) {
    this.#free = width;
  }

  /**
   * @template T
   * @param {() => Promise<T>} operation
   * @returns {Promise<T>}
   */
  async run(operation) {
    if (this.#free > 0) this.#free--;
    else await new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
    try {
      return await operation();
    } finally {
      // The place is passed on, not freed: no other operation can take it in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}

/**
 * Results of an operation on each item, in the order of the items; `width` operations are begun ahead.
 * @template T, R
 * @param {AsyncIterable<T>} items
 * @param {number} width
 * @param {(item: T) => Promise<R>} make
 * @returns {AsyncGenerator<R>}
 */
export async function* ahead(items, width, make) {
  /** @type {Promise<R>[]} */
  const begun = [];
  for await (const item of items) {
    const making = make(item);
    making.catch(() => {}); // the caller meets the error when its turn comes
    begun.push(making);
    if (begun.length >= width) yield/** @type {Promise<R>} */ (begun.shift());
  }
  yield* begun;
}

/** The time that a run has been running, without its pauses. */
export class Clock {
  #milliseconds = 0;
  /** @type {number | null} */
  #since = performance.now();

  stop() {
    this.#milliseconds = this.seconds * 1000;
    this.#since = null;
  }

  go() {
    this.#since ??= performance.now();
  }

  get seconds() {
    return (this.#milliseconds + (this.#since === null ? 0 : performance.now() - this.#since)) / 1000;
  }
}

/** How long at least one of a stage's operations was under way, and how many there were. */
export class Stopwatch {
  items = 0;
  #active = 0;
  #since = 0;
  #milliseconds = 0;

  /**
   * @template T
   * @param {() => Promise<T>} operation
   * @returns {Promise<T>}
   */
  async time(operation) {
    if (this.#active++ === 0) this.#since = performance.now();
    try {
      return await operation();
    } finally {
      this.items++;
      if (--this.#active === 0) this.#milliseconds += performance.now() - this.#since;
    }
  }

  get stage() {
    const running = this.#active > 0 ? performance.now() - this.#since : 0;
    return { items: this.items, seconds: (this.#milliseconds + running) / 1000 };
  }
}
