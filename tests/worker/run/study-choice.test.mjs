/** Studies left out of a run: their files are not counted, and they are known again after another scan. */

import assert from "node:assert/strict";
import test from "node:test";
import { Sources } from "../../../worker/pick/sources.js";
import { Tally } from "../../../worker/run/counts.js";
import { keyedOf, leaveOut, leftOutOf, othersThan, taking } from "../../../worker/run/study-choice.js";
import { StudyOrder } from "../../../worker/run/study-order.js";

const KEY = new Uint8Array(32).fill(7);

/** Sources of which each file is of that study and series, "1.2/5", and kind, "1.2/5 SC"; "" for what is not DICOM. */
function sourcesOf(...files) {
  const sources = new Sources();
  const known = [];
  for (const [index, name] of files.entries()) {
    const [file, kind = ""] = name.split(" ");
    const [uid, series] = file.split("/");
    if (!sources.kindNames.includes(kind)) sources.kindNames.push(kind);
    if (uid && !sources.studyUids.includes(uid)) sources.studyUids.push(uid);
    const place = { study: sources.studyUids.indexOf(uid), series: known.indexOf(file) };
    place.kind = sources.kindNames.indexOf(kind);
    if (uid && place.series < 0) {
      place.series = known.push(file) - 1;
      sources.seriesUids.push(series);
      sources.seriesStudies.push(place.study);
    }
    sources.add(`${index}`, null, { size: 10, modified: 0, reason: uid ? "" : "NOT_DICOM" }, place);
  }
  return sources;
}

test("files of studies and series that are left out are neither given out nor counted", () => {
  const sources = sourcesOf("1.2/1", "1.3/1", "", "1.2/1", "1.4/1", "1.3/2", "1.3/2");
  const tally = new Tally(sources);
  sources.done[0] = true; // its row is there already
  const left = { studies: [0, 2], series: [{ series: 3, study: 1, files: 2, bytes: 20 }], kinds: [] };
  assert.equal(leaveOut(sources, tally, left), 4);
  const order = new StudyOrder(sources);
  assert.deepEqual([order.next(), order.next()], [1, undefined]);
  assert.equal(tally.remaining, 3);
  tally.count({ status: "written", bytes_in: 10, bytes_out: 10 }, "1", 1);
  const counts = { written: 1, withheld: 0, skipped: 0, failed: 0 };
  assert.deepEqual(tally.report({}).studies, [{ study: 1, done: 1, total: 1, counts }]);
});

test("what was not written is told with its SOP Class, and nothing of what was written", () => {
  const tally = new Tally(sourcesOf("1/1", "1/1", "1/1"));
  const zeros = { bytes_in: 0, bytes_out: 0 };
  tally.count({ status: "written", ...zeros }, 0);
  tally.count({ status: "withheld", reason: "SOP_CLASS_WITHHELD", sop_class_uid: "1.2.3", ...zeros }, 1);
  tally.count({ status: "failed", reason: "TRUNCATED", ...zeros }, 2);
  const told = tally.report({}).unwritten.map(({ reason, sopClass }) => [reason, sopClass]);
  assert.deepEqual(told, [
    ["SOP_CLASS_WITHHELD", "1.2.3"],
    ["TRUNCATED", ""],
  ]);
});

test("when the series of some files take part, all others are left out: whole studies, and series of those", () => {
  const sources = sourcesOf("1.2/1", "1.3/1", "", "1.2/1", "1.4/1", "1.3/2", "1.3/2");
  assert.deepEqual(othersThan(sources, [1, 4]), {
    studies: [0],
    series: [{ series: 3, study: 1, files: 2, bytes: 20, kinds: { 0: { files: 2, bytes: 20 } } }],
    kinds: [],
  });
  assert.deepEqual(othersThan(sources, [1, 4], [2]).kinds, [2]);
  assert.deepEqual(othersThan(sources, []), { studies: [0, 1, 2], series: [], kinds: [] });
});

test("the same is left out when the folder was looked through in another order", async () => {
  const left = { studies: [0], series: [{ series: 2, study: 1, files: 1, bytes: 10 }], kinds: [] };
  const keyed = await keyedOf(sourcesOf("1.2/1", "1.3/1", "1.3/2", "1.4/2"), KEY, left);
  const again = sourcesOf("1.4/2", "1.5/2", "1.3/2", "1.3/2", "1.3/1", "1.2/1");
  assert.deepEqual(await leftOutOf(again, KEY, keyed), {
    studies: [3],
    series: [{ series: 2, study: 2, files: 2, bytes: 20, kinds: { 0: { files: 2, bytes: 20 } } }],
    kinds: [],
  });
  assert.deepEqual(await leftOutOf(again, new Uint8Array(32), keyed), { studies: [], series: [], kinds: [] });
  for (const text of keyed) assert.match(text, /^[0-9a-f]{20}$/);
});

test("kinds of files that are left out are neither given out nor counted, and are the same after another scan", async () => {
  const left = { studies: [], series: [], kinds: [1] };
  const sources = sourcesOf("1.2/1 CT", "1.2/2 SC", "1.3/1 SC", "1.3/1 CT");
  const keyed = await keyedOf(sources, KEY, left);
  const tally = new Tally(sources);
  assert.equal(leaveOut(sources, tally, left), 2);
  assert.deepEqual([tally.remaining, sources.done[1], sources.done[2]], [2, true, true]);
  assert.deepEqual(taking(sourcesOf("1.2/1 CT", "1.2/2 SC", "", "1.3/1 CT"), left), [0, 3]);
  const again = sourcesOf("1.3/1 SC", "1.2/1 CT");
  assert.deepEqual(await leftOutOf(again, KEY, keyed), { studies: [], series: [], kinds: [0] });
});
