// @ts-check
/**
 * Writing into private storage beside the files worker. The calls that write there block their thread for milliseconds
 * each, most of it waiting for another process; in threads of their own they keep nobody from reading.
 */

import { transfer, wrap } from "../shared/comlink.js";
import { CodedError } from "../shared/errors.js";
import { Sink } from "./outputs.js";
import { lengthOf } from "./splice.js";

const THREADS = 2;
/**
 * Outputs after which a thread is replaced: what it has opened keeps some 10 KB of the browser's memory for each, until a
 * collector comes by that nothing in such a thread calls.
 */
const OUTPUTS_LIMIT = 1000;

/**
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 * @typedef {object} Writer   what a writer's thread offers
 * @property {(root: FileSystemDirectoryHandle) => Promise<void>} open   the folder of a run
 * @property {(path: string, parts: Bytes[]) => Promise<{written: number | string, buffers: ArrayBuffer[]}>} write
 *   bytes written, or a reason code; and the parts' buffers, back
 */

class Thread {
  #worker = new Worker(new URL("../writer.worker.js", import.meta.url), { type: "module" });
  #writer = /** @type {Writer} */ (/** @type {unknown} */ (wrap(this.#worker)));
  busy = 0;
  given = 0;
  dead = false;
  /** @type {(() => void) | null} called when it is no longer busy */ #idle = null;
  /** @type {PromiseWithResolvers<never>} */ #death = Promise.withResolvers();

  constructor() {
    this.#death.promise.catch(() => {});
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault(); // nothing of it on the console
      this.dead = true;
      this.#death.reject(new CodedError("WRITE_FAILED"));
    });
  }

  /** @param {FileSystemDirectoryHandle} root */
  open(root) {
    return Promise.race([this.#writer.open(root), this.#death.promise]);
  }

  /**
   * @param {string} path
   * @param {Bytes[]} parts
   * @param {import("../shared/buffers.js").Buffers} buffers   take back what was given away
   * @returns {Promise<number>}
   */
  async write(path, parts, buffers) {
    this.busy++;
    this.given++;
    try {
      const given = transfer(parts, buffersOf(parts));
      const done = await Promise.race([this.#writer.write(path, given), this.#death.promise]);
      for (const buffer of done.buffers) buffers.give(buffer);
      if (typeof done.written === "string") throw new CodedError(done.written);
      return done.written;
    } finally {
      if (--this.busy === 0) this.#idle?.();
    }
  }

  /** Ends the thread when it has written all it was given. */
  async end() {
    if (this.busy > 0) await new Promise((resolve) => (this.#idle = () => resolve(undefined)));
    this.#worker.terminate();
  }
}

export class Writers {
  #threads = Array.from({ length: THREADS }, () => new Thread());
  /** @type {FileSystemDirectoryHandle | null} the folder of the run */ #root = null;
  #limit;

  constructor(limit = OUTPUTS_LIMIT) {
    this.#limit = limit;
  }

  /**
   * A sink for a run folder in private storage.
   * @param {FileSystemDirectoryHandle} root
   * @param {import("../shared/buffers.js").Buffers} buffers
   * @returns {Pick<Sink, "write" | "reachable">}
   */
  sink(root, buffers) {
    const own = new Sink(root, true);
    this.#root = root;
    for (const thread of this.#threads) thread.open(root).catch(() => {});
    return {
      reachable: () => own.reachable(),
      write: async (path, segments, source, checkpoint) => {
        const [thread] = this.#threads.filter(({ dead }) => !dead).sort((one, other) => one.busy - other.busy);
        const parts = thread && partsOf(segments, source);
        if (!parts) return own.write(path, segments, source, checkpoint);
        if (thread.given === this.#limit) this.#replace(thread, root);
        return thread.write(path, parts, buffers);
      },
    };
  }

  /**
   * Another one takes its place as soon as it can; if that does not start, it goes on.
   * @param {Thread} thread
   * @param {FileSystemDirectoryHandle} root
   */
  async #replace(thread, root) {
    const next = new Thread();
    await next.open(root).catch(() => {});
    thread.given = 0;
    // Meanwhile another run can have begun, in another folder.
    if (next.dead || root !== this.#root) return next.end();
    this.#threads[this.#threads.indexOf(thread)] = next;
    return thread.end();
  }
}

/**
 * The output's bytes, to be given away; null where they are not in memory.
 * @param {import("./splice.js").Segment[]} segments
 * @param {import("../pick/sources.js").Opened} source
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
    if ("fill" in segment || "stripes" in segment) return null;
    if ("copy" in segment) parts.push(/** @type {Bytes} */ (source.part(...segment.copy)));
    else parts.push(ownBuffer(/** @type {Bytes} */ (segment.bytes)));
  }
  return parts;
}

/**
 * A header and the pixel data behind it, as one piece: where there is room, the new header takes the old one's place.
 * @param {import("./splice.js").Segment[]} segments
 * @param {import("../pick/sources.js").Opened} source
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
