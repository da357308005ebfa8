/** A policy compared, and said in words. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";

const { actionOf, kindOf, same, spoken, whereOf, wordsOf } = await import("../../../js/policy/policy.js");
const { plainPolicy } = await import("../../../js/state.js");

test("two policies say the same whatever the order of options and fields, and whatever says nothing", () => {
  const one = { ...plainPolicy(), options: ["a", "b"], attribute: [{ match: "PatientAge", action: "K" }] };
  const other = {
    attribute: [{ action: "K", match: "PatientAge" }],
    ...plainPolicy(),
    options: ["b", "a"],
    python: [],
  };
  assert.equal(same(one, other), true);
  assert.equal(same(one, { ...one, verbose: true }), false);
});

test("the order of rules counts", () => {
  const [a, b] = [
    { match: "PatientAge", action: "K" },
    { vr: "PN", action: "X" },
  ];
  const policy = plainPolicy();
  assert.equal(same({ ...policy, attribute: [a, b] }, { ...policy, attribute: [b, a] }), false);
});

test("a rule says which elements it reaches, and what becomes of them", () => {
  assert.deepEqual(whereOf({ match: "/PatientName" }), ["", "PatientName", "at the top only"]);
  assert.deepEqual(whereOf({ match: "A/B/C" }), ["", "C", "in items of A, B"]);
  assert.deepEqual(whereOf({ creator: "HERON", element: "(0019,xx0C)" }), ["Private", "(0019,xx0C)", "of HERON"]);
  assert.deepEqual(actionOf({ value: "" }), ["replaced by nothing", ""]);
  assert.deepEqual(actionOf({ action: "U" }), ["given a new UID", ""]);
  assert.equal(spoken({ vr: "PN", value: "HERON" }), "Every element of VR PN replaced by “HERON”");
  assert.equal(kindOf({ pattern: "60xx,4000", action: "X" }), "pattern");
});

test("a policy in one line names what it adds to the Basic Profile", () => {
  assert.equal(wordsOf(plainPolicy(), []), "Basic Profile, without options.");
  const policy = { ...plainPolicy(), allow_sop_classes: ["1.2", "1.3"], python: [{ code: "" }], verbose: true };
  const known = [
    { name: "retain-uids", short: "the original UIDs" },
    { name: "other", short: "another thing" },
  ];
  assert.equal(
    wordsOf({ ...policy, options: ["retain-uids"] }, known),
    "Basic Profile, with: the original UIDs; 2 more SOP Classes allowed; 1 rule in Python; verbose log.",
  );
});
