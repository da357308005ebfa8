/** The order of a scan, what it counts, and archives as sources. */

import assert from "node:assert/strict";
import { basename } from "node:path";
import test from "node:test";
import { Sources } from "../../../worker/pick/sources.js";
import { walk } from "../../../worker/pick/walk.js";
import { Tally } from "../../../worker/run/counts.js";
import { StudyOrder } from "../../../worker/run/study-order.js";
import { Scan } from "../../../worker/scan/scan.js";
import { listArchive } from "../../../worker/zip/entry.js";
import { bytesOf, expected } from "../expected.mjs";

const fileOf = (path, relative) =>
  Object.defineProperty(new File([bytesOf(path)], basename(path)), "webkitRelativePath", { value: relative });
const named = (name) => expected.files.find(({ path }) => path.endsWith(`/${name}`)).path;
const archive = () => new File([Buffer.from(expected.archive, "base64")], "Heron.zip");

/** The files that a run takes, one after another, until there are none. */
function ordered(order) {
  const files = [];
  for (let file = order.next(); file !== undefined; file = order.next()) files.push(file);
  return files;
}

async function scanned(picked) {
  const sources = new Sources();
  const found = await new Scan(sources, null).run(picked, () => {});
  return { sources, found };
}

test("walks by name in UTF-16 code units, folder by folder, without the picked folder's name", async () => {
  const path = named("CT_small.dcm");
  const names = ["b/2.dcm", "B.dcm", "b.dcm", "b/10.dcm", "\u{1f980}.dcm", "\uff5e.dcm", "a/z/1.dcm", "a-b.dcm"];
  const files = names.map((name) => fileOf(path, `picked/${name}`));
  const walked = [];
  for await (const candidate of walk({ kind: "files", files }, null)) walked.push(candidate.path);
  const order = ["B.dcm", "a/z/1.dcm", "a-b.dcm", "b/10.dcm", "b/2.dcm", "b.dcm", "\u{1f980}.dcm", "\uff5e.dcm"];
  assert.deepEqual(walked, order);
});

test("counts studies, series and modalities, and marks repeats in scan order", async () => {
  const files = [
    fileOf(named("MR_small.dcm"), "in/2"),
    fileOf(named("CT_small.dcm"), "in/1"),
    fileOf(named("CT_small.dcm"), "in/3"),
    Object.defineProperty(new File([], "x"), "webkitRelativePath", { value: "in/4" }),
    Object.defineProperty(new File(["not DICOM"], "y"), "webkitRelativePath", { value: "in/5" }),
    Object.defineProperty(new File(["PK\x03\x04 of an archive"], "z"), "webkitRelativePath", { value: "in/6" }),
  ];
  const { sources, found } = await scanned({ kind: "files", files });
  assert.deepEqual(sources.paths, ["1", "2", "3", "4", "5", "6"]);
  assert.deepEqual([...sources.firsts], [[2, 0]]);
  assert.deepEqual(sources.reasons, ["", "", "", "EMPTY", "NOT_DICOM", "ARCHIVE"]);
  assert.deepEqual(sources.studies, [0, 1, 0, -1, -1, -1]);
  assert.deepEqual(ordered(new StudyOrder(sources)), [0, 2, 1]);
  assert.deepEqual(found.modalities, { CT: 2, MR: 1 });
  assert.deepEqual(found.skipped, { EMPTY: 1, NOT_DICOM: 1, ARCHIVE: 1 });
  assert.deepEqual([found.seen, found.dicom, found.series, found.studies.length, found.complete], [6, 3, 2, 2, true]);
});

test("a study that was begun is gone on with, whatever the scan finds meanwhile, then the first that waits", () => {
  const sources = new Sources();
  const find = (study, reason = "") => sources.add("x", null, { size: 1, modified: 0, reason }, { study, series: 0 });
  const order = new StudyOrder(sources);
  assert.equal(order.next(), undefined, "nothing is found yet");
  for (const study of [0, 1, 2]) find(study);
  assert.equal(order.next(), 0);
  assert.equal(order.next(), 1);
  find(-1, "NOT_DICOM");
  find(0);
  find(1);
  assert.deepEqual(ordered(order), [5, 4, 2]);
  find(1);
  assert.deepEqual(ordered(order), [6]);
});

