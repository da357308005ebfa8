/** The CRC of ZIP. */

import assert from "node:assert/strict";
import test from "node:test";
import { crc32 } from "../../../worker/zip/crc32.js";

const text = (characters) => new TextEncoder().encode(characters);
const bitwise = (bytes) => {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
};

test("its check value", () => assert.equal(crc32(text("123456789")), 0xcbf43926));

test("of any length, wherever the bytes begin, and in pieces", () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, at) => (at * at * 31 + 7) & 255);
  for (let start = 0; start < 5; start++) {
    for (const length of [0, 1, 3, 15, 16, 17, 250]) {
      const part = bytes.subarray(start, start + length);
      assert.equal(crc32(part), bitwise(part));
    }
  }
  assert.equal(crc32(bytes.subarray(37), crc32(bytes.subarray(0, 37))), bitwise(bytes));
});
