/** Splices: what is new in an output takes no memory once it is written. */

import assert from "node:assert/strict";
import test from "node:test";
import { releaseNew } from "../../../worker/write/splice.js";

test("new bytes are given back at once; those that are a part of more are left alone", () => {
  const [header, both] = [new Uint8Array(50_000), new Uint8Array(100)];
  releaseNew([{ bytes: header }, { copy: [0, 9] }, { bytes: both.subarray(0, 60) }, { fill: [4, 0] }]);
  assert.equal(header.buffer.byteLength, 0);
  assert.equal(both.length, 100);
});
