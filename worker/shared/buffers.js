// @ts-check
/**
 * Buffers that are used again, for one file after another.
 *
 * A new buffer for each file costs a page fault for every 4 KiB, and what waits for the garbage collector is hundreds of
 * megabytes. A buffer that is not given back is lost to nobody: the collector has it. `release` does not wait for it.
 */

/** The shortest buffer, in bytes: a page of memory. */
const LEAST_BYTES = 4096;
/** Lengths are rounded up to the next of so many steps to the double, so that files of about the same size share theirs. */
const STEPS = 8;
/** Bytes of free buffers that are kept at most. */
const KEPT_BYTES = 32 * 1024 * 1024;

export class Buffers {
  /** @type {ArrayBuffer[]} the one given back last is used first: it is in the processor's cache */
  #free = [];
  #bytes = 0;

  /** A buffer with room for so many bytes; what is in it is left over from before. @param {number} bytes */
  take(bytes) {
    const length = lengthFor(bytes);
    const at = this.#free.findLastIndex(({ byteLength }) => byteLength === length);
    if (at < 0) return this.#make(length);
    this.#bytes -= length;
    return this.#free.splice(at, 1)[0];
  }

  /** A new one takes the place of those that nobody has asked for longest: files that differ would leave one of each length. @param {number} length */
  #make(length) {
    this.#keep(this.#bytes - length);
    return new ArrayBuffer(length);
  }

  /** Takes one back that nobody looks at any more. @param {ArrayBuffer} buffer */
  give(buffer) {
    if (buffer.byteLength === 0) return; // given away
    if (buffer.byteLength !== lengthFor(buffer.byteLength)) return release(new Uint8Array(buffer)); // not from here
    this.#free.push(buffer);
    this.#bytes += buffer.byteLength;
    this.#keep(KEPT_BYTES);
  }

  /** Gives back the memory of all but so many bytes. @param {number} bytes */
  #keep(bytes) {
    while (this.#free.length > 0 && this.#bytes > bytes) {
      const oldest = /** @type {ArrayBuffer} */ (this.#free.shift());
      this.#bytes -= oldest.byteLength;
      release(new Uint8Array(oldest));
    }
  }
}

/** A port whose other end is closed: what is sent there is freed. */
const NOBODY = (() => {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return port1;
})();

/**
 * Gives the memory of a buffer back at once: nobody looks at it any more. `ArrayBuffer.prototype.transfer` does not, of
 * what the browser has read, hashed or sent: it holds on to that until its own collector comes.
 * @param {ArrayBufferView} view
 */
export function release({ buffer }) {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > 0) NOBODY.postMessage(null, [buffer]);
}

/** @param {number} bytes */
function lengthFor(bytes) {
  const step = Math.max(LEAST_BYTES, 2 ** Math.floor(Math.log2(Math.max(bytes, 1))) / STEPS);
  return Math.max(1, Math.ceil(bytes / step)) * step;
}
