/** The ZIP that is handed out, read again by the reader of those that come in. */

import assert from "node:assert/strict";
import test from "node:test";
import { writeArchive } from "../../worker/archive.js";
import { listArchive } from "../../worker/entry.js";

/** A temporary file in memory. */
class Target {
  #parts = [];
  size = 0;

  append(bytes) {
    this.#parts.push(bytes.slice()); // as a file: what is in them is another file's next
    this.size += bytes.length;
  }

  get file() {
    return new File(this.#parts, "results.zip");
  }
}

const content = (number) => new TextEncoder().encode(`heron ${number}`);

async function written(count) {
  const target = new Target();
  const files = Array.from({ length: count }, (_, number) => ({
    path: `out/${number}.dcm`,
    handle: { getFile: async () => new File([content(number)], "") },
  }));
  let told = 0;
  await writeArchive(
    (async function* () {
      yield* files;
    })(),
    target,
    () => told++,
  );
  assert.equal(told, count);
  return listArchive(target.file, null);
}

test("its entries come back, in their order, whole", async () => {
  const entries = await written(20);
  assert.deepEqual(
    entries.map(({ path }) => path),
    Array.from({ length: 20 }, (_, number) => `out/${number}.dcm`),
  );
  for (const [number, { origin }] of entries.entries()) {
    const { blob, whole } = await origin.extract();
    assert.deepEqual(whole ?? new Uint8Array(await blob.arrayBuffer()), content(number));
  }
});

test("more entries than 16 bits can count", async () => {
  const entries = await written(65_536);
  assert.equal(entries.length, 65_536);
  assert.equal(entries.at(-1).path, "out/65535.dcm");
});

test("of no files, an empty one", async () => assert.deepEqual(await written(0), []));
