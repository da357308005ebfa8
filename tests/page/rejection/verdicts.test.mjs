/** What was passed and rejected of the results, and what the counts come to when the rejected ones are taken out. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";
import { withoutRejected } from "../../../js/rejection/counts.js";
import { Verdicts } from "../../../js/rejection/verdicts.js";

const KEYS = ["a", "b", "c"];

test("a verdict can be given anew and taken back, one after the other", () => {
  const verdicts = new Verdicts();
  verdicts.judge("a", "passed");
  verdicts.judge("b", "rejected");
  verdicts.judge("a", "rejected");
  assert.deepEqual(verdicts.counts(KEYS), { passed: 0, rejected: 2, open: 1 });
  assert.deepEqual([verdicts.undo(), verdicts.of("a")], ["a", "passed"]);
  assert.deepEqual([verdicts.undo(), verdicts.of("b")], ["b", "open"]);
  assert.deepEqual([verdicts.undo(), verdicts.undo(), verdicts.undoable], ["a", "", ""]);
});

test("only rejected series are to be taken out, and what was taken out does not come back", () => {
  const verdicts = new Verdicts();
  verdicts.judge("a", "rejected");
  verdicts.judge("b", "passed");
  verdicts.judge("c", "rejected");
  verdicts.undo();
  assert.deepEqual(verdicts.rejected, ["a"]);
  verdicts.forget(["a"]);
  assert.deepEqual([verdicts.rejected, verdicts.undo(), verdicts.of("a")], [[], "", "open"]);
  assert.equal(verdicts.of("b"), "passed");
});

test("whoever shows the verdicts is told of each change", () => {
  const verdicts = new Verdicts();
  let told = 0;
  verdicts.changed.listen(() => told++);
  verdicts.judge("a", "rejected");
  verdicts.undo();
  verdicts.undo();
  verdicts.forget(["a"]);
  assert.equal(told, 3);
});

const counts = (written, withheld) => ({ written, withheld, skipped: 1, failed: 0 });
const study = (uid, written, bytes) => ({
  ...{ patient_id: "P", study_instance_uid: uid, bytes_out: bytes },
  counts: counts(written, 0),
});

test("what was taken out is withheld in the counts of the run and of its studies, and its bytes are gone", () => {
  const summary = {
    ...{ name: "run-1", end: "finished", bytes_out: 100, reasons: { BURNED_IN: 2, FACE_CAN_BE_REBUILT: 3 } },
    ...{ counts: counts(7, 2), studies: [study("1.2", 4, 60), study("1.3", 3, 40)] },
  };
  const studies = { 1.2: { files: 3, bytes: 45 } };
  const after = withoutRejected(summary, {
    files: 3,
    bytes: 45,
    left: 4,
    reasons: { FACE_CAN_BE_REBUILT: 3 },
    studies,
  });
  assert.deepEqual([after.counts, after.bytes_out], [counts(4, 5), 55]);
  assert.deepEqual(after.reasons, { BURNED_IN: 2, REJECTED: 3 });
  assert.deepEqual(after.studies, [{ ...study("1.2", 1, 15), counts: counts(1, 3) }, study("1.3", 3, 40)]);
  assert.deepEqual(withoutRejected(summary, { files: 0, bytes: 0, left: 7, reasons: {}, studies: {} }), summary);
});
