/** The end of encapsulated pixel data: where pydicom finds it, and by how few bytes. */

import assert from "node:assert/strict";
import test from "node:test";
import { walkFragments } from "../../../worker/dicom/fragments.js";
import { bytesOf, expected } from "../expected.mjs";

const reader = (bytes) => async (start, end) => bytes.slice(start, end);

test("ends where pydicom's reading ends, and finds beside the pictures what the core finds", async () => {
  assert.ok(expected.encapsulated.length > 20);
  for (const { path, ...wanted } of expected.encapsulated) {
    const bytes = bytesOf(path);
    const found = await walkFragments(reader(bytes), wanted.start, bytes.length);
    assert.deepEqual(found, { ...wanted, complete: true }, path);
  }
});

test("frames that hide something or go astray are told as the core tells them", async () => {
  assert.ok(expected.codestreams.length > 300);
  for (const { whole, ...wanted } of expected.codestreams) {
    const bytes = new Uint8Array(Buffer.from(whole, "base64"));
    const found = await walkFragments(reader(bytes), 0, bytes.length);
    assert.deepEqual(found, { ...wanted, complete: true }, whole);
  }
});

test("a file that is cut is not complete, wherever it is cut", async () => {
  const { path, start, end } = expected.encapsulated[0];
  const bytes = bytesOf(path);
  for (const size of [start, start + 4, start + 8, end - 9, end - 8, end - 1]) {
    const found = await walkFragments(reader(bytes.slice(0, size)), start, size);
    assert.equal(found.complete, false);
    assert.ok(found.end <= size);
  }
});

test("reads headers, and of fragments no more than shows that they are no codestreams", async () => {
  const length = 8 * 1024 * 1024;
  const header = (element, bytes) => [0xfe, 0xff, element, 0xe0, ...new Uint8Array(Uint32Array.of(bytes).buffer)];
  const whole = new Uint8Array(8 + 3 * (length + 8) + 8);
  whole.set(header(0x00, 0), 0);
  for (let i = 0; i < 3; i++) whole.set([...header(0x00, length), 1, 2, 3], 8 + i * (length + 8));
  whole.set(header(0xdd, 0), whole.length - 8);
  let read = 0;
  const found = await walkFragments(
    async (start, end) => {
      read += end - start;
      return whole.slice(start, end);
    },
    0,
    whole.length,
  );
  assert.deepEqual(found, { start: 0, end: whole.length, count: 4, complete: true, asides: [], images: 0 });
  assert.ok(read < 2 * 1024 * 1024);
});
