// @ts-check
/** Material that Python workers are started from: the runtime, the snapshot, the decoders of pictures, the checks of numbers. */
import { release } from "../../worker/shared/buffers.js";
import { CodedError } from "../../worker/shared/errors.js";
import * as runtime from "../../worker/shared/runtime.js";
import { Thread } from "./thread.js";

/**
 * @typedef {import("../../worker/shared/protocol/python.js").Shared} Shared
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 */

/** The option under which numbers in free text are checked. */
const CHECKING = "clean-descriptors";

export class Material {
  /** Lines for the log. @type {string[]} */ notes = [];
  /** @type {Shared | null} */ #shared = null;
  /** Whether storage has the snapshot. */ #isStored = false;
  /** @type {Promise<Uint8Array | null> | null} the snapshot, while it is read again */ #reading = null;
  /** @type {Uint8Array | null} preview.zip, once a picture was asked for */ #preview = null;
  /** @type {Uint8Array | null} numbers.zip, once a policy asked for it */ #numbers = null;

  /** @param {boolean} snapshot   whether to start from one */
  constructor(snapshot) {
    /** Settled when all is there. */
    this.ready = this.#fetch(snapshot);
    this.ready.catch(() => {}); // heard of by whoever waits for it
  }

  /** @param {boolean} snapshot */
  async #fetch(snapshot) {
    this.#shared = await runtime.fetchRuntime();
    if (snapshot) await this.#findSnapshot(this.#shared);
  }

  /** The stored snapshot, or a new one made by a worker that is then ended. @param {Shared} shared */
  async #findSnapshot(shared) {
    const { build } = shared.manifest;
    shared.snapshot = await runtime.storedSnapshot(build).catch(() => null);
    this.#isStored = shared.snapshot !== null;
    if (shared.snapshot || !shared.module) return;
    const maker = new Thread();
    try {
      const begin = performance.now();
      const made = await maker.alive(maker.python.makeSnapshot(shared));
      shared.snapshot = runtime.shareable(made.buffer);
      this.notes.push(`snapshot made in ${Math.round(performance.now() - begin)} ms, ${mib(made.length)}`);
      this.#store(build, made);
    } catch {
      this.notes.push("snapshot could not be made");
    } finally {
      maker.end();
    }
  }

  /** @param {string} build @param {Uint8Array<ArrayBuffer>} made */
  async #store(build, made) {
    try {
      await runtime.storeSnapshot(build, made);
      this.#isStored = true;
    } catch {
      this.notes.push("snapshot not kept: no storage for it");
    } finally {
      if (this.shared.snapshot?.buffer !== made.buffer) release(made);
    }
  }

  /** The parts that a worker is started from. */
  async whole() {
    const { shared } = this;
    if (!this.#isStored || shared.snapshot) return shared;
    this.#reading ??= runtime.storedSnapshot(shared.manifest.build).catch(() => null);
    shared.snapshot = await this.#reading;
    this.#reading = null;
    return shared;
  }

  /** Lets go of the snapshot until a worker is started from it, where storage has it. */
  release() {
    if (this.#isStored) this.shared.snapshot = null;
  }

  /** As they are: perhaps without the snapshot. @returns {Shared} */
  get shared() {
    return /** @type {Shared} */ (this.#shared);
  }

  /** The same for one that decodes and paints. Without the snapshot: pydicom looks for numpy once, when it is imported. */
  async withPreview() {
    try {
      this.#preview ??= await runtime.fetchPreview(this.shared.manifest);
    } catch {
      throw new CodedError("PAGE_INCOMPLETE");
    }
    return { ...this.shared, snapshot: null, preview: this.#preview };
  }

  /**
   * The packages that check numbers; null for a policy that needs none. They are fetched once, so that a worker in the place of
   * another has them when the network is gone.
   * @param {Policy} policy
   */
  async numbersFor(policy) {
    if (!policy.options.includes(CHECKING)) return null;
    try {
      this.#numbers ??= await runtime.fetchNumbers(this.shared.manifest);
    } catch {
      throw new CodedError("PAGE_INCOMPLETE");
    }
    return this.#numbers;
  }

  /** The stored snapshot is of no use. */
  forgetSnapshot() {
    this.#isStored = false;
    runtime.forgetSnapshot(this.shared.manifest.build).catch(() => {});
  }
}

/** @param {number} bytes */
export function mib(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
