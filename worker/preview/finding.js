// @ts-check
/**
 * Calls of the Python worker that looks for text in the pictures of files that it was lent.
 *
 * Nothing that Python throws leaves this module: an error's text can hold an identifier.
 *
 * @typedef {import("../shared/protocol/finding.js").FindingApi} FindingApi
 */
import * as Comlink from "../shared/comlink.js";
import { callPython, refuse } from "../shared/errors.js";
import { readerOf } from "./imaging.js";

/** Each is a message to the page. */
const SMALLEST_STEP = 0.01;

/** @implements {FindingApi} */
export class Finding {
  #finding;
  #heap;

  /**
   * @param {any} finding          Finding of dicom_deid.browser.finding
   * @param {() => number} heap    bytes of WebAssembly memory
   */
  constructor(finding, heap) {
    this.#finding = finding;
    this.#heap = heap;
  }

  /** @type {FindingApi["bring"]} */
  async bring(file, tell) {
    return this.#seen(this.#call(() => this.#finding.bring(file.size, readerOf(file), inSteps(tell))));
  }

  /** @type {FindingApi["open"]} */
  async open(file, sourceId) {
    return this.#seen(this.#call(() => this.#finding.open(file.size, readerOf(file), sourceId)));
  }

  /** @type {FindingApi["next"]} */
  async next(found) {
    const step = this.#call(() => this.#finding.next(found ?? undefined)); // null is not None
    return Comlink.transfer(this.#seen(step), "bytes" in step ? [step.bytes.buffer] : []);
  }

  /** @type {FindingApi["gather"]} */
  async gather(sightings) {
    return callPython(
      () => this.#finding.gather(sightings),
      () => refuse("INTERNAL_ERROR"),
    );
  }

  /**
   * @template T
   * @param {T} answer
   */
  #seen(answer) {
    return { heap: this.#heap(), answer };
  }

  /** @param {() => any} run */
  #call(run) {
    return callPython(run, () => ({ error: "INTERNAL_ERROR" }));
  }
}

/** Tells only of what has grown by a step since. @param {(share: number) => void} tell */
function inSteps(tell) {
  let told = 0;
  return (/** @type {number} */ share) => {
    if (share - told < SMALLEST_STEP) return;
    told = share;
    tell(share);
  };
}
