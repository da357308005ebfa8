/** The session: what is picked, scanned and started changes the state of the page; without panels and without workers. */

import "./browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as later } from "node:timers/promises";

const { send } = await import("../../js/intents.js");
const { Session } = await import("../../js/session.js");
const { NONE_LEFT_OUT, plainPolicy, Store } = await import("../../js/state.js");

const STUDY = { study: 0, series: 1, files: 2, bytes: 20, modality: "CT", folder: "a" };
const found = (change = {}) => ({ seen: 2, dicom: 2, bytes: 20, series: 1, studies: [STUDY], seconds: 0, ...change });
const pick = (label) => ({ picked: { kind: "files", files: [] }, label });

/** A session on its own document, whose scans end when they are told to. */
function begin() {
  globalThis.document = Object.assign(new EventTarget(), {
    body: null,
    activeElement: null,
    getElementById: () => null,
  });
  const scans = [];
  const calls = [];
  const files = {
    scan: (_, report) => new Promise((resolve) => scans.push({ report, end: resolve })),
    stopScan: async () => calls.push("stopScan"),
    listedFiles: async () => ({ files: 1, leftOut: NONE_LEFT_OUT }),
  };
  const pool = { ready: Promise.reject(new Error("NONE")) };
  pool.ready.catch(() => {});
  const store = new Store();
  new Session({ files, pool }, store);
  return { store, scans, calls };
}

const settled = () => later(5);

test("a pick is scanned, and a run can be started when the scan has ended", async () => {
  const { store, scans } = begin();
  send(document, "picked", pick("one"));
  assert.deepEqual([store.state.phase, store.state.pick.label], ["scanning", "one"]);
  scans[0].report(found({ dicom: 1 }));
  assert.equal(store.state.seen.dicom, 1);
  scans[0].end(found());
  await settled();
  assert.deepEqual([store.state.phase, store.state.found.dicom], ["ready", 2]);
});

test("a long scan lets a run start early, and one that finds nothing lets none", async () => {
  const { store, scans } = begin();
  send(document, "picked", pick("long"));
  scans[0].report(found({ seconds: 3 }));
  assert.equal(store.state.phase, "early");
  scans[0].end(found({ dicom: 0, studies: [] }));
  await settled();
  assert.equal(store.state.phase, "nothing");
});

test("another pick gives the scan up, and what that still tells is dropped", async () => {
  const { store, scans, calls } = begin();
  send(document, "picked", pick("one"));
  send(document, "picked", pick("other"));
  await settled();
  assert.deepEqual(calls, ["stopScan"]);
  scans[0].report(found({ dicom: 99 }));
  scans[0].end(found({ dicom: 99 }));
  await settled();
  assert.deepEqual([store.state.pick.label, store.state.seen, store.state.found], ["other", null, null]);
});

test("a choice of studies, a policy and a passphrase go into the state", async () => {
  const { store, scans } = begin();
  send(document, "picked", pick("one"));
  scans[0].end(found());
  await settled();
  send(document, "studies-chosen", { studies: [0], series: [] });
  send(document, "passphrase-typed", "heron");
  send(document, "policy-edited", { policy: { ...plainPolicy(), verbose: true }, error: "BAD_UID" });
  const { leftOut, passphrase, policy, policyError } = store.state;
  assert.deepEqual([leftOut.studies, passphrase, policy.verbose, policyError], [[0], "heron", true, "BAD_UID"]);
  send(document, "policy-loaded", plainPolicy());
  assert.equal(store.state.policyError, "");
});

test("a start is refused while a field of the policy is wrong", async () => {
  const { store, scans } = begin();
  send(document, "picked", pick("one"));
  scans[0].end(found());
  await settled();
  send(document, "policy-edited", { policy: plainPolicy(), error: "BAD_UID" });
  send(document, "start", { linkage: false });
  await settled();
  assert.deepEqual([store.state.phase, store.state.notes.run?.code, store.state.madeKey], ["ready", "BAD_UID", null]);
});

test("a run that cannot begin goes back, says why, and keeps the key that was made", async () => {
  const { store, scans } = begin();
  const phases = [];
  store.subscribe(["phase"], ({ phase }) => phases.push(phase));
  send(document, "picked", pick("one"));
  scans[0].end(found());
  await settled();
  send(document, "start", { linkage: true });
  for (let turn = 0; turn < 400 && store.state.notes.run === undefined; turn++) await settled();
  assert.deepEqual(phases, ["scanning", "ready", "running", "ready"]);
  assert.equal(store.state.notes.run.code, "PYTHON_NOT_STARTED");
  const { madeKey, passphrase, order } = store.state;
  assert.deepEqual(madeKey, { passphrase, name: order.name, linkage: true, given: false });
  assert.match(passphrase, /^([A-Z2-7]{4}-){7}[A-Z2-7]{4}$/);
});

