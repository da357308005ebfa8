/** The state of the page: who follows a field is told of it once, in turn, and of nothing else. */

import assert from "node:assert/strict";
import test from "node:test";
import { plainPolicy, Store } from "../../js/state.js";

/** A store, and what its followers of some fields were told. */
function followed(...fields) {
  const store = new Store();
  const told = [];
  store.subscribe(fields, (state, changed) => told.push([state.phase, [...changed].sort()]));
  return { store, told };
}

test("a follower is told of a field that changed, with all that changed beside it", () => {
  const { store, told } = followed("phase");
  store.update({ phase: "scanning", stopped: true });
  assert.deepEqual(told, [["scanning", ["phase", "stopped"]]]);
});

test("nothing is told of other fields, nor of a value that is the same", () => {
  const { store, told } = followed("phase", "policy");
  store.update({ passphrase: "heron" });
  store.update({ phase: "choose", policy: store.state.policy });
  assert.deepEqual(told, []);
  store.update({ policy: plainPolicy() }); // equal, and another object
  assert.equal(told.length, 1);
});

test("a value is not copied: a list of many studies costs nothing", () => {
  const store = new Store();
  const seen = { studies: [] };
  store.update({ seen });
  assert.equal(store.state.seen, seen);
});

test("a state that was read stays as it was", () => {
  const store = new Store();
  const before = store.state;
  store.update({ phase: "ready" });
  assert.equal(before.phase, "choose");
});

test("all followers know of a change before any is told of the one that it led to", () => {
  const store = new Store();
  const told = [];
  store.subscribe(["phase"], ({ phase }) => {
    told.push(`first ${phase}`);
    if (phase === "scanning") store.update({ phase: "ready" });
  });
  store.subscribe(["phase"], (_, changed) => told.push(`second ${[...changed]}`));
  store.update({ phase: "scanning" });
  assert.equal(store.state.phase, "ready");
  assert.deepEqual(told, ["first scanning", "second phase", "first ready", "second phase"]);
});

test("a follower that fails does not silence the store for good", () => {
  const store = new Store();
  const told = [];
  let fails = true;
  store.subscribe(["phase"], () => {
    if (fails) throw new Error("BROKEN");
  });
  store.subscribe(["phase"], ({ phase }) => told.push(phase));
  assert.throws(() => store.update({ phase: "scanning" }), /BROKEN/);
  fails = false;
  store.update({ phase: "ready" });
  assert.deepEqual(told, ["ready"]);
});

test("notes stand side by side, and one that goes leaves the others", () => {
  const store = new Store();
  const [one, other] = [
    { code: "NOT_SAVED", problems: [] },
    { code: "BAD_UID", problems: [] },
  ];
  store.note("run", other);
  store.note("results", one);
  store.note("run", null);
  assert.deepEqual(store.state.notes, { results: one });
});
