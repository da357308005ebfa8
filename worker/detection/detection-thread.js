// @ts-check
/**
 * What the detector's thread offers the page: it fetches the models when it is first asked, and answers one picture at
 * a time.
 *
 * @typedef {import("../shared/protocol/detection.js").DetectionApi} DetectionApi
 */
import { release } from "../shared/buffers.js";
import { CodedError } from "../shared/errors.js";
import { Detector } from "./detector.js";
import { fetchModel, loadRuntime, Network } from "./networks.js";
import { fetchNumbers } from "./numbers.js";
import { Reader } from "./reader.js";
import { blueFirst } from "./sizes.js";

/** @implements {DetectionApi} */
export class DetectionThread {
  /** @type {Promise<Detector> | null} */ #made = null;
  /** @type {Promise<unknown>} */ #before = Promise.resolve();

  /** @type {DetectionApi["open"]} */
  async open() {
    await this.#detector();
  }

  /** @type {DetectionApi["boxes"]} */
  boxes(kind, shown, words) {
    const answer = this.#before.then(async () => {
      const detector = await this.#detector();
      try {
        return await boxesOf(detector, kind, shown, words);
      } catch {
        throw new CodedError("DETECTOR_LOST"); // an empty list would say that the picture was looked at
      }
    });
    this.#before = answer.catch(() => {});
    return answer;
  }

  async #detector() {
    this.#made ??= made();
    try {
      return await this.#made;
    } catch {
      this.#made = null; // fetched again the next time
      throw new CodedError("DETECTOR_NOT_STARTED");
    }
  }
}

/**
 * @param {Detector} detector
 * @param {import("../shared/protocol/detection.js").Kind} kind
 * @param {import("../shared/protocol/detection.js").Shown} shown   is not kept
 * @param {boolean} words
 */
async function boxesOf(detector, kind, shown, words) {
  const picture = blueFirst(shown);
  release(shown.bytes);
  const boxes = await detector.boxes(picture, kind, words);
  release(picture.bytes);
  return boxes;
}

async function made() {
  const [numbers, runtime] = await Promise.all([fetchNumbers(), loadRuntime()]);
  const [finding, reading, known] = await Promise.all(
    ["detector.onnx", "reader.onnx", "characters.txt"].map((name) => fetchModel(name, numbers.files)),
  );
  const characters = new TextDecoder()
    .decode(known)
    .replace(/\r?\n$/, "")
    .split(/\r?\n/);
  const reader = new Reader(await Network.of(runtime, reading), characters, numbers.reading);
  return new Detector(await Network.of(runtime, finding), reader, numbers);
}
