/** Whether a file is DICOM, and the facts in its first bytes: equal to those of the core and of pydicom. */

import assert from "node:assert/strict";
import test from "node:test";
import { LOOK_BYTES, recognise } from "../../../worker/dicom/is-dicom.js";
import { peek } from "../../../worker/dicom/peek.js";
import { bytesOf, expected } from "../expected.mjs";

/** Enough for the identifiers of every file here. */
const HEAD_BYTES = 64 * 1024;

test("recognises the files that the core recognises", () => {
  assert.ok(expected.files.length > 50);
  for (const { path, dicom, preamble } of expected.files) {
    const bytes = bytesOf(path);
    const shape = recognise(bytes.subarray(0, LOOK_BYTES), bytes.length);
    assert.equal(shape !== null, dicom, path);
    if (shape) assert.equal(shape.preamble, preamble, path);
  }
  assert.ok(expected.files.some(({ dicom, preamble }) => dicom && !preamble));
  assert.ok(expected.files.some(({ dicom }) => !dicom));
});

test("the second look agrees with the core's on changed and cut heads", () => {
  const verdicts = expected.mutants.map(({ head, size, dicom }) => {
    const found = recognise(new Uint8Array(Buffer.from(head, "base64")), size) !== null;
    assert.equal(found, dicom, head.slice(0, 60));
    return found;
  });
  assert.ok(verdicts.includes(true) && verdicts.includes(false));
});

test("finds the UIDs and the modality that pydicom finds", () => {
  let compared = 0;
  for (const { path, uids } of expected.files) {
    if (!uids) continue;
    const bytes = bytesOf(path);
    const { start } = recognise(bytes.subarray(0, LOOK_BYTES), bytes.length);
    const { sopInstance, modality, study, series } = peek(bytes.subarray(0, HEAD_BYTES), start);
    assert.deepEqual({ sopInstance, modality, study, series }, uids, path);
    compared++;
  }
  assert.ok(compared > 50);
});

test("says that the head was too short, and finds the rest in more of it", () => {
  const { path, uids } = expected.files.find(({ path }) => path.endsWith("CT_small.dcm"));
  const bytes = bytesOf(path);
  const cut = peek(bytes.subarray(0, 600), 132);
  assert.equal(cut.short, true);
  assert.equal(cut.sopInstance, uids.sopInstance);
  assert.equal(peek(bytes, 132).short, false);
  assert.equal(peek(bytes, 132).series, uids.series);
});

test("never throws, whatever the bytes are", () => {
  for (const { path, dicom } of expected.files) {
    if (!dicom) continue;
    const bytes = bytesOf(path).subarray(0, LOOK_BYTES);
    for (let at = 0; at < bytes.length; at += 7) {
      bytes[at] ^= 0xff;
      for (const start of [0, 132, bytes.length]) assert.equal(typeof peek(bytes, start).study, "string");
    }
  }
});
