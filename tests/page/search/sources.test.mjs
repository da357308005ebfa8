/** Sources of the search, by the state of the page. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";

const { mayTake, ORIGINALS, sourceOf, sourcesOf, whyNotTaken } = await import("../../../js/search/sources.js");
const { Store } = await import("../../../js/state.js");

const stateWith = (change) => ({ ...new Store().state, ...change });
const PICK = { picked: { kind: "files", files: [] }, label: "Folder “scans”" };
const stored = (name, change = {}) => ({ name, place: "private", counts: { written: 3 }, open: false, ...change });
const files = (...runs) => ({ runs: async () => runs });

test("series can be chosen between runs, of a scan that has ended", () => {
  const found = { studies: [] };
  assert.equal(mayTake(stateWith({ phase: "ready", found })), true);
  assert.equal(mayTake(stateWith({ phase: "finished", found })), true);
  assert.equal(mayTake(stateWith({ phase: "finished" })), false, "the scan still goes on");
  assert.equal(mayTake(stateWith({ phase: "running", found })), false);
});

test("the originals are named by what was picked, and can be read then alone", () => {
  const { label, mayStart } = sourceOf(stateWith({ pick: PICK }), ORIGINALS);
  assert.deepEqual([label, mayStart], ["Originals: Folder “scans”", true]);
  assert.equal(sourceOf(stateWith({}), ORIGINALS).mayStart, false);
});

test("stored runs that nobody writes, and the last one in a chosen folder, can be searched", async () => {
  const order = { name: "run-9", output: { name: "out" } };
  const runs = files(stored("run-1"), stored("run-2", { open: true }), stored("run-3", { counts: { written: 0 } }));
  const idsIn = async (state) => (await sourcesOf(state, runs, ORIGINALS)).map(({ id }) => id);
  assert.deepEqual(await idsIn(stateWith({ phase: "finished", order })), ["", "run-9", "run-1"]);
  assert.deepEqual(await idsIn(stateWith({ phase: "running", order })), ["", "run-1"]);
});

test("it is said why series cannot be chosen", () => {
  const found = { studies: [] };
  const why = (change) => whyNotTaken(sourceOf(stateWith(change), ORIGINALS));
  assert.equal(why({ pick: PICK, found, phase: "ready" }), "");
  assert.match(why({ pick: PICK, found, phase: "running" }), /A run goes on/);
  assert.match(why({}), /Choose the folder/);
});
