/** The forecast in the state of the page: it follows the files, the choice and the policy; decisions go into the policy and out again. */

import "../browser.mjs";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const { send } = await import("../../../js/intents.js");
const { Forecasting } = await import("../../../js/forecast/forecasting.js");
const { takingOf } = await import("../../../js/scan/taking.js");
const { NONE_LEFT_OUT, plainPolicy, Store } = await import("../../../js/state.js");

const TABLE = new URL("../../../py/dicom_deid/tables/forecast.json", import.meta.url);
const ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1";
const KNOWN = {
  end: "",
  picture: true,
  signs: [],
  maybe: [],
  sound: false,
  overlay: false,
  head: false,
  excess: false,
};
const kind = (sopClass, files) => ({ facts: { ...KNOWN, sopClass }, files });
const study = (number, kinds) => ({
  ...{ study: number, series: 1, kinds },
  files: Object.values(kinds).reduce((sum, { files }) => sum + files, 0),
});
const FOUND = {
  kinds: [kind("1.2.840.10008.5.1.4.1.1.2", 9), kind(ULTRASOUND, 13)],
  studies: [study(0, { 0: { files: 9, bytes: 9 } }), study(1, { 1: { files: 13, bytes: 13 } })],
};

/** A store with a forecast in it, on a document of its own. */
async function begin(answer = () => Response.json(JSON.parse(readFileSync(TABLE, "utf8")))) {
  globalThis.document = Object.assign(new EventTarget(), { body: null });
  globalThis.fetch = async () => answer();
  const store = new Store();
  const forecasting = new Forecasting(store, takingOf);
  store.update({ found: FOUND });
  assert.equal(store.state.forecast, null);
  await forecasting.load();
  return store;
}

const sums = ({ state: { forecast } }) => [forecast.sums.written, forecast.sums.undecided];

test("the forecast follows what takes part", async () => {
  const store = await begin();
  assert.deepEqual(sums(store), [9, 13]);
  store.update({ leftOut: { ...NONE_LEFT_OUT, studies: [0] } });
  assert.deepEqual(sums(store), [0, 13]);
  store.update({ leftOut: { ...NONE_LEFT_OUT, kinds: [1] } });
  assert.deepEqual([...sums(store), store.state.forecast.questions[0].fate], [9, 0, "left"]);
});

test("a decision goes into the policy, is undone, and is forgotten with other files", async () => {
  const store = await begin();
  const [question] = store.state.forecast.questions;
  store.update({ policyError: "BAD_UID" });
  send(document, "decided", { kinds: [1], sopClass: ULTRASOUND, changes: ["allow"] });
  const { policy, policyError, decisions } = store.state;
  assert.deepEqual([policy.allow_sop_classes, policyError, decisions.length], [[ULTRASOUND], "", 1]);
  assert.deepEqual(sums(store), [22, 0]);
  send(document, "undecided", question);
  assert.deepEqual([store.state.policy, store.state.decisions], [plainPolicy(), []]);
  send(document, "decided", { kinds: [1], sopClass: ULTRASOUND, changes: ["allow"] });
  store.update({ pick: { picked: { kind: "files", files: [] }, label: "other" }, found: null });
  assert.deepEqual([store.state.policy, store.state.decisions, store.state.forecast], [plainPolicy(), [], null]);
});

test("without its rules the page forecasts nothing, and goes on", async () => {
  const store = await begin(() => new Response("", { status: 404 }));
  assert.equal(store.state.forecast, null);
  send(document, "decided", { kinds: [1], sopClass: ULTRASOUND, changes: ["allow"] });
  assert.deepEqual(store.state.policy, plainPolicy());
});

test("what was allowed and then taken out of the policy by hand stays out, whatever is decided next", async () => {
  const store = await begin();
  send(document, "decided", { kinds: [1], sopClass: ULTRASOUND, changes: ["allow", "pass"] });
  store.update({ policy: { ...store.state.policy, allow_sop_classes: [] } });
  assert.deepEqual(store.state.decisions, [{ kinds: [1], sopClass: ULTRASOUND, changes: ["pass"] }]);
  send(document, "decided", { kinds: [2], sopClass: "1.2.3", changes: ["allow"] });
  assert.deepEqual([store.state.policy.allow_sop_classes, sums(store)], [["1.2.3"], [9, 13]]);
  store.update({ policy: plainPolicy() });
  assert.deepEqual(store.state.decisions, []);
});
