/** The files that take part in a run: whole studies, studies without single series, and none of those that are left out. */

import assert from "node:assert/strict";
import test from "node:test";
import { Choice, takingOf } from "../../../js/scan/taking.js";

const STUDIES = [
  { study: 0, series: 3, files: 30, bytes: 300, modality: "CT", folder: "a" },
  { study: 1, series: 2, files: 20, bytes: 200, modality: "MR", folder: "b" },
  { study: 2, series: 1, files: 10, bytes: 100, modality: "US", folder: "c" },
];
const SERIES = { study: 0, series: 1, files: 12, bytes: 120 };

test("without a choice all of it takes part, and the studies are the very same", () => {
  const taking = takingOf({ found: { studies: STUDIES }, leftOut: { studies: [], series: [] } });
  assert.deepEqual([taking.dicom, taking.bytes], [60, 600]);
  assert.equal(taking.studies[1], STUDIES[1]);
  assert.equal(new Choice({ studies: [], series: [] }).isAll, true);
});

test("before a scan has ended nothing takes part", () => {
  assert.deepEqual(takingOf({ found: null, leftOut: { studies: [], series: [] } }), {
    studies: [],
    dicom: 0,
    bytes: 0,
  });
});

test("a study that is left out, and a series of another one, are not counted", () => {
  const leftOut = { studies: [1], series: [SERIES] };
  const { studies, dicom, bytes } = takingOf({ found: { studies: STUDIES }, leftOut });
  assert.deepEqual([dicom, bytes], [28, 280]);
  assert.deepEqual(
    studies.map(({ study, series, files }) => [study, series, files]),
    [
      [0, 2, 18],
      [2, 1, 10],
    ],
  );
  assert.equal(STUDIES[0].files, 30);
});

test("each study is whole, part or left out", () => {
  const choice = new Choice({ studies: [1], series: [SERIES] });
  assert.deepEqual(
    [0, 1, 2].map((study) => [choice.isWhole(study), choice.isPart(study)]),
    [
      [false, true],
      [false, false],
      [true, false],
    ],
  );
  assert.equal(choice.hasParts, true);
});

test("taking a study takes all of its series again; leaving one out forgets its parts", () => {
  const choice = new Choice({ studies: [1], series: [SERIES] });
  assert.deepEqual(choice.with([0, 1], true), { studies: [], series: [] });
  assert.deepEqual(choice.with([0], false), { studies: [1, 0], series: [] });
  assert.deepEqual(choice.with([2], false), { studies: [1, 2], series: [SERIES] });
});
