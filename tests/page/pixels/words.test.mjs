/** What the review comes to, in words: what is withheld for its pictures, and nothing that is missing for other reasons. */

import assert from "node:assert/strict";
import test from "node:test";
import { barWords, isShort } from "../../../js/forecast/words.js";
import { reviewedSums, saidOf, unseenWords } from "../../../js/pixels/words.js";

const REVIEWED = {
  groups: 2,
  instances: 7,
  undecided: 3,
  leftOut: 0,
  unread: 1,
  unseen: 2,
  unwritable: 15,
  doubted: 5,
  mask: null,
};
const APPROVED = { ...REVIEWED, undecided: 0, unread: 0, unseen: 0 };
const SUMS = { written: 20, unread: 0, searched: 7, undecided: 0, never: 15 };
const policy = /** @type {any} */ ({ options: ["clean-pixel-data"] });

/** The line beside Start. */
const bar = (reviewed, regionsLoaded = false, sums = SUMS) =>
  barWords(reviewedSums(sums, { policy, reviewed, regionsLoaded }));

test("files that are not written anyway are not counted as withheld for their pictures", () => {
  assert.equal(
    saidOf(REVIEWED),
    "2 groups of 7 objects with pictures. 15 files that cannot be written anyway were not looked at. " +
      "6 objects will be withheld: 3 not approved, 1 not readable, 2 not looked at.",
  );
  assert.equal(
    bar(REVIEWED),
    "21 of 42 DICOM files will be written, 6 will be withheld for their pictures, 15 cannot be written",
  );
});

test("where all is approved nothing is withheld for its pictures", () => {
  assert.match(saidOf(APPROVED), /None of them will be withheld\.$/);
  const sums = { ...SUMS, searched: 5, never: 0 };
  assert.equal(bar(APPROVED, false, sums), "25 of 25 DICOM files will be written");
  assert.ok(!isShort(reviewedSums(sums, { policy, reviewed: APPROVED, regionsLoaded: false })));
});

test("what takes part since the search is withheld, and what no longer does is never counted as written", () => {
  assert.match(bar(APPROVED, false, { ...SUMS, searched: 9 }), /^25 of 44 .* written, 4 will be withheld for their/);
  assert.match(bar(REVIEWED, false, { ...SUMS, written: 2, searched: 1 }), /^0 of 18 .* written, 3 will be withheld/);
});

test("before a search nothing of it is promised, and with a regions file it is that which decides", () => {
  assert.match(bar(null), /^20 of 42 .* written, 7 after a search for text in their pictures, 15/);
  assert.match(unseenWords({ policy, reviewed: null, regionsLoaded: false }), /nobody has looked at/);
  assert.match(bar(null, true), /^20 of 42 .* written, 7 as the regions file says, 15/);
  assert.equal(unseenWords({ policy, reviewed: null, regionsLoaded: true }), "");
});
