// @ts-check
/** Splices: their length, and their bytes piece by piece; of a large source one piece at a time is in memory. */

import { release } from "../shared/buffers.js";
import { CodedError } from "../shared/errors.js";

/** Most bytes of a piece that is in memory. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Most bytes of a piece of a large source. Between two pieces a run can be paused and cancelled: at 50 MB/s within a second. */
const SLICE_BYTES = 32 * 1024 * 1024;

/**
 * @typedef {import("../shared/protocol/tasks.js").Segment} Segment
 * @typedef {Uint8Array<ArrayBuffer> | Blob} Piece
 * @typedef {() => Promise<void>} Checkpoint   waits while the run is paused, throws when it is over
 */

/**
 * The sum of the segments, each checked against the source.
 * @param {Segment[]} segments
 * @param {number} size
 */
export function lengthOf(segments, size) {
  let sum = 0;
  for (const segment of segments) {
    if ("bytes" in segment) sum += segment.bytes.length;
    else if ("fill" in segment) sum += segment.fill[0];
    else {
      const [start, end] = "copy" in segment ? segment.copy : segment.stripes;
      if (!(0 <= start && start <= end && end <= size)) throw new CodedError("WRITE_FAILED");
      sum += end - start;
    }
  }
  return sum;
}

/**
 * The end of the header in the source: where the last copied bytes begin. Those before are bulk values within it.
 * @param {Segment[]} segments
 * @param {number} size
 */
export function headerEnd(segments, size) {
  const last = segments.findLast((segment) => "copy" in segment);
  return last && "copy" in last ? last.copy[0] : size;
}

/** Gives back the memory of new bytes that are written, unless others have a part of it. @param {Segment[]} segments */
export function releaseNew(segments) {
  for (const segment of segments)
    if ("bytes" in segment && segment.bytes.length === segment.bytes.buffer.byteLength) release(segment.bytes);
}

/**
 * The output's bytes in pieces; those of a large source are slices that are not in memory yet.
 * @param {Segment[]} segments
 * @param {import("../pick/sources.js").Opened} source
 * @param {Checkpoint} checkpoint
 * @returns {AsyncGenerator<Piece>}
 */
export async function* piecesOf(segments, source, checkpoint) {
  let since = 0;
  for (const segment of segments) {
    if ("stripes" in segment) {
      yield* striped(segment, source, checkpoint);
      continue;
    }
    const [start, end] =
      "copy" in segment ? segment.copy : [0, "bytes" in segment ? segment.bytes.length : segment.fill[0]];
    const most = "copy" in segment && source.held === 0 ? SLICE_BYTES : CHUNK_BYTES;
    for (let at = start; at < end; at += most) {
      const to = Math.min(at + most, end);
      // A small file is finished once begun: only long copies stop halfway.
      if (since >= CHUNK_BYTES) await checkpoint();
      since += to - at;
      if ("copy" in segment) yield source.part(at, to);
      else if ("fill" in segment) yield new Uint8Array(to - at).fill(segment.fill[1]);
      else yield/** @type {Uint8Array<ArrayBuffer>} */ (segment.bytes.subarray(at, to));
    }
  }
}

/**
 * The bytes of stripes, as many rows at a time as are in memory at once.
 * @param {import("../shared/protocol/tasks.js").Stripes} segment
 * @param {import("../pick/sources.js").Opened} source
 * @param {Checkpoint} checkpoint
 * @returns {AsyncGenerator<Piece>}
 */
async function* striped({ stripes: [start, end, step], laid }, source, checkpoint) {
  const patterns = laid.map(([offset, count, ...unit]) => {
    const pattern = new Uint8Array(count * unit.length);
    for (let at = 0; at < pattern.length; at += unit.length) pattern.set(unit, at);
    return { offset, pattern };
  });
  const most = Math.max(1, Math.floor(CHUNK_BYTES / step)) * step;
  for (let at = start; at < end; at += most) {
    if (at > start) await checkpoint();
    const part = await new Blob([source.part(at, Math.min(at + most, end))]).arrayBuffer();
    const bytes = new Uint8Array(part);
    for (const { offset, pattern } of patterns)
      for (let to = offset; to < bytes.length; to += step) bytes.set(pattern, to);
    yield bytes;
  }
}

/**
 * Fewer and larger pieces: each write is a message to another process.
 * @param {AsyncIterable<Piece>} pieces
 */
export async function* gathered(pieces) {
  /** @type {Piece[]} */
  let parts = [];
  let bytes = 0;
  for await (const piece of pieces) {
    parts.push(piece);
    bytes += piece instanceof Blob ? piece.size : piece.length;
    if (bytes < CHUNK_BYTES) continue;
    yield new Blob(parts);
    parts = [];
    bytes = 0;
  }
  if (parts.length > 0) yield new Blob(parts);
}
