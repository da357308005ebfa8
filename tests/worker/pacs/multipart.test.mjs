/** Multipart answers in pieces of any length: parts whole or not at all, and no end without its closing boundary. */

import assert from "node:assert/strict";
import test from "node:test";
import { boundaryOf, partsOf } from "../../../worker/pacs/multipart.js";

const BOUNDARY = "b-1";
// What looks like a boundary, and its beginning, are content.
const FIRST = "\r\n--b-\r\n--b\r--b-1\n";
const HEAD = `--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`;
const BODY = `preamble${`\r\n${HEAD}`}${FIRST}\r\n--${BOUNDARY} \t\r\nContent-Type: x\r\n\r\n\r\n--${BOUNDARY}--epilogue`;

async function* pieces(text, length) {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
}

async function read(text, length) {
  const parts = [];
  for await (const part of partsOf(pieces(text, length), BOUNDARY)) parts.push(await part.text());
  return parts;
}

test("parts are the same however the bytes come", async () => {
  for (const length of [1, 2, 3, 7, 64, 10_000]) assert.deepEqual(await read(BODY, length), [FIRST, ""], `${length}`);
  assert.deepEqual(await read(BODY.slice("preamble\r\n".length), 5), [FIRST, ""]);
});

test("an answer that is cut off anywhere is refused", async () => {
  const whole = BODY.indexOf("epilogue");
  for (let cut = 0; cut < whole; cut += 3)
    await assert.rejects(
      read(BODY.slice(0, cut), 9),
      ({ code }) => ["PACS_LOST", "PACS_ANSWER"].includes(code),
      `${cut}`,
    );
});

test("a boundary that something else follows, and endless headers, are refused", async () => {
  await assert.rejects(read(`--${BOUNDARY}x\r\n\r\n`, 4), { code: "PACS_ANSWER" });
  await assert.rejects(read(`--${BOUNDARY}\r\n${"a".repeat(10_000)}`, 100), { code: "PACS_ANSWER" });
});

test("the boundary of a Content-Type", () => {
  assert.equal(boundaryOf('multipart/related; type="application/dicom"; boundary=a-b'), "a-b");
  assert.equal(boundaryOf('Multipart/Related;boundary="a b";type="application/dicom"'), "a b");
  for (const none of [null, "", "text/html; boundary=x", "multipart/related"]) assert.equal(boundaryOf(none), "");
});
