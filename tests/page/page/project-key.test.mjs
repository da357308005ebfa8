/** The key of a run: a passphrase and its salt, in the forms in which they are put in. */

import assert from "node:assert/strict";
import test from "node:test";
import { deriveKey, isWhole, makePassphrase, parted, salted, wholeKey } from "../../../js/page/project-key.js";

const SALT = "QF3K-7XN2-ABCD-EFGH-IJKL-MNOP";

test("a salt is found behind the passphrase, also where a field has lost the line end", () => {
  for (const key of [
    `grey herons salt:${SALT}`,
    `grey heronssalt: ${SALT.toLowerCase()}`,
    `grey herons\nsalt: ${SALT}\n`,
  ])
    assert.deepEqual(parted(key), { text: "grey herons", salt: SALT });
  for (const text of ["", "grey herons", "sea salt: and pepper", "salt:QF3K"])
    assert.deepEqual(parted(text), { text, salt: "" });
});

test("what is missing of a key is made, and a key of version 0.2 has no salt", () => {
  assert.match(wholeKey("", false), /^([A-Z2-7]{4}-){7}[A-Z2-7]{4}$/); // random itself, it needs no salt
  const made = makePassphrase();
  assert.deepEqual([wholeKey(made, false), isWhole(made, false)], [made, true]);
  assert.match(wholeKey("grey herons", false), /^grey herons salt:/);
  assert.notEqual(wholeKey("grey herons", false), wholeKey("grey herons", false));
  assert.equal(wholeKey(salted("grey herons", SALT), false), salted("grey herons", SALT));
  assert.equal(wholeKey(salted("grey herons", SALT), true), "grey herons");
  assert.equal(wholeKey("grey herons", true), "grey herons");
  assert.match(wholeKey("", true), /^[A-Z2-7-]{39}$/);
  assert.deepEqual(
    [isWhole("", true), isWhole("x", true), isWhole("x", false), isWhole(salted("x", SALT), false)],
    [false, true, false, true],
  );
  assert.match(makePassphrase(), /^([A-Z2-7]{4}-){7}[A-Z2-7]{4}$/);
});

test("the salt makes another key", async () => {
  const hex = async (text) => Buffer.from(await deriveKey(text)).toString("hex");
  const keys = [await hex("grey herons"), await hex(salted("grey herons", SALT))];
  assert.notEqual(keys[0], keys[1]);
  assert.equal(keys[1], await hex(`grey herons\nsalt: ${SALT}`));
});
