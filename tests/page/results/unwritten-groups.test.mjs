/** The groups of what was not written: what needs attention is not lost among what only wants a look. */

import assert from "node:assert/strict";
import test from "node:test";
import { UnwrittenGroups } from "../../../js/results/unwritten-groups.js";

const rows = (number, status, reason, sopClass = "1.2") =>
  Array.from({ length: number }, (_, at) => ({ path: `${reason} ${at}`, status, reason, sopClass, kind: 0 }));

test("failures come first, with their paths, however many files are to be checked", () => {
  const groups = new UnwrittenGroups(20);
  for (const sopClass of ["1.2", "1.3", "1.4", "1.5", "1.6"])
    groups.add(rows(30, "written", "SAME_SOP_INSTANCE", sopClass));
  groups.add(rows(30, "written", "FACE_CAN_BE_REBUILT"));
  groups.add(rows(30, "skipped", "NOT_DICOM"));
  groups.add(rows(30, "skipped", "EMPTY"));
  groups.add(rows(2, "withheld", "BURNED_IN"));
  groups.add(rows(3, "failed", "TRUNCATED"));
  assert.deepEqual(
    groups.sorted.map(({ code, files }) => [code, files]),
    [
      ["TRUNCATED", 3],
      ["BURNED_IN", 2],
      ["SAME_SOP_INSTANCE", 150],
      ["FACE_CAN_BE_REBUILT", 30],
      ["NOT_DICOM", 30],
      ["EMPTY", 30],
    ],
  );
  const [failed, withheld, ...others] = groups.sorted;
  assert.deepEqual([failed.paths.length, withheld.paths.length], [3, 2]);
  assert.ok(others.every(({ paths }) => paths.length > 0));
  assert.equal(
    groups.sorted.reduce((sum, { paths }) => sum + paths.length, 0),
    20,
  );
});

test("what is withheld is grouped by SOP Class, too, since that is what can be allowed; the others are not", () => {
  const groups = new UnwrittenGroups();
  for (const status of ["withheld", "failed"])
    for (const sopClass of ["1.2", "1.3"]) groups.add(rows(1, status, "CODE", sopClass));
  assert.deepEqual(
    groups.sorted.map(({ status, sopClass, files }) => [status, sopClass, files]),
    [
      ["failed", "", 2],
      ["withheld", "1.2", 1],
      ["withheld", "1.3", 1],
    ],
  );
});
