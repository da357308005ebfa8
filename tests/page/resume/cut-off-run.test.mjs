/** A run that is gone on with, in words: of what it is, when it was begun, how far it came. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";

const { farOf } = await import("../../../js/resume/cut-off-run.js");

const RUN = {
  name: "dicom-deid-20261121-093000-250",
  about: { source: "Folder “scans”" },
  done: 12,
  begun: { total: 40 },
};

test("it is told by its folder and by when it was begun", () => {
  assert.match(farOf(RUN), /^Folder “scans”, begun 21 Nov 2026, \d\d:\d\d: 12 of 40 files done\.$/);
});

test("one of which no source was kept is told by its time, or by its name", () => {
  assert.match(farOf({ ...RUN, about: null }), /^Begun 21 Nov 2026, \d\d:\d\d: 12 of 40/);
  assert.match(farOf({ ...RUN, name: "run-1", about: null }), /^Begun run-1: 12 of 40/);
});
