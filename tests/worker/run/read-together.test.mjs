/** Files that are read as one: each gets its own bytes, and the failure of one is its own. */

import assert from "node:assert/strict";
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { Opened } from "../../../worker/pick/sources.js";
import { Together } from "../../../worker/run/read-together.js";
import { Stopwatch } from "../../../worker/shared/async.js";
import { Buffers } from "../../../worker/shared/buffers.js";
import { CodedError } from "../../../worker/shared/errors.js";

const MIB = 2 ** 20;

/** Opens all of these blobs at once; what is null cannot be opened. */
function openAll(blobs) {
  const watch = new Stopwatch();
  const open = async (index) => {
    if (!blobs[index]) throw new CodedError("SOURCE_CHANGED");
    return new Opened({ blob: blobs[index] });
  };
  const together = new Together({ open }, new Buffers(), watch);
  const opened = Promise.allSettled(blobs.map((_, index) => together.open(index)));
  return { opened, watch };
}

const filled = (length, byte) => new Uint8Array(length).fill(byte);
const bytesOf = async ({ value }) => new Uint8Array(await value.read(0, value.size));

test("each of many files has its own bytes in memory, in a buffer of its own", async () => {
  const contents = Array.from({ length: 40 }, (_, at) => filled(1000 + 777 * at, at));
  const { opened, watch } = openAll(contents.map((content) => new Blob([content])));
  const results = await opened;
  for (const [at, result] of results.entries()) {
    assert.equal(result.value.held, contents[at].length);
    assert.deepEqual(await bytesOf(result), contents[at]);
  }
  assert.equal(new Set(results.map(({ value }) => value.part(0, 1).buffer)).size, contents.length);
  assert.equal(watch.stage.items, contents.length);
});

test("one that cannot be opened is alone in that, and long ones are read alone or not at all", async () => {
  const blobs = [new Blob([filled(10, 1)]), null, new Blob([filled(3 * MIB, 2)]), new Blob([filled(5 * MIB, 3)])];
  const results = await openAll([...blobs, new Blob([filled(20, 4)])]).opened;
  assert.deepEqual(
    results.map(({ value, reason }) => value?.held ?? reason.code),
    [10, "SOURCE_CHANGED", 3 * MIB, 0, 20],
  );
  assert.deepEqual(await bytesOf(results[2]), filled(3 * MIB, 2));
});

test("one that cannot be read is alone in that", async () => {
  const folder = mkdtempSync(join(tmpdir(), "together-"));
  try {
    const paths = [1, 2, 3, 4, 5, 6].map((byte) => join(folder, `${byte}`));
    for (const [at, path] of paths.entries()) writeFileSync(path, filled(5000, at));
    const blobs = await Promise.all(paths.map((path) => openAsBlob(path)));
    writeFileSync(paths[3], filled(100, 9)); // changed since it was opened
    const results = await openAll([new Blob([filled(1, 0)]), ...blobs]).opened;
    const codes = results.map(({ status, reason }) => (status === "fulfilled" ? "" : reason.code));
    assert.deepEqual(codes, ["", "", "", "", "READ_FAILED", "", ""]);
    for (const at of [1, 2, 3, 5, 6]) assert.deepEqual(await bytesOf(results[at]), filled(5000, at - 1));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