test("a run that waited for its files begins when they are found, but not when the person stopped the scan", async () => {
  for (const stops of [false, true]) {
    const { store, scans } = begin();
    const order = { name: "run-1", passphrase: "heron", policy: plainPolicy(), output: null, resumed: true };
    const phases = [];
    store.subscribe(["phase"], ({ phase }) => phases.push(phase));
    store.update({ waiting: { order, choose: null } });
    send(document, "picked", pick("one"));
    if (stops) send(document, "stop-scan");
    scans[0].report(found({ seconds: 3 }));
    scans[0].end(found());
    await settled();
    assert.deepEqual(phases, stops ? ["scanning", "ready"] : ["scanning", "running"]);
    assert.equal(store.state.waiting, null);
  }
});

test("what is allowed for single files of an earlier run is not in the policy for the files that come next", async () => {
  const { store, scans } = begin();
  const policy = { ...plainPolicy(), allow_sop_classes: ["1.2.3"] };
  const order = { name: "run-2", passphrase: "heron", policy, output: null, only: { run: "run-1", groups: [] } };
  store.update({ waiting: { order, choose: null } });
  send(document, "picked", pick("one"));
  scans[0].end(found());
  await settled();
  assert.equal(store.state.phase, "running");
  assert.deepEqual([store.state.order.policy, store.state.policy], [policy, plainPolicy()]);
});

test("what a run that goes on was allowed counts as decided, so that it does not hold for the next files", async () => {
  const { store, scans } = begin();
  const policy = { ...plainPolicy(), allow_sop_classes: ["1.2.3", "1.2.4"], pass_burned_in: true };
  const order = { name: "run-1", passphrase: "heron", policy, output: null, only: null, resumed: true };
  store.update({ policy: { ...plainPolicy(), allow_sop_classes: ["1.2.4"] }, waiting: { order, choose: null } });
  send(document, "picked", pick("one"));
  scans[0].end(found());
  await settled();
  assert.equal(store.state.policy, policy);
  assert.deepEqual(store.state.decisions, [
    { kinds: [], sopClass: "1.2.3", changes: ["allow"] },
    { kinds: [], sopClass: null, changes: ["pass"] },
  ]);
});

test("the policy of a run that is started is remembered, and that of a run that goes on is not", async () => {
  for (const resumed of [false, true]) {
    const kept = [];
    globalThis.localStorage = { setItem: (_, text) => kept.push(JSON.parse(text).policy.verbose) };
    const { store, scans } = begin();
    const order = { name: "run-1", passphrase: "heron", policy: plainPolicy(), output: null, resumed };
    if (resumed) store.update({ waiting: { order, choose: null } });
    send(document, "picked", pick("one"));
    scans[0].end(found());
    await settled();
    send(document, "policy-loaded", { ...plainPolicy(), verbose: true });
    if (!resumed) send(document, "start", { linkage: false });
    for (let turn = 0; turn < 400 && store.state.order === null; turn++) await settled();
    assert.deepEqual(kept, resumed ? [] : [true]);
  }
});

test("what was decided about these files is not remembered for others, and is gone when the policy is reset", async () => {
  const kept = [];
  globalThis.localStorage = { setItem: (_, text) => kept.push(JSON.parse(text).policy), removeItem: () => kept.pop() };
  const { store, scans } = begin();
  send(document, "picked", pick("one"));
  scans[0].end(found());
  await settled();
  const policy = { ...plainPolicy(), allow_sop_classes: ["1.2.3", "1.2.4"] };
  store.update({ policy, decisions: [{ kinds: [0], sopClass: "1.2.3", changes: ["allow"] }] });
  send(document, "start", { linkage: false });
  for (let turn = 0; turn < 400 && store.state.order === null; turn++) await settled();
  assert.deepEqual(store.state.order.policy.allow_sop_classes, ["1.2.3", "1.2.4"]);
  assert.deepEqual(kept[0].allow_sop_classes, ["1.2.4"]);
  send(document, "policy-reset");
  assert.deepEqual([store.state.policy, store.state.decisions, kept], [plainPolicy(), [], []]);
});

test("nothing else is opened while a run goes on", async () => {
  const { store, scans } = begin();
  store.update({ phase: "running" });
  send(document, "picked", pick("one"));
  await settled();
  assert.deepEqual([store.state.pick, scans.length, store.state.notes.choose?.code], [null, 0, "RUN_GOES_ON"]);
});

test("too little room for the results is said, once for each choice", async () => {
  const { store, scans } = begin();
  send(document, "picked", pick("one"));
  scans[0].end(found({ studies: [{ ...STUDY, bytes: 2000 }] }));
  await settled();
  assert.equal(store.state.notes.run?.code, "NOT_ENOUGH_ROOM");
  send(document, "studies-chosen", { studies: [0], series: [] });
  await settled();
  assert.equal(store.state.notes.run, undefined);
});
