/** The sample data: files that the page's own scan takes for DICOM, of one study, and of the size that they say. */

import assert from "node:assert/strict";
import test from "node:test";
import { dicomFile } from "../../../js/help/dicom-file.js";
import { SCREEN, samples } from "../../../js/help/samples.js";
import { LOOK_BYTES, recognise } from "../../../worker/dicom/is-dicom.js";
import { peek } from "../../../worker/dicom/peek.js";

const made = await Promise.all(
  samples(new Uint8Array(SCREEN.columns * SCREEN.rows)).map(async (file) => ({
    name: file.name,
    bytes: new Uint8Array(await file.arrayBuffer()),
  })),
);

test("the scan takes each for DICOM, and all for two series of one study", () => {
  const facts = made.map(({ bytes }) => {
    const { start, preamble } = recognise(bytes.subarray(0, LOOK_BYTES), bytes.length);
    return { preamble, ...peek(bytes, start) };
  });
  const distinct = (field) => new Set(facts.map((found) => found[field])).size;
  assert.deepEqual(["preamble", "study", "series", "sopInstance"].map(distinct), [1, 1, 2, made.length]);
  assert.deepEqual(new Set(facts.map(({ modality }) => modality)), new Set(["CT", "OT"]));
});

test("they are the same each time, so that pseudonyms of the same key are, too", async () => {
  const [again] = samples(new Uint8Array(SCREEN.columns * SCREEN.rows));
  assert.deepEqual(new Uint8Array(await again.arrayBuffer()), made[0].bytes);
});

test("every value has an even length, and elements stand in their order", () => {
  const bytes = dicomFile("1.2.3", "1.2.3.4", [
    [0x00100020, "LO", "odd"],
    [0x00080060, "CS", "CT"],
  ]);
  const text = new TextDecoder("latin1").decode(bytes);
  assert.equal(bytes.length % 2, 0);
  assert.ok(text.includes("odd ") && text.indexOf("CT") < text.indexOf("odd"));
});
