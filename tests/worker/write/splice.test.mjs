/** Splices: the bytes that their segments stand for. */

import assert from "node:assert/strict";
import test from "node:test";
import { lengthOf, piecesOf } from "../../../worker/write/splice.js";

const bytes = Uint8Array.from({ length: 60 }, (_, at) => at + 100);
const sources = {
  "in memory": { size: 60, held: 60, part: (start, end) => bytes.slice(start, end) },
  "in a file": { size: 60, held: 0, part: (start, end) => new Blob([bytes.slice(start, end)]) },
};

async function joined(segments, source) {
  const parts = [];
  for await (const piece of piecesOf(segments, source, async () => {})) parts.push(piece);
  return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
}

for (const [where, source] of Object.entries(sources)) {
  test(`stripes lie over rows of a source ${where}, all between stays`, async () => {
    const stripes = {
      stripes: [12, 12 + 2 * 10 + 8, 10, 3],
      laid: [
        [0, 2, 1],
        [5, 1, 7, 8, 9],
      ],
    };
    const expected = [...bytes.slice(0, 40)];
    for (const row of [12, 22, 32]) {
      expected.splice(row, 2, 1, 1);
      expected.splice(row + 5, 3, 7, 8, 9);
    }
    const segments = [{ copy: [0, 12] }, stripes, { fill: [3, 250] }];
    assert.equal(lengthOf(segments, 60), 43);
    assert.deepEqual(await joined(segments, source), [...expected, 250, 250, 250]);
    assert.equal(bytes[12], 112);
  });
}

test("stripes beyond the end of the source are not written", () => {
  const stripes = { stripes: [50, 61, 10, 2], laid: [[0, 1, 0]] };
  assert.throws(() => lengthOf([stripes], 60));
});
