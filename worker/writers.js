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
 * @property {(path: string, parts: Bytes[]) => Promise<{written: number | string, buffers: ArrayBuffer[]}>} write
 *   bytes written, or a reason code; and the parts' buffers, back
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

  /**
   * @param {string} path
   * @param {Bytes[]} parts
   * @param {import("./buffers.js").Buffers} buffers   take back what was given away
   * @returns {Promise<number>}
   */
  async write(path, parts, buffers) {
    this.busy++;
    try {
      const given = transfer(parts, buffersOf(parts));
      const done = await Promise.race([this.writer.write(path, given), this.#death.promise]);
      for (const buffer of done.buffers) buffers.give(buffer);
      if (typeof done.written === "string") throw new CodedError(done.written);
      return done.written;
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
   * @param {import("./buffers.js").Buffers} buffers
   * @returns {Pick<Sink, "write" | "reachable">}
   */
  sink(root, buffers) {
    const own = new Sink(root, true);
    const opened = this.#threads.map((thread) => thread.writer.open(root));
    for (const opening of opened) opening.catch(() => {});
    return {
      reachable: () => own.reachable(),
      write: async (path, segments, source, checkpoint) => {
        const [thread] = this.#threads.filter(({ dead }) => !dead).sort((one, other) => one.busy - other.busy);
        const parts = thread && partsOf(segments, source);
        return parts ? thread.write(path, parts, buffers) : own.write(path, segments, source, checkpoint);
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
  const joined = joinedIn(segments, source);
  if (joined) return [joined];
  /** @type {Bytes[]} */
  const parts = [];
  for (const segment of segments) {
    if ("fill" in segment) return null;
    if ("copy" in segment) parts.push(/** @type {Bytes} */ (source.part(...segment.copy)));
    else parts.push(ownBuffer(/** @type {Bytes} */ (segment.bytes)));
  }
  return parts;
}

/**
 * A header and the pixel data behind it, as one piece: where there is room, the new header takes the old one's place.
 * @param {import("./splice.js").Segment[]} segments
 * @param {import("./source.js").Opened} source
 * @returns {Bytes | null}
 */
function joinedIn([header, pixels, ...rest], source) {
  if (!header || !pixels || rest.length > 0 || !("bytes" in header) || !("copy" in pixels)) return null;
  const [start, end] = pixels.copy;
  const begin = start - header.bytes.length;
  if (begin < 0) return null;
  const joined = /** @type {Bytes} */ (source.part(begin, end));
  joined.set(header.bytes);
  return joined;
}

/** @param {Bytes[]} parts */
export const buffersOf = (parts) => [...new Set(parts.map(({ buffer }) => buffer))];

/** Bytes in a buffer that nobody else has a part of. @param {Bytes} bytes */
function ownBuffer(bytes) {
  return bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice();
}