/** A picked folder of so many files; when one is read that is as far as `good`, the folder is gone, or else that file. */
function folderOf(files, good, gone) {
  let here = true;
  const failing = () => Promise.reject(new DOMException("", "NotFoundError"));
  const fileAt = (number) => ({
    kind: "file",
    name: `${number}`.padStart(3, "0"),
    getFile: async () => {
      if (number < good) return new File(["no DICOM"], "x");
      if (gone) here = false;
      return failing();
    },
  });
  const all = Array.from({ length: files }, (_, number) => fileAt(number));
  return {
    kind: "directory",
    name: "in",
    values: async function* () {
      yield* all;
    },
    keys: () => (here ? { next: async () => ({ done: false, value: "000" }) } : { next: failing }),
    getFileHandle: async (name) => (here ? all[Number(name)] : failing()),
  };
}

test("a folder that is lost in the scan is said to be lost; files that cannot be read, if it is there", async () => {
  const lost = await scanned({ kind: "handles", handles: [folderOf(60, 30, true)] });
  assert.deepEqual([lost.found.error, lost.found.complete, lost.sources.lost], ["SOURCE_LOST", false, "SOURCE_LOST"]);
  assert.ok(lost.found.seen > 0 && lost.found.seen <= 30);
  assert.equal(lost.found.skipped.READ_FAILED, undefined);
  const { found, sources } = await scanned({ kind: "handles", handles: [folderOf(60, 30, false)] });
  assert.deepEqual(found.skipped, { NOT_DICOM: 30, READ_FAILED: 30 });
  assert.deepEqual([found.complete, sources.lost, sources.growing], [true, "", false]);
});

test("the counts of a run grow with the scan, and are complete when it has ended", async () => {
  const sources = new Sources();
  const tally = new Tally(sources);
  let told = 0;
  sources.grew = () => told++;
  const scan = new Scan(sources, null);
  const scanning = scan.run({ kind: "files", files: [fileOf(named("CT_small.dcm"), "in/1")] }, () => {});
  assert.deepEqual([tally.complete, tally.remaining], [false, 0]);
  await scanning;
  assert.deepEqual([tally.complete, tally.remaining, told], [false, 1, 2]);
  const row = { status: "written", reason: "", bytes_in: sources.sizes[0], bytes_out: 5 };
  tally.count(row, 0);
  assert.deepEqual([tally.complete, tally.total], [true, 1]);
  const { studies, scanning: more, bytesTotal } = tally.report({});
  const counts = { written: 1, withheld: 0, skipped: 0, failed: 0 };
  assert.deepEqual([studies, more, bytesTotal], [[{ study: 0, done: 1, total: 1, counts }], false, sources.sizes[0]]);
  assert.equal(scan.stage.items, 1);
});

test("an archive's files are sources; a bad entry is that entry's failure", async () => {
  const { sources, found } = await scanned({ kind: "zips", files: [archive()] });
  assert.deepEqual(sources.paths, ["a/heron.dcm", "bad.dcm", "deflated.dcm", "empty", "stored.dcm"]);
  assert.equal(found.dicom, 4);
  const original = bytesOf(named("CT_small.dcm"));
  for (const index of [0, 2, 4]) {
    const opened = await sources.open(index);
    assert.deepEqual(await opened.read(0, opened.size), original);
  }
  await assert.rejects(sources.open(1), { code: "ZIP_ENTRY_BAD" });
});

test("an encrypted entry is said to be one", async () => {
  const { sources } = await scanned({
    kind: "zips",
    files: [new File([Buffer.from(expected.locked, "base64")], "a.zip")],
  });
  assert.deepEqual([...new Set(sources.reasons)], ["ZIP_ENCRYPTED"]);
});

test("what is no archive is reported, alone or among others", async () => {
  const cut = new File([(await archive().arrayBuffer()).slice(0, 500)], "Cut.zip");
  assert.equal(await listArchive(cut, null), null);
  assert.equal((await scanned({ kind: "zips", files: [cut] })).found.error, "ZIP_BAD");
  const { sources, found } = await scanned({ kind: "zips", files: [cut, archive()] });
  assert.equal(found.error, undefined);
  assert.deepEqual(sources.paths.slice(0, 2), ["Cut.zip", "Heron.zip/a/heron.dcm"]);
  assert.equal(sources.reasons[0], "ZIP_BAD");
});
