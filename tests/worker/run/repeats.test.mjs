// Files that repeat a SOP Instance UID: copies, byte by byte, and others.

import assert from "node:assert/strict";
import test from "node:test";
import { Repeats } from "../../../worker/run/repeats.js";

const LONG = 3 * 1024 * 1024 + 5;

/** @param {Uint8Array} bytes */
const opened = (bytes) => ({
  size: bytes.length,
  read: async (start, end) => bytes.slice(start, end),
  release: async () => {},
});

/** A long text with one byte changed. @param {number} [at] */
function long(at) {
  const bytes = new Uint8Array(LONG).fill(7);
  if (at !== undefined) bytes[at] = 8;
  return bytes;
}

/** Sources of which the first has these bytes, and the second repeats it. @param {Uint8Array | null} first */
const sources = (first) => ({
  sizes: [first?.length ?? LONG, LONG],
  firsts: new Map([[1, 0]]),
  open: async () => (first ? opened(first) : Promise.reject(new Error("gone"))),
  reachable: async () => true,
});

for (const [what, first, copy] of [
  ["the same bytes", long(), true],
  ["another first byte", long(0), false],
  ["another last byte", long(LONG - 1), false],
  ["a byte in the middle", long(1024 * 1024), false],
  ["fewer bytes", long().subarray(1), false],
  ["none that can be read", null, false],
]) {
  test(`a file of which the first one has ${what} is ${copy ? "a copy" : "no copy"}`, async () => {
    assert.equal(await new Repeats(sources(first), async () => {}).isCopy(1, opened(long())), copy);
  });
}

test("a file whose first one is not known is no copy", async () => {
  assert.equal(await new Repeats(sources(long()), async () => {}).isCopy(2, opened(long())), false);
});

test("while none of the files can be read, nothing is said of a copy: the run waits", async () => {
  const lost = { ...sources(null), reachable: async () => false };
  await assert.rejects(new Repeats(lost, async () => {}).isCopy(1, opened(long())), { code: "SOURCE_LOST" });
});

test("a first file that was away for a moment is read again", async () => {
  let away = true;
  const back = { ...sources(long()) };
  const { open } = back;
  back.open = async () => {
    if (!away) return open();
    away = false;
    throw new Error("gone");
  };
  assert.equal(await new Repeats(back, async () => {}).isCopy(1, opened(long())), true);
});
