// @ts-check
/**
 * Networks: the models, fetched and checked, and ONNX Runtime as WebAssembly, on one thread.
 *
 * More threads, or its own worker, it would start from blob: URLs, which the page's policy forbids.
 */
import { release } from "../shared/buffers.js";
import { CodedError } from "../shared/errors.js";

const RUNTIME = new URL("../../vendor/detection/ort.wasm.bundle.min.mjs", import.meta.url).href;
const WASM = new URL("../../vendor/detection/ort-wasm-simd-threaded.wasm", import.meta.url).href;
const MODELS = new URL("../../vendor/detection/", import.meta.url).href;

/** @typedef {Record<string, {bytes: number, sha256: string}>} Pinned   files of the models, as tables/detection.json has them */

/** ONNX Runtime, loaded. */
export async function loadRuntime() {
  const runtime = await import(RUNTIME);
  Object.assign(runtime.env.wasm, { numThreads: 1, proxy: false, wasmPaths: { wasm: WASM } });
  runtime.env.logLevel = "fatal";
  return runtime;
}

/** A file of the models. @param {string} name @param {Pinned} pinned @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function fetchModel(name, pinned) {
  const response = await fetch(`${MODELS}${name}`);
  const bytes = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== pinned[name].sha256) throw new CodedError("DETECTOR_NOT_STARTED");
  return new Uint8Array(bytes);
}

/** Without what "all" adds: that lays out the weights once more, takes a fifth more memory, and makes nothing faster here. */
const LEVEL = "extended";

export class Network {
  #runtime;
  #session;

  /** @param {any} runtime @param {any} session */
  constructor(runtime, session) {
    this.#runtime = runtime;
    this.#session = session;
  }

  /** @param {any} runtime   of loadRuntime @param {Uint8Array} model   is not kept */
  static async of(runtime, model) {
    const session = await runtime.InferenceSession.create(model, {
      executionProviders: ["wasm"],
      graphOptimizationLevel: LEVEL,
    });
    release(model);
    return new Network(runtime, session);
  }

  /**
   * What is made of what the model says of an input, which is not kept.
   * @template T
   * @param {Float32Array} planes
   * @param {number[]} shape
   * @param {(data: Float32Array, shape: number[]) => T} make
   * @returns {Promise<T>}
   */
  async run(planes, shape, make) {
    const { inputNames, outputNames } = this.#session;
    const input = new this.#runtime.Tensor("float32", planes, shape);
    const output = (await this.#session.run({ [inputNames[0]]: input }))[outputNames[0]];
    try {
      return make(output.data, output.dims);
    } finally {
      release(output.data);
    }
  }
}
