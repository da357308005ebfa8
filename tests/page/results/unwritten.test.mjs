/** What is offered of the files that were not written: what can be allowed of them, and their list as a table. */

import "../browser.mjs";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const TABLES = new URL("../../../py/dicom_deid/tables/", import.meta.url);
const table = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, TABLES), "utf8"));
globalThis.fetch = async (url) => ({ ok: true, json: async () => table(/(\w+)\.json$/.exec(url)[1]) });

const { allowWords, restOf } = await import("../../../js/results/unwritten.js");
const { waysOf } = await import("../../../js/results/remedies.js");
const { tableOf } = await import("../../../js/results/unwritten-list.js");
const { reasons } = await import("../../../js/page/tables.js");
const { plainPolicy } = await import("../../../js/state.js");

const rules = table("forecast");
const [CT, ULTRASOUND] = ["1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.6.1"];
const SOP_CLASS = table("sop-classes").find(({ uid }) => uid === ULTRASOUND);
const group = (code, sopClass, kinds = [[-1, 3]]) => ({ code, sopClass, kinds: new Map(kinds) });
const ways = (of, policy = {}, kinds = []) => waysOf(of, { ...plainPolicy(), ...policy }, rules, kinds);
const facts = (sopClass, signs = []) => ({
  facts: {
    ...{ end: "", sopClass, picture: true, signs, maybe: [] },
    ...{ sound: false, overlay: false, head: false, excess: false },
  },
});

test("a kind that is withheld can be allowed, and nothing else of the policy changes", () => {
  const policy = { options: ["retain-uids"], allow_sop_classes: [CT] };
  const [way, ...others] = ways(group("SOP_CLASS_WITHHELD", ULTRASOUND), policy);
  assert.deepEqual(others, []);
  assert.deepEqual([way.changes, way.files], [["allow"], 3]);
  assert.deepEqual(way.policy, { ...plainPolicy(), ...policy, allow_sop_classes: [CT, ULTRASOUND] });
});

test("what says in so many words that it shows text can only be passed", () => {
  const [way, ...others] = ways(group("BURNED_IN", CT));
  assert.deepEqual([way.changes, way.policy.pass_burned_in, others], [["pass"], true, []]);
  const one = { code: "BURNED_IN", sopClass: ULTRASOUND, files: 1 };
  const words = allowWords({ ...way, files: 1 }, one, SOP_CLASS);
  assert.equal(words, "Allow 1 Ultrasound image with text burned in and run only it");
});

test("of files that need more than others, each step says how many it is enough for", () => {
  const kinds = [facts(ULTRASOUND), facts(ULTRASOUND, [["BURNED_IN", true]])];
  const of = group("SOP_CLASS_WITHHELD", ULTRASOUND, [
    [0, 10],
    [1, 3],
  ]);
  const all = { code: "SOP_CLASS_WITHHELD", sopClass: ULTRASOUND, files: 13 };
  const offered = ways(of, {}, kinds).map((way) => [way.changes.join(), way.files, allowWords(way, all, SOP_CLASS)]);
  assert.deepEqual(offered, [
    ["allow", 10, "Allow 10 of 13 Ultrasound images and run only them"],
    ["allow,pass", 13, "Allow 13 Ultrasound images, also with text or a person in them, and run only them"],
  ]);
});

test("nothing is offered where no policy would write the files", () => {
  for (const [code, sopClass] of [
    ["TRUNCATED", CT],
    ["OVERLAY_IN_PIXELS", CT],
    ["UNKNOWN_SOP_CLASS", ""],
  ])
    assert.deepEqual(ways(group(code, sopClass)), [], code);
});

test("the table says of each file where it is, what became of it and why, and is harmless to a spreadsheet", async () => {
  await reasons.fetch();
  const rows = [
    { sourceId: "2", status: "withheld", reason: "SOP_CLASS_WITHHELD", sopClass: ULTRASOUND, path: "b, c.dcm" },
    { sourceId: "1", status: "skipped", reason: "NOT_DICOM", sopClass: "", path: "=1+1" },
  ];
  const lines = tableOf(rows, [{ uid: ULTRASOUND, name: "Ultrasound Image Storage" }]).split("\n");
  const { SOP_CLASS_WITHHELD: withheld, NOT_DICOM: skipped } = table("reasons");
  assert.deepEqual(lines, [
    "path,outcome,reason,sentence,remedy,sop_class_uid,sop_class",
    `'=1+1,skipped,NOT_DICOM,${skipped.sentence},${skipped.remedy},,`,
    `"b, c.dcm",withheld,SOP_CLASS_WITHHELD,${withheld.sentence},"${withheld.remedy}",${ULTRASOUND},Ultrasound Image Storage`,
    "",
  ]);
});

test("what a way leaves out is said of one file and of several", () => {
  assert.equal(restOf(1), "By what their headers say, the other one stays withheld.");
  assert.equal(restOf(1200), "By what their headers say, the other 1,200 stay withheld.");
});
