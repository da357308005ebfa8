// @ts-check
/** The bytes of a blob: a range in memory of its own, or a small file in a buffer that is used again. */

import { CodedError } from "./errors.js";
import { CALL_MILLISECONDS, limited, MIB_MILLISECONDS, patiently } from "./timeouts.js";

/**
 * @param {Blob} blob
 * @param {number} start
 * @param {number} end
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function readRange(blob, start, end) {
  try {
    const part = start === 0 && end === blob.size ? blob : blob.slice(start, end); // a slice costs another object
    return new Uint8Array(await patiently(() => part.arrayBuffer(), patienceFor(end - start)));
  } catch {
    throw new CodedError("READ_FAILED");
  }
}

/**
 * The bytes of a small file, in a buffer that may be longer. Throws a CodedError.
 * @param {Blob} blob
 * @param {import("./buffers.js").Buffers} buffers
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function readWhole(blob, buffers) {
  try {
    return await patiently(() => fill(buffers.take(blob.size), blob), patienceFor(blob.size));
  } catch {
    throw new CodedError("READ_FAILED");
  }
}

/**
 * The bytes of several small files, one after the other; the browser reads them as one blob.
 * @param {Blob[]} blobs
 * @param {import("./buffers.js").Buffers} buffers
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>>}
 */
export async function* readTogether(blobs, buffers) {
  const reader = readerOf(new Blob(blobs));
  try {
    for (const { size } of blobs)
      yield await limited(() => filled(buffers.take(size), reader, size), patienceFor(size));
  } finally {
    letGo(reader);
  }
}

/**
 * The chunks of a blob, as the browser hands them out.
 * @param {Blob} blob
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>>}
 */
export async function* chunksOf(blob) {
  const reader = blob.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await limited(() => reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** @param {number} bytes */
const patienceFor = (bytes) => CALL_MILLISECONDS + (bytes / 2 ** 20) * MIB_MILLISECONDS;

/** @type {Set<ReadableStreamBYOBReader>} at work; one that nobody held was collected, and its read never settled */
const readers = new Set();

/** @param {Blob} blob */
function readerOf(blob) {
  const reader = blob.stream().getReader({ mode: "byob" });
  readers.add(reader);
  return reader;
}

/** @param {ReadableStreamBYOBReader} reader */
function letGo(reader) {
  readers.delete(reader);
  reader.cancel().catch(() => {}); // all is read; otherwise the stream waits for a last read
}

/**
 * @param {ArrayBuffer} buffer   is given away, and comes back as that of the bytes
 * @param {Blob} blob
 */
async function fill(buffer, blob) {
  const reader = readerOf(blob);
  try {
    return await filled(buffer, reader, blob.size);
  } finally {
    letGo(reader);
  }
}

/**
 * @param {ArrayBuffer} buffer
 * @param {ReadableStreamBYOBReader} reader
 * @param {number} size
 */
async function filled(buffer, reader, size) {
  let bytes = new Uint8Array(buffer, 0, 0);
  while (bytes.length < size) {
    const rest = new Uint8Array(bytes.buffer, bytes.length, size - bytes.length);
    const { done, value } = await reader.read(rest, /** @type {any} */ ({ min: rest.length }));
    if (done) throw new CodedError("READ_FAILED");
    bytes = new Uint8Array(value.buffer, 0, bytes.length + value.length);
  }
  return bytes;
}
