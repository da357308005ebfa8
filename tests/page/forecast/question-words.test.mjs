/** Questions of the forecast in words: plain names, the consequence, and what Allow would mean. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import {
  allowing,
  cleanWords,
  nameOf,
  standingOf,
  titleOf,
  undoWords,
  whyOf,
} from "../../../js/forecast/question-words.js";

const TABLES = new URL("../../../py/dicom_deid/tables/", import.meta.url);
const table = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, TABLES), "utf8"));
const classes = table("sop-classes");
globalThis.fetch = async () => Response.json(table("reasons"));
const { reasons } = await import("../../../js/page/tables.js");
await reasons.fetch();

const named = (name) => classes.find((known) => known.name === name);
const question = (change) => ({
  ...{ files: 48, sopClass: "1.2", reason: "SOP_CLASS_WITHHELD", fate: "undecided", kinds: [0] },
  ...{ remedies: [["allow"], ["clean"]], ...change },
});

test("a kind is called by what people say, not as the standard does", () => {
  const names = [
    "Secondary Capture Image Storage",
    "Encapsulated PDF Storage",
    "Hardcopy Color Image Storage SOP Class",
  ];
  assert.deepEqual(
    names.map((name, at) => nameOf(question({ files: 2 - at }), named(name))),
    ["2 Secondary Capture images", "1 Encapsulated PDF object", "0 Hardcopy Color images"],
  );
  assert.equal(nameOf(question({ files: 1 })), "1 object of a private kind");
  assert.equal(nameOf(question({ sopClass: "" })), "48 objects without a kind");
});

test("files of one kind that are withheld for several reasons have names of their own", () => {
  const capture = named("Secondary Capture Image Storage");
  const names = [{}, { reason: "BURNED_IN", remedies: [["pass"]] }, { remedies: [["allow", "pass"], ["clean"]] }];
  assert.deepEqual(
    names.map((change) => nameOf(question(change), capture)),
    [
      "48 Secondary Capture images",
      "48 Secondary Capture images with text burned in",
      "48 Secondary Capture images marked as showing text or a person",
    ],
  );
});

test("why a kind is withheld is told of the kind itself where that is the reason, else of its header", () => {
  const capture = named("Secondary Capture Image Storage");
  assert.equal(whyOf(question({ outcome: "written", reason: "", fate: "left" }), capture), "");
  assert.equal(whyOf(question(), capture), "Captured screens usually show the patient's name in the picture.");
  assert.match(
    whyOf(question({ remedies: [["allow", "pass"], ["clean"]] }), capture),
    /picture\. Each also says itself/,
  );
  assert.match(whyOf(question({ reason: "BURNED_IN", remedies: [["pass"]] }), capture), /burned into its pixels/);
});

test("what Allow does beyond its kind is said before it is pressed, and what was decided after", () => {
  assert.equal(standingOf(question()), "");
  assert.match(standingOf(question({ remedies: [["pass"]] })), /^Allow then holds for all that says/);
  assert.equal(standingOf(question({ fate: "written" })), "Allowed.");
  assert.equal(standingOf(question({ fate: "left" })), "Left out.");
  assert.match(standingOf(question({ fate: "searched" })), /^To be cleaned/);
  assert.deepEqual(allowing([["clean"]]), undefined);
});

test("cleaning is for all kinds that it helps, and so is undoing it: both say so", () => {
  const [one, other] = [question({ fate: "searched" }), question({ fate: "searched", files: 13 })];
  assert.equal(cleanWords(question(), 61), "Clean the pixels of all kinds (61 files)");
  assert.equal(cleanWords(question(), 48), "Clean the pixels");
  assert.equal(undoWords(one, [one, other]), "Undo for all kinds");
  assert.equal(undoWords(one, [one, question()]), "Undo");
  const allowed = question({ fate: "written" });
  assert.equal(undoWords(allowed, [allowed, question({ fate: "written" })]), "Undo");
});

test("the heading counts what is to be decided", () => {
  assert.equal(titleOf(61), "61 files need a decision");
  assert.equal(titleOf(1), "1 file needs a decision");
  assert.match(titleOf(0), /is decided/);
});
