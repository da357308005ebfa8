// @ts-check
/** What Python workers are started from: the runtime, the snapshot, and what decodes pictures besides. */
import * as runtime from "../worker/runtime.js";
import { Thread } from "./thread.js";

/** @typedef {import("../worker/boot.js").Shared} Shared */

export class Material {
  /** Lines for the log. @type {string[]} */ notes = [];
  /** @type {Shared | null} */ #shared = null;
  /** @type {Promise<boolean>} whether the snapshot is stored for the next visit */ #stored = Promise.resolve(false);
  /** @type {Uint8Array | null} preview.zip, once a picture was asked for */ #preview = null;

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
    this.#stored = Promise.resolve(shared.snapshot !== null);
    if (shared.snapshot || !shared.module) return;
    const maker = new Thread();
    try {
      const begin = performance.now();
      const made = await maker.alive(maker.python.makeSnapshot(shared));
      shared.snapshot = runtime.shareable(made.buffer);
      this.notes.push(`snapshot made in ${Math.round(performance.now() - begin)} ms, ${mib(made.length)}`);
      this.#stored = this.#store(build, made);
    } catch {
      this.notes.push("snapshot could not be made");
    } finally {
      maker.end();
    }
  }

  /** @param {string} build @param {Uint8Array<ArrayBuffer>} snapshot */
  async #store(build, snapshot) {
    try {
      await runtime.storeSnapshot(build, snapshot);
      return true;
    } catch {
      this.notes.push("snapshot not kept: no storage for it");
      return false;
    }
  }

  /** The workers have started: of a snapshot that is stored, none is held in memory any more. It is 19 MB. */
  async started() {
    const shared = this.#there;
    if (await this.#stored) shared.snapshot = null;
  }

  /** What a worker is started from. @returns {Promise<Shared>} */
  async shared() {
    const shared = this.#there;
    if (shared.snapshot || !(await this.#stored)) return shared;
    return { ...shared, snapshot: await runtime.storedSnapshot(shared.manifest.build).catch(() => null) };
  }

  /** The same for one that decodes and paints. Without the snapshot: pydicom looks for numpy once, when it is imported. */
  async withPreview() {
    const shared = this.#there;
    this.#preview ??= await runtime.fetchPreview(shared.manifest);
    return { ...shared, snapshot: null, preview: this.#preview };
  }

  /** The stored snapshot is of no use. */
  forgetSnapshot() {
    this.#stored = Promise.resolve(false);
    runtime.forgetSnapshot(this.#there.manifest.build).catch(() => {});
  }

  get #there() {
    return /** @type {Shared} */ (this.#shared);
  }
}

/** @param {number} bytes */
export function mib(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
