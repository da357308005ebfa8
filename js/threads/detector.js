// @ts-check
/**
 * The detector of burned-in text as the page sees it: one worker, started when a frame is first looked at, ended when all
 * are, and replaced when it ends before. A frame that it gave no answer for has a code: it was not looked at.
 *
 * @typedef {import("../../worker/shared/protocol/detection.js").Kind} Kind
 * @typedef {import("../../worker/shared/protocol/detection.js").Shown} Shown
 * @typedef {import("../../worker/shared/protocol/detection.js").Box} Box
 * @typedef {import("../../worker/shared/protocol/detection.js").DetectionApi} DetectionApi
 * @typedef {{worker: Worker, api: import("../../vendor/comlink.mjs").Remote<DetectionApi>, lost: Promise<never>, end: () => void}} Thread
 */
import * as Comlink from "../../worker/shared/comlink.js";
import { CodedError, codeOf } from "../../worker/shared/errors.js";

const WORKER = new URL("../../worker/detector.worker.js", import.meta.url);
/** A frame of 2,000 x 2,500 takes some ten seconds, several times that on a slow machine; what takes longer hangs (milliseconds). */
const FRAME_MILLISECONDS = 180_000;

export class Detector {
  #patience;
  /** @type {Thread | null} */ #thread = null;
  #ended = false;

  /** @param {{patience?: number}} [options]   milliseconds for one frame, and for fetching the models */
  constructor({ patience = FRAME_MILLISECONDS } = {}) {
    this.#patience = patience;
  }

  /** Fetches what it takes. @returns {Promise<{error: string} | null>} DETECTOR_NOT_STARTED */
  async open() {
    const answer = await this.#asked((api) => api.open(), "DETECTOR_NOT_STARTED");
    return "error" in answer ? answer : null;
  }

  /**
   * The places of a frame that may be text. Frames are answered one after the other; send the next when one is.
   * @param {Kind} kind
   * @param {Shown} shown      is transferred
   * @param {boolean} [words]  every box is read, for a comparison with the header
   * @returns {Promise<{boxes: Box[]} | {error: string}>} DETECTOR_NOT_STARTED, or DETECTOR_LOST: it was not looked at
   */
  async boxes(kind, shown, words = false) {
    const given = Comlink.transfer(shown, [shown.bytes.buffer]);
    const answer = await this.#asked((api) => api.boxes(kind, given, words), "DETECTOR_LOST");
    return "error" in answer ? answer : { boxes: answer.value };
  }

  /** Ends the worker, and with it what it held of pictures. */
  close() {
    this.#ended = true;
    this.#end();
  }

  /**
   * @template T
   * @param {(api: Thread["api"]) => Promise<T>} call
   * @param {string} otherwise   the code of an error that has none
   * @returns {Promise<{value: T} | {error: string}>}
   */
  async #asked(call, otherwise) {
    if (this.#ended) return { error: otherwise };
    this.#thread ??= started();
    const thread = this.#thread;
    const timer = setTimeout(() => this.#end(), this.#patience);
    try {
      return { value: await Promise.race([call(thread.api), thread.lost]) };
    } catch (error) {
      if (this.#thread === thread) this.#end();
      return { error: codeOf(error, otherwise) };
    } finally {
      clearTimeout(timer);
    }
  }

  #end() {
    this.#thread?.end();
    this.#thread = null;
  }
}

/** @returns {Thread} */
function started() {
  const worker = new Worker(WORKER, { type: "module" });
  const { promise: lost, reject } = /** @type {PromiseWithResolvers<never>} */ (Promise.withResolvers());
  lost.catch(() => {}); // it may end while nothing is asked
  const end = () => {
    worker.terminate();
    reject(new CodedError("DETECTOR_LOST"));
  };
  worker.addEventListener("error", (event) => {
    event.preventDefault(); // nothing of it on the console
    end();
  });
  return { worker, api: Comlink.wrap(worker), lost, end };
}
