/** Allowing what a run withheld, and running only that: with the same key and options, of the last run and after a reload. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as later } from "node:timers/promises";

/** A browser without a database: it kept no handles. */
globalThis.indexedDB = {
  open: () => {
    const request = { error: new Error("NONE") };
    queueMicrotask(() => request.onerror());
    return request;
  },
};

const { send } = await import("../../../js/intents.js");
const { Resume } = await import("../../../js/resume/resume.js");
const { Session } = await import("../../../js/session.js");
const { NONE_LEFT_OUT, plainPolicy, Store } = await import("../../../js/state.js");

const ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1";
const ONLY = { run: "run-1", groups: [{ reason: "SOP_CLASS_WITHHELD", sopClass: ULTRASOUND }] };
const BEFORE = { ...plainPolicy(), options: ["retain-uids"] };
const ALLOWED = { only: ONLY, policy: { ...BEFORE, allow_sop_classes: [ULTRASOUND] } };
const SALT = "HERO-NSBY-THEW-EIRS-EVEN-GREY";
const LEFT = { studies: [1], series: [], kinds: [] };
const STUDY = { study: 0, series: 1, files: 2, bytes: 20, modality: "US", folder: "a" };
const FOUND = { seen: 2, dicom: 2, bytes: 20, series: 1, studies: [STUDY], seconds: 0, kinds: [] };
const ENDED = { policy: BEFORE, salt: SALT, key_check: "5", linkage: true, kind: "files", total: 9 };
const STORED = {
  name: "run-1",
  place: "private",
  open: false,
  finished: true,
  begun: null,
  ended: ENDED,
  unwritten: 2,
};
const PICK = { picked: { kind: "files", files: [] }, label: "a folder" };
const SUMMARY = { end: "finished", counts: { written: 2, withheld: 0, skipped: 0, failed: 0 }, studies: [] };

/** A page without panels; `listed`: files of the list that are found. */
function begin({ listed = 2, keyCheck = "5" } = {}) {
  globalThis.document = Object.assign(new EventTarget(), {
    body: null,
    activeElement: null,
    getElementById: () => null,
  });
  const specs = [];
  const files = {
    scan: async () => FOUND,
    stopScan: async () => {},
    listedFiles: async () => ({ files: listed, leftOut: LEFT }),
    read: async () => null,
    start: async (spec) => {
      specs.push(spec);
      return { ...SUMMARY, name: spec.name };
    },
    finish: async () => {},
  };
  const pool = {
    ready: Promise.resolve([]),
    configure: async () => ({ key_check: keyCheck }),
    work: async () => {},
    closing: async () => [],
  };
  const store = new Store();
  new Session({ files, pool }, store);
  new Resume({ files, pool }, store);
  return { store, specs, pool };
}

/** Waits until something is so, at most as long as deriving a key can take. */
async function until(isSo) {
  for (let turn = 0; turn < 1000 && !isSo(); turn++) await later(5);
  assert.ok(isSo());
}

test("of the last run, what is allowed is run at once: same key, options and place, as a run of its own", async () => {
  const { store, specs } = begin();
  const order = { name: "run-1", passphrase: `heron salt:${SALT}`, policy: BEFORE, regions: "", output: null };
  Object.assign(order, { leftOut: NONE_LEFT_OUT, only: null, linkage: true, resumed: false });
  store.update({ phase: "finished", order, found: FOUND, pick: PICK });
  send(document, "allow-only", ALLOWED);
  await until(() => store.state.results);
  const [spec] = specs;
  assert.notEqual(spec.name, "run-1");
  const { policy, only, linkage, resumed, salt, leftOut } = spec;
  assert.deepEqual({ policy, only, linkage, resumed, salt }, { ...ALLOWED, linkage: true, resumed: false, salt: SALT });
  assert.deepEqual(leftOut, LEFT);
  assert.equal(store.state.order.passphrase, order.passphrase);
  // The choice of the person, for the runs to come, is as it was.
  assert.equal(store.state.leftOut, NONE_LEFT_OUT);
  // Another kind of the first run is allowed without a question, too.
  send(document, "allow-only", { ...ALLOWED, only: { ...ONLY, groups: [{ reason: "BURNED_IN", sopClass: "" }] } });
  await until(() => specs.length === 2);
  assert.deepEqual([store.state.asked, specs[1].only.run, specs[1].salt], [null, "run-1", SALT]);
});

test("after a reload the passphrase is asked for, then the files, and only those that were withheld are run", async () => {
  const { store, specs } = begin();
  store.update({ runs: [STORED] });
  send(document, "allow-only", ALLOWED);
  await until(() => store.state.asked);
  assert.deepEqual([store.state.asked.known, store.state.asked.allowed], [false, ALLOWED]);
  send(document, "resume-run", { run: STORED, passphrase: "heron" });
  await until(() => store.state.waiting);
  assert.equal(store.state.waiting.choose, STORED);
  send(document, "picked", PICK);
  await until(() => store.state.results);
  const { policy, only, linkage, resumed, salt, name } = specs[0];
  assert.deepEqual({ policy, only, linkage, resumed, salt }, { ...ALLOWED, linkage: true, resumed: false, salt: SALT });
  assert.notEqual(name, "run-1");
});

test("what is waited for is said, and whoever closes the question meanwhile has no run begin", async () => {
  const { store, specs, pool } = begin();
  const said = [];
  store.subscribe(["checking"], ({ checking }) => said.push(checking));
  const python = Promise.withResolvers();
  pool.ready = python.promise;
  store.update({ runs: [STORED] });
  send(document, "allow-only", ALLOWED);
  await until(() => store.state.asked);
  send(document, "resume-run", { run: STORED, passphrase: "heron" });
  await until(() => store.state.checking === "python");
  send(document, "resume-closed");
  python.resolve([]);
  await until(() => said.length === 4);
  assert.deepEqual(said, ["passphrase", "python", "passphrase", ""]);
  assert.deepEqual([store.state.waiting, specs], [null, []]);
});

test("another passphrase is refused: a patient would have two pseudonyms", async () => {
  const { store, specs } = begin({ keyCheck: "6" });
  store.update({ runs: [STORED] });
  send(document, "allow-only", ALLOWED);
  await until(() => store.state.asked);
  send(document, "resume-run", { run: STORED, passphrase: "heron" });
  await until(() => store.state.notes.cutOff);
  assert.deepEqual([store.state.notes.cutOff.code, store.state.waiting, specs], ["WRONG_KEY", null, []]);
});

test("when none of the files is in what was chosen, this is said, and no run begins", async () => {
  const { store, specs } = begin({ listed: 0 });
  const order = { name: "run-2", passphrase: "heron", policy: plainPolicy(), output: null, only: ONLY, resumed: false };
  store.update({ waiting: { order, choose: STORED } });
  send(document, "picked", PICK);
  await until(() => store.state.notes.choose);
  assert.deepEqual(
    [store.state.notes.choose.code, store.state.phase, store.state.waiting],
    ["OTHER_SOURCE", "ready", null],
  );
  assert.deepEqual(specs, []);
});

test("while a run goes on nothing is asked for, and of a run that is gone nothing can be allowed", async () => {
  for (const [state, code] of [
    [{ phase: "running", runs: [STORED] }, "RUN_GOES_ON"],
    [{ runs: [] }, "NO_RUN"],
  ]) {
    const { store } = begin();
    store.update(state);
    send(document, "allow-only", ALLOWED);
    await until(() => store.state.notes.stored);
    assert.deepEqual([store.state.notes.stored.code, store.state.asked], [code, null]);
  }
});
