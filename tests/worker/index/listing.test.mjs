/** Listing of files for an index: in batches, their heads, and by what a change shows; and when it is kept. */

import assert from "node:assert/strict";
import test from "node:test";
import { Autosave } from "../../../worker/index/autosave.js";
import { Listing } from "../../../worker/index/listing.js";
import { Sources } from "../../../worker/pick/sources.js";
import { SERIES_NUMBERS, SERIES_TEXTS } from "../../../worker/shared/protocol/index.js";
import { listArchive } from "../../../worker/zip/entry.js";
import { bytesOf, expected } from "../expected.mjs";

const whole = bytesOf(expected.files.find(({ path }) => path.endsWith("/CT_small.dcm")).path);
const HEAD = 16 * 1024;

/** Sources as a scan leaves them. */
function scanned(files) {
  const sources = new Sources();
  for (const { path, origin, reason = "" } of files) {
    const looked = { size: origin.size, modified: origin.lastModified ?? 0, reason };
    sources.add(path, origin, looked, { study: 0, series: 0 });
  }
  return sources;
}

const listingOf = (sources) => new Listing(async () => ({ sources, growing: null, whole: true }));
const file = (content, lastModified) => new File([content], "x", { lastModified });

test("the columns of a series are those of Python's index", () => {
  const counts = ["file_count", "bytes", "frames", "thumbnails"];
  assert.deepEqual([...SERIES_TEXTS, ...SERIES_NUMBERS].sort(), [...expected.fields, ...counts].sort());
  const numbers = SERIES_NUMBERS.filter((name) => !counts.includes(name));
  assert.deepEqual(numbers.sort(), expected.numbers.sort());
});

test("all files are told of once, in the order of the scan, those without a header with the reason", async () => {
  const files = Array.from({ length: 1203 }, (_, i) => ({
    path: `${i}`,
    origin: file("x".repeat(i % 7), i),
    reason: i % 7 ? "" : "EMPTY",
  }));
  const listing = listingOf(scanned(files));
  for (const _ of [1, 2]) {
    assert.equal(await listing.begin(), true);
    const told = [];
    for (let batch = await listing.next(); batch; batch = await listing.next()) {
      assert.equal(batch.first, told.length);
      assert.equal(batch.found, files.length);
      told.push(...batch.files);
    }
    assert.deepEqual(
      told,
      files.map(({ path, origin, reason }, i) => [path, origin.size, i, reason]),
    );
  }
});

test("what is found on the way is told of as it comes", async () => {
  const sources = new Sources();
  const found = [...Array(700).keys()].map((i) => ({ path: `${i}`, origin: file("x", i) }));
  async function* growing() {
    for (const { path, origin } of found) {
      sources.add(path, origin, { size: 1, modified: 0, reason: "" }, { study: 0, series: 0 });
      yield;
    }
  }
  const listing = new Listing(async () => ({ sources, growing: growing(), whole: true }));
  await listing.begin();
  const batches = [await listing.next(), await listing.next(), await listing.next()];
  assert.deepEqual(
    batches.map((batch) => batch && [batch.first, batch.files.length, batch.found]),
    [[0, 500, 500], [500, 200, 700], null],
  );
});

test("a head is as long as it has to be, and of a file that has changed there is none", async () => {
  const long = new Uint8Array(3 * HEAD).map((_, i) => i);
  const sources = scanned([
    { path: "long", origin: file(long, 5) },
    { path: "short", origin: file("abc", 5) },
    { path: "changed", origin: file("abc", 5) },
  ]);
  sources.origins[2] = file("abd", 6);
  const listing = listingOf(sources);
  await listing.begin();
  const heads = await listing.heads([0, 1, 2].map((number) => ({ number, bytes: 0 })));
  assert.deepEqual(heads[0].bytes, long.slice(0, HEAD));
  assert.deepEqual([...heads[1].bytes], [97, 98, 99]);
  assert.deepEqual(heads[2], { error: "SOURCE_CHANGED" });
  const [longer] = await listing.heads([{ number: 0, bytes: 2 * HEAD }]);
  assert.deepEqual(longer.bytes, long.slice(0, 2 * HEAD));
});

test("an entry of an archive has changed when its content has", async () => {
  const archive = new File([Buffer.from(expected.archive, "base64")], "a.zip");
  const sources = scanned((await listArchive(archive, null)).filter(({ path }) => path.endsWith("d.dcm")));
  const listing = listingOf(sources);
  await listing.begin();
  const { files } = await listing.next();
  const [stored, deflated] = ["stored.dcm", "deflated.dcm"].map((name) => files.find(([path]) => path === name));
  assert.ok(stored[2] > 0);
  assert.deepEqual(stored.slice(1), deflated.slice(1), "the same content, by its CRC");
  const heads = await listing.heads(files.map((_, number) => ({ number, bytes: 400 })));
  assert.deepEqual(heads[files.indexOf(stored)].bytes, whole.slice(0, 400));
  assert.deepEqual(heads[files.indexOf(deflated)].bytes, whole.slice(0, 400));
});

test("files are known by path, size and time, and have their numbers", async () => {
  const listing = listingOf(scanned([1, 2, 3].map((i) => ({ path: `${i}`, origin: file("abc", i) }))));
  const asked = [
    ["1", 3, 1],
    ["2", 4, 2],
    ["3", 3, 4],
    ["4", 3, 4],
  ];
  assert.equal(await listing.known(asked), 1);
  assert.deepEqual(await listing.numbers(["3", "4", "1"]), [2, null, 0]);
  assert.equal(await listingOf(new Sources()).known(asked), null, "nothing is picked: who knows");
});

test("an index is kept once at a time, with what there is then, and never after it was deleted", async () => {
  const done = [];
  let content = 0;
  const core = { kept: () => new Uint8Array([content]), ask: () => [`${content}.png`] };
  const shelf = {
    keep: async ([first]) => {
      done.push(`begin ${first}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      done.push(`end ${first}`);
    },
    dropPictures: async ([name]) => done.push(`drop ${name}`),
    remove: async () => done.push("remove"),
  };
  const keeping = new Autosave(core, shelf);
  const first = keeping.now();
  content = 1;
  await Promise.all([first, keeping.now()]);
  assert.deepEqual(done.splice(0), ["begin 1", "end 1", "drop 1.png", "begin 1", "end 1", "drop 1.png"]);
  assert.equal(keeping.size, 1);
  content = 2;
  keeping.soon();
  keeping.soon();
  await keeping.end();
  assert.deepEqual(done.splice(0), ["begin 2", "end 2", "drop 2.png"]);
  keeping.soon();
  const last = keeping.now();
  await keeping.remove(true);
  await last;
  await keeping.now();
  await keeping.end();
  assert.deepEqual(done.splice(0), ["remove"]);
  assert.equal(keeping.size, 0);
});
