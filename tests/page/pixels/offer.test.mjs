/** The offer of Clean Pixel Data: for files that are withheld, and that it lets be written. */

import assert from "node:assert/strict";
import test from "node:test";
import { cleanableOf } from "../../../js/pixels/offer.js";

test("only what is withheld and what cleaning lets be written is counted", () => {
  const questions = [
    { fate: "undecided", remedies: [["allow"], ["clean"]], files: 14 },
    { fate: "undecided", remedies: [["allow", "pass"]], files: 2 },
    { fate: "searched", remedies: [["clean"]], files: 3 },
    { fate: "left", remedies: [["clean"]], files: 5 },
  ];
  assert.equal(cleanableOf({ questions }), 14);
  assert.equal(cleanableOf(null), 0);
});
