/** Batches: what goes together, and what a PACS is asked to take that takes less. */

import assert from "node:assert/strict";
import test from "node:test";
import { Batches } from "../../../worker/pacs/batches.js";

const MIB = 1024 * 1024;
const files = (...sizes) => sizes.map((size, number) => ({ size, number }));
const numbers = (batch) => batch.map(({ number }) => number);

test("at most 20 files, and 32 MiB unless one is longer", () => {
  const small = new Batches(files(...Array(45).fill(1)));
  assert.deepEqual(
    [small.next().length, small.next().length, small.next().length, small.next().length],
    [20, 20, 5, 0],
  );
  const large = new Batches(files(20 * MIB, 12 * MIB, 1, 300 * MIB, 1));
  assert.deepEqual(
    [numbers(large.next()), numbers(large.next()), numbers(large.next()), numbers(large.next())],
    [[0, 1], [2], [3], [4]],
  );
});

test("what is too large goes again in halves, in the same order, down to one file", () => {
  const batches = new Batches(files(4, 4, 4, 4, 4, 4, 4, 4));
  const seen = [];
  for (let batch = batches.next(); batch.length > 0; batch = batches.next()) {
    if (batch.length > 2 && batches.tooLarge(batch)) continue;
    seen.push(numbers(batch));
  }
  assert.deepEqual(seen, [
    [0, 1],
    [2, 3],
    [4, 5],
    [6, 7],
  ]);
  assert.equal(new Batches([]).tooLarge(files(4)), false);
});
