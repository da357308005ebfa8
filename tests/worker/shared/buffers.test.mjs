/** Buffers that are used again: never shorter than asked for, never one that somebody else has, and not too many kept. */

import assert from "node:assert/strict";
import test from "node:test";
import { Buffers, release } from "../../../worker/shared/buffers.js";

const MIB = 1024 * 1024;

test("there is room for what was asked for, and not much more", () => {
  const buffers = new Buffers();
  for (const bytes of [0, 1, 4096, 4097, 14_000, 529_858, 4 * MIB]) {
    const { byteLength } = buffers.take(bytes);
    assert.ok(byteLength >= bytes && byteLength <= bytes * 1.125 + 4096, `${bytes}: ${byteLength}`);
  }
});

test("one that was given back is the next of its size; one in use is nobody else's", () => {
  const buffers = new Buffers();
  const [one, other] = [buffers.take(529_858), buffers.take(529_840)];
  assert.notEqual(one, other);
  buffers.give(one);
  assert.equal(buffers.take(530_000), one);
  assert.notEqual(buffers.take(530_000), one);
  buffers.give(other);
  assert.notEqual(buffers.take(14_000), other);
});

test("what was given away, or does not come from here, is not taken back", () => {
  const buffers = new Buffers();
  const given = buffers.take(100_000);
  structuredClone(given, { transfer: [given] });
  buffers.give(given);
  const other = new ArrayBuffer(100_001);
  buffers.give(other);
  assert.equal(other.byteLength, 0); // nobody waits for the collector
  assert.ok(buffers.take(100_000).byteLength >= 100_000);
});

test("files of unlike sizes, one after the other, leave one buffer and not one of each size", () => {
  const buffers = new Buffers();
  const used = Array.from({ length: 40 }, (_, number) => {
    const buffer = buffers.take(100_000 + number * 97_000);
    buffers.give(buffer);
    return buffer;
  });
  const last = /** @type {ArrayBuffer} */ (used.at(-1));
  const alive = [...new Set(used)].reduce((sum, { byteLength }) => sum + byteLength, 0);
  assert.equal(alive, last.byteLength);
});

test("no more is kept than 32 MiB", () => {
  const buffers = new Buffers();
  const taken = Array.from({ length: 20 }, () => buffers.take(4 * MIB));
  for (const buffer of taken) buffers.give(buffer);
  const again = Array.from({ length: 20 }, () => buffers.take(4 * MIB));
  assert.equal(again.filter((buffer) => taken.includes(buffer)).length, 8);
});

test("what is released has no memory any more; what others share, or have been given, is left alone", () => {
  const bytes = new Uint8Array(MIB);
  release(bytes.subarray(5));
  release(bytes);
  assert.equal(bytes.length, 0);
  const shared = new Uint8Array(new SharedArrayBuffer(9));
  release(shared);
  assert.equal(shared.length, 9);
});
