/** The ZIP that is handed out, read again by the reader of those that come in. */

import assert from "node:assert/strict";
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { listArchive } from "../../../worker/zip/entry.js";
import { writeArchive } from "../../../worker/zip/write.js";
import { Target } from "./target.mjs";

const MIB = 2 ** 20;

const content = (number) => new TextEncoder().encode(`heron ${number}`);
const contents = (count) => Array.from({ length: count }, (_, number) => new File([content(number)], ""));

/** The entries of an archive of these files. */
async function archived(files) {
  const target = new Target();
  let told = 0;
  await writeArchive(
    (async function* () {
      for (const [number, file] of files.entries())
        yield { path: `out/${number}.dcm`, handle: { getFile: async () => file } };
    })(),
    target,
    () => told++,
  );
  assert.equal(told, files.length);
  return listArchive(target.file, null);
}

async function bytesOf({ origin }) {
  const { blob, whole } = await origin.extract();
  return whole ?? new Uint8Array(await blob.arrayBuffer());
}

test("its entries come back, in their order, whole", async () => {
  const entries = await archived(contents(20));
  assert.deepEqual(
    entries.map(({ path }) => path),
    Array.from({ length: 20 }, (_, number) => `out/${number}.dcm`),
  );
  for (const [number, entry] of entries.entries()) assert.deepEqual(await bytesOf(entry), content(number));
});

test("small files, empty ones and long ones between them keep their bytes", async () => {
  const lengths = [10, 3 * MIB, 0, 20, 2 * MIB, 2 * MIB + 1, 30, 40];
  const blobs = lengths.map((length, number) => new Blob([new Uint8Array(length).fill(number + 1)]));
  const entries = await archived(blobs);
  assert.equal(entries.length, lengths.length);
  for (const [number, entry] of entries.entries())
    assert.deepEqual(await bytesOf(entry), new Uint8Array(await blobs[number].arrayBuffer()));
});

test("one that cannot be read ends it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "archive-"));
  try {
    const path = join(folder, "changed");
    writeFileSync(path, content(1));
    const changed = await openAsBlob(path);
    writeFileSync(path, content(10000));
    await assert.rejects(archived([...contents(2), changed, ...contents(2)]), { code: "READ_FAILED" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("more entries than 16 bits can count", async () => {
  const entries = await archived(contents(65_536));
  assert.equal(entries.length, 65_536);
  assert.equal(entries.at(-1).path, "out/65535.dcm");
});

test("of no files, an empty one", async () => assert.deepEqual(await archived([]), []));
