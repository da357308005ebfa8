/** Whether a key is that of an earlier run: by what the run has kept of its key, and by no guess. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";

const { checkOf, deriveKey, makePassphrase, salted } = await import("../../../js/page/project-key.js");
const { wordsOf } = await import("../../../js/resume/earlier-key.js");
const { EarlierKeys, sameKey } = await import("../../../js/resume/earlier-keys.js");
const { send } = await import("../../../js/intents.js");
const { Store } = await import("../../../js/state.js");
const { setTimeout: later } = await import("node:timers/promises");

const WORDS = "seven grey herons by the weir";
const [SALT, OTHER] = ["HERO-NSBY-THEW-EIRS-EVEN-GREY", "QF3K-7XN2-ABCD-EFGH-IJKL-MNOP"];

async function stored(name, passphrase, salt) {
  const check = await checkOf(await deriveKey(salt ? salted(passphrase, salt) : passphrase));
  return { name, about: { source: "Folder “scans”", policy: "" }, key: { salt, check } };
}

const [MAY, JUNE, ELSE] = ["dicom-deid-20260521-093000", "dicom-deid-20260621-093000", "dicom-deid-20260721-093000"];
const runs = [
  await stored(MAY, WORDS, SALT),
  await stored(JUNE, WORDS, SALT),
  await stored(ELSE, "eight geese", OTHER),
  { name: "dicom-deid-20250101-000000", about: null, key: null },
];

test("the check is that of the Python core", async () => {
  const key = Uint8Array.from({ length: 32 }, (_, at) => at);
  assert.equal(await checkOf(key), "e7c4b83017b63704");
});

test("a passphrase with its salt is the key of the newest run that was begun with both", async () => {
  const same = await sameKey(salted(WORDS, SALT), runs, false);
  assert.deepEqual([same.run.name, same.salt], [JUNE, ""]);
  assert.equal(await sameKey(salted(WORDS, OTHER), runs, false), null);
  assert.equal(await sameKey(salted("seven grey heron", SALT), runs, false), null);
});

test("a passphrase without its salt is known by that of the run, which is then offered", async () => {
  const same = await sameKey(WORDS, runs, false);
  assert.deepEqual([same.run.name, same.salt], [JUNE, SALT]);
  assert.equal(await sameKey("nine swans", runs, false), null);
});

test("a made passphrase has no salt, nor has one of version 0.2", async () => {
  const made = makePassphrase();
  const one = await stored(MAY, made, "");
  assert.deepEqual(await sameKey(made, [one], false), { run: one, salt: "" });
  const older = await stored(MAY, WORDS, "");
  assert.deepEqual(await sameKey(WORDS, [older], true), { run: older, salt: "" });
  assert.equal(await sameKey(WORDS, [older], false), null, "with a salt that is made it would be another key");
});

test("the answer is of the passphrase that was asked about, and the salt of the run can be taken", async () => {
  const store = new Store();
  new EarlierKeys(store);
  store.update({ runs, passphrase: WORDS });
  send(document, "compare-key");
  assert.equal(store.state.earlierKey.comparing, true);
  while (store.state.earlierKey.comparing) await later(5);
  assert.match(
    wordsOf(store.state.earlierKey),
    /^With the salt of the run of 21 Jun 2026, \d\d:30 \(Folder “scans”\) it is the key of that run/,
  );
  send(document, "take-salt");
  await later(0);
  assert.equal(store.state.passphrase, salted(WORDS, SALT));
  assert.match(wordsOf(store.state.earlierKey), /^The same key as the run of /);
  assert.equal(wordsOf({ comparing: false, run: null }), "No run that this browser keeps has this key.");
});
