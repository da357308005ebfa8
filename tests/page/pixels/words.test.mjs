/** What the review comes to, in words: what is withheld for its pictures, and nothing that is missing for other reasons. */

import assert from "node:assert/strict";
import test from "node:test";
import { saidOf, withheldWords } from "../../../js/pixels/words.js";

const REVIEWED = {
  groups: 2,
  instances: 7,
  undecided: 3,
  leftOut: 0,
  unread: 1,
  unseen: 2,
  unwritable: 15,
  mask: null,
};
const POLICY = { options: ["clean-pixel-data"] };

test("files that are not written anyway are not counted as withheld for their pictures", () => {
  assert.equal(
    saidOf(REVIEWED),
    "2 groups of 7 objects with pictures. 15 files that cannot be written anyway were not looked at. " +
      "6 objects will be withheld: 3 not approved, 1 not readable, 2 not looked at.",
  );
  const state = { policy: POLICY, reviewed: REVIEWED, regionsLoaded: false };
  assert.equal(withheldWords(state), "6 will be withheld for their pictures");
});

test("where all is approved nothing is withheld for its pictures", () => {
  const reviewed = { ...REVIEWED, undecided: 0, unread: 0, unseen: 0 };
  assert.match(saidOf(reviewed), /None of them will be withheld\.$/);
  assert.equal(withheldWords({ policy: POLICY, reviewed, regionsLoaded: false }), "");
});
