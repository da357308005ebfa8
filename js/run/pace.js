// @ts-check
/** How fast a run goes, and how long it will still take. */

/** The speed shown is that of the last so many seconds of running: it follows a change, and does not jump. */
const WINDOW_SECONDS = 12;
/** Before this many seconds a guess of the time left would only be noise. */
const GUESS_AFTER_SECONDS = 3;
/** Steps that the cost of files and bytes is learned from, in seconds. */
const STEP_SECONDS = 1;
/** Factor of a step's weight with each further one: the last minutes count most. */
const FORGET = 0.995;
/** A guess is told anew after so many seconds: figures that flicker are believed by nobody. */
const TELL_SECONDS = 2;

/** @typedef {{seconds: number, done: number, bytesDone: number}} Sample */

export class Pace {
  /** @type {Sample[]} */ #samples = [];
  #cost = new Cost();
  /** @type {Sample} where the last step began */ #step = { seconds: 0, done: 0, bytesDone: 0 };
  /** @type {{at: number, left: number} | null} */ #told = null;

  /** @param {Sample} sample */
  add({ seconds, done, bytesDone }) {
    if (this.#samples.length === 0) this.#step = { seconds, done, bytesDone }; // a resumed run has done some before
    this.#samples.push({ seconds, done, bytesDone });
    while (this.#samples.length > 2 && seconds - this.#samples[1].seconds > WINDOW_SECONDS) this.#samples.shift();
    const took = seconds - this.#step.seconds;
    if (took < STEP_SECONDS || done === this.#step.done) return;
    this.#cost.learn(done - this.#step.done, bytesDone - this.#step.bytesDone, took);
    this.#step = { seconds, done, bytesDone };
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
   * Seconds left.
   * @param {number} files   still to do
   * @param {number} bytes   still to do
   * @returns {number | null}  null: too early to say
   */
  left(files, bytes) {
    const seconds = this.#samples.at(-1)?.seconds ?? 0;
    if (this.#told && seconds - this.#told.at < TELL_SECONDS) return this.#told.left;
    const left = seconds < GUESS_AFTER_SECONDS ? null : this.#cost.of(files, bytes);
    if (left !== null) this.#told = { at: seconds, left };
    return left;
  }
}

/**
 * Cost of a file, and of a byte: seconds = a files + b bytes, by least squares over the steps of the run, made to
 * agree with the time that they took in all. Thousands of slices and some large objects do not deceive it for long.
 */
class Cost {
  #sums = { f: 0, b: 0, t: 0, ff: 0, fb: 0, bb: 0, ft: 0, bt: 0 };

  /** @param {number} f  files @param {number} b  bytes @param {number} t  seconds */
  learn(f, b, t) {
    const step = { f, b, t, ff: f * f, fb: f * b, bb: b * b, ft: f * t, bt: b * t };
    for (const sum of /** @type {(keyof typeof step)[]} */ (Object.keys(step))) {
      this.#sums[sum] = FORGET * this.#sums[sum] + step[sum];
    }
  }

  /** @param {number} files @param {number} bytes @returns {number | null} */
  of(files, bytes) {
    const { f, b, t, ff, fb, bb, ft, bt } = this.#sums;
    if (f === 0) return null;
    const spread = ff * bb - fb * fb;
    // All files alike: it cannot be told which of the two costs, so the one counts of which more is left.
    if (spread < 0.01 * ff * bb) return t * Math.max(files / f, b > 0 ? bytes / b : 0);
    const perFile = Math.max(0, (ft * bb - bt * fb) / spread);
    const perByte = Math.max(0, (bt * ff - ft * fb) / spread);
    return (t * (files * perFile + bytes * perByte)) / (f * perFile + b * perByte);
  }
}
