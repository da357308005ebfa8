// @ts-check
/**
 * Pictures for the review: frames of the files that were looked at, decoded by a worker that starts with the first one.
 *
 * @typedef {import("../threads/imaging.js").Imaging} Imaging
 * @typedef {import("../../worker/shared/protocol/imaging.js").Facts} Facts
 * @typedef {import("../../worker/shared/protocol/imaging.js").Tuning} Tuning
 */
import { CodedError } from "../../worker/shared/errors.js";

const PANE = 0;
/** @type {Tuning} */
const PLAIN = { gamma: 1, invert: false };

export class ReviewPictures {
  /** It can show all values of a picture in place of the window that its header states. */ everyValue = true;
  #start;
  #fileOf;
  /** @type {Promise<Imaging> | null} */ #imaging = null;
  /** @type {{instance: string, facts: Facts} | null} the one that is open */ #open = null;
  /** @type {Promise<unknown>} one after the other */ #before = Promise.resolve();

  /**
   * @param {() => Promise<Imaging>} start
   * @param {(instance: string) => number | undefined} fileOf   the number of an instance's file in the scan
   */
  constructor(start, fileOf) {
    this.#start = start;
    this.#fileOf = fileOf;
  }

  /**
   * A frame. Rejects with a CodedError.
   * @param {string} _group
   * @param {string} instance   source id
   * @param {number} frame      from 1
   * @param {boolean} [everyValue]
   * @returns {Promise<ImageBitmap>}   to be closed by whoever gets it
   */
  frame(_group, instance, frame, everyValue = false) {
    const made = this.#before.then(() => this.#painted(instance, frame, everyValue));
    this.#before = made.catch(() => {});
    return made;
  }

  /** Ends the worker; the next picture starts another one. */
  close() {
    this.#imaging?.then(
      (imaging) => imaging.close(),
      () => {},
    );
    this.#imaging = null;
    this.#open = null;
  }

  /** @param {string} instance @param {number} frame @param {boolean} everyValue */
  async #painted(instance, frame, everyValue) {
    this.#imaging ??= this.#start();
    this.#imaging.catch(() => (this.#imaging = null)); // tried again the next time
    const imaging = await this.#imaging;
    const facts = await this.#facts(imaging, instance);
    const painted = await imaging.paint(PANE, frame - 1, everyValue ? allOf(facts) : PLAIN);
    if ("error" in painted) throw new CodedError(painted.error);
    return painted.bitmap;
  }

  /** @param {Imaging} imaging @param {string} instance */
  async #facts(imaging, instance) {
    if (this.#open?.instance === instance) return this.#open.facts;
    this.#open = null;
    const index = this.#fileOf(instance);
    if (index === undefined) throw new CodedError("NOT_CHOSEN");
    const facts = await imaging.open(PANE, { index });
    if ("error" in facts) throw new CodedError(facts.error);
    this.#open = { instance, facts };
    return facts;
  }
}

/** All values, from the lowest to the highest, as far as there is such a thing. @param {Facts} facts @returns {Tuning} */
function allOf({ range }) {
  if (!range) return PLAIN;
  const [low, high] = range;
  return { ...PLAIN, window: { center: (low + high) / 2, width: Math.max(high - low, 1), function: "LINEAR_EXACT" } };
}
