// @ts-check
/**
 * What the detector's thread offers the page: it fetches each model when it is first asked for, and answers one picture
 * at a time.
 *
 * @typedef {import("../shared/protocol/detection.js").DetectionApi} DetectionApi
 * @typedef {import("../shared/protocol/detection.js").Kind} Kind
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
  /** @type {ReturnType<typeof begun> | null} */ #begun = null;
  /** @type {Map<Kind, Promise<Detector>>} */ #detectors = new Map();
  /** @type {Promise<unknown>} */ #before = Promise.resolve();

  /** @type {DetectionApi["open"]} */
  async open(kind) {
    await this.#detector(kind);
  }

  /** @type {DetectionApi["boxes"]} */
  boxes(kind, shown, words) {
    const answer = this.#before.then(async () => {
      const detector = await this.#detector(kind);
      try {
        return await boxesOf(detector, shown, words);
      } catch {
        throw new CodedError("DETECTOR_LOST"); // an empty list would say that the picture was looked at
      }
    });
    this.#before = answer.catch(() => {});
    return answer;
  }

  /** @param {Kind} kind */
  async #detector(kind) {
    let detector = this.#detectors.get(kind);
    if (!detector) {
      detector = this.#made(kind);
      this.#detectors.set(kind, detector);
    }
    try {
      return await detector;
    } catch {
      this.#detectors.delete(kind);
      this.#begun = null; // fetched again the next time
      throw new CodedError("DETECTOR_NOT_STARTED");
    }
  }

  /** @param {Kind} kind */
  async #made(kind) {
    this.#begun ??= begun();
    const { numbers, runtime, reader } = await this.#begun;
    const search = numbers.kinds[kind];
    const network = await Network.of(runtime, await fetchModel(`detector-${search.model}.onnx`, numbers.files));
    return new Detector(search, network, reader, numbers);
  }
}

/** @param {Detector} detector @param {import("../shared/protocol/detection.js").Shown} shown   is not kept @param {boolean} words */
async function boxesOf(detector, shown, words) {
  const picture = blueFirst(shown);
  release(shown.bytes);
  const boxes = await detector.boxes(picture, words);
  release(picture.bytes);
  return boxes;
}

/** What the detectors of all kinds share. */
async function begun() {
  const [numbers, runtime] = await Promise.all([fetchNumbers(), loadRuntime()]);
  const [model, known] = await Promise.all(
    ["reader.onnx", "characters.txt"].map((name) => fetchModel(name, numbers.files)),
  );
  const characters = new TextDecoder()
    .decode(known)
    .replace(/\r?\n$/, "")
    .split(/\r?\n/);
  return { numbers, runtime, reader: new Reader(await Network.of(runtime, model), characters, numbers.reading) };
}
