// @ts-check
/**
 * Writing into private storage beside the files worker. The calls that write there block their thread for milliseconds
 * each, most of it waiting for another process; in threads of their own they keep nobody from reading.
 */

import { transfer, wrap } from "../vendor/comlink.mjs";
import { CodedError } from "./patience.js";
import { Sink } from "./sink.js";
import { lengthOf } from "./splice.js";

const THREADS = 2;

/**
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 * @typedef {object} Writer   what a writer's thread offers
 * @property {(root: FileSystemDirectoryHandle) => Promise<void>} open   the folder of a run
 * @property {(path: string, parts: Bytes[]) => Promise<number | string>} write   bytes written, or a reason code
 */

class Thread {
  #worker = new Worker(new URL("./writer.worker.js", import.meta.url), { type: "module" });
  writer = /** @type {Writer} */ (/** @type {unknown} */ (wrap(this.#worker)));
  busy = 0;
  dead = false;
  /** @type {PromiseWithResolvers<never>} */ #death = Promise.withResolvers();

  constructor() {
    this.#death.promise.catch(() => {});
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault(); // nothing of it on the console
      this.dead = true;
      this.#death.reject(new CodedError("WRITE_FAILED"));
    });
  }

  /** @param {string} path @param {Bytes[]} parts @returns {Promise<number>} */
  async write(path, parts) {
    this.busy++;
    try {
      const buffers = [...new Set(parts.map(({ buffer }) => buffer))];
      const written = await Promise.race([this.writer.write(path, transfer(parts, buffers)), this.#death.promise]);
      if (typeof written === "string") throw new CodedError(written);
      return written;
    } finally {
      this.busy--;
    }
  }
}

export class Writers {
  #threads = Array.from({ length: THREADS }, () => new Thread());

  /**
   * A sink for a run folder in private storage.
   * @param {FileSystemDirectoryHandle} root
   * @returns {Pick<Sink, "write" | "reachable">}
   */
  sink(root) {
    const own = new Sink(root, true);
    const opened = this.#threads.map((thread) => thread.writer.open(root));
    for (const opening of opened) opening.catch(() => {});
    return {
      reachable: () => own.reachable(),
      write: async (path, segments, source, checkpoint) => {
        const [thread] = this.#threads.filter(({ dead }) => !dead).sort((one, other) => one.busy - other.busy);
        const parts = thread && partsOf(segments, source);
        return parts ? thread.write(path, parts) : own.write(path, segments, source, checkpoint);
      },
    };
  }
}

/**
 * The output's bytes, to be given away; null where they are not in memory.
 * @param {import("./splice.js").Segment[]} segments
 * @param {import("./source.js").Opened} source
 * @returns {Bytes[] | null}
 */
function partsOf(segments, source) {
  if (source.held === 0) return null;
  lengthOf(segments, source.size);
  /** @type {Bytes[]} */
  const parts = [];
  for (const segment of segments) {
    if ("fill" in segment) return null;
    if ("copy" in segment) parts.push(/** @type {Bytes} */ (source.part(...segment.copy)));
    else parts.push(ownBuffer(/** @type {Bytes} */ (segment.bytes)));
  }
  return parts;
}

/** Bytes in a buffer that nobody else has a part of. @param {Bytes} bytes */
function ownBuffer(bytes) {
  return bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice();
}
