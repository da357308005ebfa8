/** The policy that was used last: what is kept of it, and what is not read back. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";

const { forget, recall, remember, remembered } = await import("../../../js/policy/remembered.js");
const { plainPolicy, Store } = await import("../../../js/state.js");

const OPTIONS = [
  { name: "retain-uids" },
  { name: "retain-full-dates", excludes: ["retain-modified-dates"] },
  { name: "retain-modified-dates", excludes: ["retain-full-dates"] },
];
const chosen = (change = {}) => ({ ...plainPolicy(), options: ["retain-uids"], ...change });

/** An empty storage, or one that holds a text under the only name that is used. */
function storage(text) {
  const kept = new Map();
  globalThis.localStorage = {
    getItem: (name) => text ?? kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  };
  return kept;
}

const stored = (change, format = 1) => JSON.stringify({ format, policy: chosen(change), code: false });

test("a policy comes back as it was, and is gone when it is reset", () => {
  storage();
  const policy = chosen({ attribute: [{ match: "PatientAge", action: "K" }], withhold_faces: true, pseudonyms: 1 });
  remember(policy);
  assert.deepEqual(remembered(OPTIONS), { policy, code: false });
  forget();
  assert.equal(remembered(OPTIONS), null);
});

test("rules in Python and wheels are not kept, and it is said that there were some", () => {
  const kept = storage();
  remember(chosen({ python: [{ code: "print(1)" }], wheels: ["a-1-py3-none-any.whl"] }));
  assert.deepEqual(remembered(OPTIONS), { policy: chosen(), code: true });
  assert.doesNotMatch([...kept.values()].join(), /print|whl/);
});

test("what is broken, or of another version, is not read", () => {
  for (const text of [
    "",
    "{",
    "7",
    "null",
    '{"format": 1}',
    '{"format": 1, "policy": null}',
    stored({}, 2),
    stored({ options: "retain-uids" }),
    stored({ options: ["retain-everything"] }),
    stored({ options: ["retain-full-dates", "retain-modified-dates"] }),
    stored({ verbose: "yes" }),
    stored({ attribute: [{ match: 7 }] }),
    stored({ attribute: [{ run: "x" }] }),
    stored({ python: [{ code: "print(1)" }] }),
    stored({ toString: "x" }),
  ]) {
    storage(text);
    assert.equal(remembered(OPTIONS), null, text);
  }
});

test("a browser that refuses its storage, or has none, remembers nothing and goes on", () => {
  globalThis.localStorage = new Proxy({}, { get: () => assert.fail("refused") });
  remember(chosen());
  forget();
  assert.equal(remembered(OPTIONS), null);
  delete globalThis.localStorage;
  remember(chosen());
  assert.equal(remembered(OPTIONS), null);
});

test("it does not take the place of a policy that was set meanwhile", () => {
  storage(stored());
  const [early, late] = [new Store(), new Store()];
  late.update({ policy: chosen({ verbose: true }) });
  for (const store of [early, late]) recall(store, OPTIONS);
  assert.deepEqual(early.state.policy, chosen());
  assert.deepEqual(late.state.policy, chosen({ verbose: true }));
  assert.equal(late.state.lastUsed, null);
});
