/** A stored run in words: when it was begun, what came of it, and what is left to do. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";

const { aboutOf, begunAt, onlyOf } = await import("../../../js/results/stored-runs.js");
const { moment } = await import("../../../js/page/format.js");

const RUN = {
  counts: { written: 1, withheld: 0, skipped: 0, failed: 0 },
  ...{ bytes: 1200, finished: true, done: 1, open: false, begun: null, place: "private" },
};

test("a run is told by what was written, and by what was not only where there is some", () => {
  assert.equal(aboutOf(RUN), "1 file written; 1.2\u00a0kB");
  const counts = { written: 1200, withheld: 2, skipped: 0, failed: 1 };
  assert.equal(
    aboutOf({ ...RUN, counts, linkage: "beside" }),
    "1,200 files written, 2 withheld, 1 failed; 1.2\u00a0kB, linkage file",
  );
});

test("one that was cut off says how far it came, and where its results are", () => {
  const cut = { ...RUN, finished: false, begun: { total: 4 }, place: "folder" };
  assert.match(aboutOf(cut), /, in its output folder, not finished: 1 of 4 files done$/);
  assert.match(aboutOf({ ...cut, begun: null, open: true }), /, not finished; open in another tab$/);
});

test("one whose rejected files are still in the chosen folder says so", () => {
  assert.match(aboutOf({ ...RUN, place: "folder", rejecting: true }), /you chose, and so are files that were rejected/);
});

test("a run over what an earlier one withheld says which that was, as long as it is known", () => {
  const about = { source: "Folder “scans”", policy: "", only: "" };
  const earlier = { ...RUN, name: "dicom-deid-20261121-093000-250", about };
  const later = { ...RUN, about: { ...about, only: earlier.name } };
  assert.match(onlyOf(later, [earlier]), /withheld: Folder “scans”, .*2026.*, dicom-deid-20261121-093000-250\.$/);
  assert.match(onlyOf(later, []), /dicom-deid-20261121-093000-250, which is not kept here any more\.$/);
  assert.equal(onlyOf(earlier, [later]), "");
  assert.equal(onlyOf({ ...RUN, about: null }, []), "");
});

test("the name of a run says when it was begun; another name says nothing", () => {
  assert.equal(begunAt("dicom-deid-20261121-093000-250").toISOString(), "2026-11-21T09:30:00.000Z");
  assert.equal(moment(begunAt("dicom-deid-20261121")), "");
  assert.equal(moment(begunAt("other")), "");
});
