// @ts-check
/** How fast a run goes, and how long it will still take. */

/** The speed shown is that of the last so many seconds of running: it follows a change, and does not jump. */
const WINDOW_SECONDS = 12;
/** Before this many seconds a guess of the time left would only be noise. */
const GUESS_AFTER_SECONDS = 2;

/** @typedef {{seconds: number, done: number, bytesDone: number}} Sample */

export class Pace {
  /** @type {Sample[]} */
  #samples = [];

  /** @param {Sample} sample */
  add({ seconds, done, bytesDone }) {
    this.#samples.push({ seconds, done, bytesDone });
    while (this.#samples.length > 2 && seconds - this.#samples[1].seconds > WINDOW_SECONDS) this.#samples.shift();
  }

  /** Files and bytes per second. */
  get speed() {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    const seconds = first && last ? last.seconds - first.seconds : 0;
    if (!last || seconds <= 0) return { files: 0, bytes: 0 };
    return { files: (last.done - first.done) / seconds, bytes: (last.bytesDone - first.bytesDone) / seconds };
  }

  /**
   * Seconds left: small files cost by their number, large ones by their bytes, so the slower of the two counts.
   * @param {number} files   still to do
   * @param {number} bytes   still to do
   * @returns {number | null}  null: too early to say
   */
  left(files, bytes) {
    const seconds = this.#samples.at(-1)?.seconds ?? 0;
    const speed = this.speed;
    if (seconds < GUESS_AFTER_SECONDS || speed.files === 0) return null;
    return Math.max(files / speed.files, speed.bytes > 0 ? bytes / speed.bytes : 0);
  }
}
