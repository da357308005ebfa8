/** Notes: an error becomes its code where it belongs, and a panel shows its own alone. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as settled } from "node:timers/promises";

const { send } = await import("../../../js/intents.js");
const { actOn, followNotes } = await import("../../../js/page/notes.js");
const { Problem } = await import("../../../js/page/problem.js");
const { Store } = await import("../../../js/state.js");

test("an error of an act is noted by its code, and never by its message", async () => {
  const store = new Store();
  const problems = [{ line: 2, word: "x", text: "No option is called x.", near: "" }];
  actOn(store, "pause", "run", () => {
    throw new Error("/home/heron/patient.dcm");
  });
  actOn(store, "again", "results", async () => {
    throw new Problem("BAD_POLICY", problems);
  });
  send(document, "pause");
  send(document, "again");
  await settled();
  assert.deepEqual(store.state.notes, {
    run: { code: "UNEXPECTED", problems: [] },
    results: { code: "BAD_POLICY", problems },
  });
});

test("a panel shows the note of its place, once, until it goes", () => {
  const store = new Store();
  const shown = [];
  const note = { show: (code) => shown.push(code), clear: () => shown.push("") };
  followNotes({ querySelector: () => note }, store, "run");
  store.note("stored", { code: "NOT_SAVED", problems: [] });
  store.note("run", { code: "BAD_UID", problems: [] });
  store.note("stored", null);
  store.note("run", { code: "BAD_UID", problems: [] }); // again: it was perhaps cleared meanwhile
  store.note("run", null);
  assert.deepEqual(shown, ["BAD_UID", "BAD_UID", ""]);
});
