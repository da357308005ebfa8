// @ts-check
/** A writer's thread: writes outputs whose bytes are in memory into private storage. It offers Writer of write/writer-threads.js. */

import { Opened } from "./pick/sources.js";
import { expose, transfer } from "./shared/comlink.js";
import { codeOf } from "./shared/errors.js";
import { Sink } from "./write/outputs.js";
import { buffersOf } from "./write/writer-threads.js";

/** @typedef {import("./write/writer-threads.js").Writer} Writer */

/** @implements {Writer} */
class WriterThread {
  /** @type {Sink | null} */ #sink = null;
  #source = new Opened({ blob: new Blob() });

  /** @type {Writer["open"]} */
  async open(root) {
    this.#sink = new Sink(root, true);
  }

  /** @type {Writer["write"]} */
  async write(path, parts) {
    const buffers = buffersOf(parts);
    return transfer({ written: await this.#written(path, parts), buffers }, buffers);
  }

  /** @param {string} path @param {Uint8Array<ArrayBuffer>[]} parts */
  async #written(path, parts) {
    try {
      const segments = parts.map((bytes) => ({ bytes }));
      return (await this.#sink?.write(path, segments, this.#source, async () => {})) ?? "WRITE_FAILED";
    } catch (error) {
      return codeOf(error, "WRITE_FAILED");
    }
  }
}

expose(new WriterThread());
