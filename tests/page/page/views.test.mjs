/** The views of the page: which one an address names, and what its header says of a run. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";

const { signOf, viewOf } = await import("../../../js/page/views.js");

test("an address names a view, or a part of one; the steps are parts of the first", () => {
  const views = [
    "",
    "#deidentify",
    "#policy",
    "#results",
    "#runs",
    "#help",
    "#help-options",
    "#helpless",
    "#",
    "#library",
    "#server=x",
  ].map(viewOf);
  const [deidentify, runs, help] = ["deidentify", "runs", "help"];
  assert.deepEqual(views, [
    deidentify,
    deidentify,
    deidentify,
    deidentify,
    runs,
    help,
    help,
    deidentify,
    deidentify,
    "library",
    deidentify,
  ]);
});

test("the header says how far a run is, that it waits, and that one was cut off", () => {
  const progress = { done: 42, total: 100, scanning: false, state: "running", reason: "" };
  const run = (change) => signOf({ phase: "running", runs: [], progress: { ...progress, ...change } });
  assert.equal(run({}), "42 %");
  assert.equal(run({ state: "paused" }), "42 %, paused");
  assert.equal(run({ reason: "OUTPUT_FULL", state: "paused" }), "the run waits");
  assert.equal(run({ scanning: true }), "running");
  assert.equal(signOf({ phase: "running", runs: [], progress: null }), "running");
  const stored = (begun, open = false) => signOf({ phase: "ready", progress: null, runs: [{ begun, open }] });
  assert.equal(stored({ cancelled: false }), "run cut off");
  assert.equal(stored({ cancelled: true }), "");
  assert.equal(stored({ cancelled: false }, true), "");
  assert.equal(stored(null), "");
});
