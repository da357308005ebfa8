/** Forecasts by kind: which outcome under which policy, what would change it, and what nobody can promise. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Sources } from "../../../worker/pick/sources.js";
import { Kinds } from "../../../worker/scan/kinds.js";
import { Scan } from "../../../worker/scan/scan.js";
import { changedBy, Forecaster } from "../../../worker/shared/forecast.js";
import { groupsOf } from "../../../worker/shared/forecast-groups.js";
import { bytesOf, expected } from "../expected.mjs";

const TABLE = new URL("../../../py/dicom_deid/tables/forecast.json", import.meta.url);
const rules = JSON.parse(readFileSync(TABLE, "utf8"));
const [CT, ULTRASOUND] = ["1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.6.1"];
const BASIC = { options: [], allow_sop_classes: [], pass_burned_in: false };
const KNOWN = {
  ...{ end: "", sopClass: CT, picture: true, signs: [], maybe: [] },
  ...{ sound: false, overlay: false, head: false, excess: false },
};
const ofKind = (facts) => ({ ...KNOWN, ...facts });
const under = (policy) => new Forecaster(rules, { ...BASIC, ...policy });

test("a kind that usually shows a name can be allowed, or cleaned by a review", () => {
  const facts = ofKind({ sopClass: ULTRASOUND });
  assert.deepEqual(under({}).of(facts), { outcome: "withheld", reason: "SOP_CLASS_WITHHELD", open: "" });
  assert.deepEqual(under({}).remedies(facts), [["allow"], ["clean"]]);
  assert.equal(under({ allow_sop_classes: [ULTRASOUND] }).of(facts).outcome, "written");
  const cleaned = under({ options: ["clean-pixel-data"] }).of(facts);
  assert.deepEqual(cleaned, { outcome: "written", reason: "SOP_CLASS_WITHHELD", open: "pixels" });
});

test("a remedy is complete: what also says that text is burned in needs both", () => {
  const facts = ofKind({ sopClass: ULTRASOUND, signs: [["BURNED_IN", true]] });
  assert.deepEqual(under({}).remedies(facts), [["allow", "pass"], ["clean"]]);
  const policy = changedBy(["allow", "pass"], BASIC, facts, rules);
  assert.deepEqual(policy, { options: [], allow_sop_classes: [ULTRASOUND], pass_burned_in: true });
  assert.equal(new Forecaster(rules, policy).of(facts).outcome, "written");
  assert.deepEqual(BASIC, { options: [], allow_sop_classes: [], pass_burned_in: false });
});

test("nothing is promised that stands behind the bytes that were read, unless the policy does not ask for it", () => {
  const facts = ofKind({ maybe: [["BURNED_IN", true]] });
  assert.equal(under({}).of(facts).open, "header");
  assert.equal(under({ pass_burned_in: true }).of(facts).open, "");
  assert.equal(under({}).of(ofKind({ overlay: null })).open, "header");
  assert.equal(under({}).of(ofKind({ head: null })).open, "");
  assert.equal(under({ withhold_faces: true }).of(ofKind({ head: null })).open, "header");
});

test("what cannot be read is no decision of the policy", () => {
  for (const [end, outcome] of [
    ["NOT_DICOM", "skipped"],
    ["TRUNCATED", "failed"],
    ["PIXELS_ELSEWHERE", "withheld"],
  ]) {
    assert.deepEqual(under({}).of(ofKind({ end })), { outcome, reason: end, open: "" });
    assert.deepEqual(under({}).remedies(ofKind({ end })), []);
  }
});

test("66,000 files of a few kinds are forecast by kind, and in groups", () => {
  const kinds = new Kinds();
  for (let file = 0; file < 66_000; file++)
    kinds.count(ofKind({ sopClass: file % 3 ? CT : ULTRASOUND, head: file % 2 === 0 }));
  assert.equal(kinds.all.length, 4);
  const { sums, groups } = groupsOf(under({}), kinds.all);
  assert.deepEqual(sums, { written: 44_000, withheld: 22_000, skipped: 0, failed: 0, open: { header: 0, pixels: 0 } });
  const withheld = groups.filter(({ outcome }) => outcome === "withheld");
  assert.deepEqual(
    withheld.map(({ files, kinds }) => [files, kinds.length]),
    [[22_000, 2]],
  );
  const only = groupsOf(under({}), kinds.all, { [withheld[0].kinds[0]]: 5 });
  assert.deepEqual([only.sums.withheld, only.groups.length], [5, 1]);
});

test("a scan counts the kinds of all files and of each study", async (context) => {
  context.mock.method(globalThis, "fetch", async () => Response.json(rules));
  const path = expected.files.find(({ path }) => path.endsWith("/CT_small.dcm")).path;
  const files = [new File([bytesOf(path)], "a.dcm"), new File([bytesOf(path)], "b.dcm"), new File(["no"], "c.txt")];
  const sources = new Sources();
  const found = await new Scan(sources, null).run({ kind: "files", files }, () => {});
  assert.deepEqual(sources.kinds, [0, 0, 1]);
  const bytes = found.bytes;
  assert.deepEqual(found.studies[0].kinds, { 0: { files: 2, bytes } });
  const { sums } = groupsOf(under({}), found.kinds);
  assert.deepEqual([sums.written, sums.skipped], [2, 1]);
});

test("without its rules a scan finds all that it did, and forecasts nothing", async (context) => {
  context.mock.method(globalThis, "fetch", async () => new Response("", { status: 404 }));
  const path = expected.files.find(({ path }) => path.endsWith("/CT_small.dcm")).path;
  const sources = new Sources();
  const found = await new Scan(sources, null).run({ kind: "files", files: [new File([bytesOf(path)], "a")] }, () => {});
  assert.deepEqual([found.dicom, found.kinds, sources.kinds], [1, [], [-1]]);
});
