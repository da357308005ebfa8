/** The files that take part in a run: whole studies, studies without single series, and none of those that are left out. */

import assert from "node:assert/strict";
import test from "node:test";
import { Choice, takingOf } from "../../../js/scan/taking.js";

const sum = (files) => ({ files, bytes: 10 * files });
const STUDIES = [
  { study: 0, series: 3, files: 30, bytes: 300, modality: "CT", folder: "a", kinds: { 0: sum(20), 1: sum(10) } },
  { study: 1, series: 2, files: 20, bytes: 200, modality: "MR", folder: "b", kinds: { 0: sum(20) } },
  { study: 2, series: 1, files: 10, bytes: 100, modality: "US", folder: "c", kinds: { 1: sum(10) } },
];
const SERIES = { study: 0, series: 1, files: 12, bytes: 120, kinds: { 0: sum(8), 1: sum(4) } };

test("without a choice all of it takes part, and the studies are the very same", () => {
  const taking = takingOf({ found: { studies: STUDIES }, leftOut: { studies: [], series: [], kinds: [] } });
  assert.deepEqual([taking.dicom, taking.bytes], [60, 600]);
  assert.equal(taking.studies[1], STUDIES[1]);
  assert.equal(new Choice({ studies: [], series: [], kinds: [] }).isAll, true);
});

test("before a scan has ended nothing takes part", () => {
  assert.deepEqual(takingOf({ found: null, leftOut: { studies: [], series: [], kinds: [] } }), {
    studies: [],
    dicom: 0,
    bytes: 0,
  });
});

test("a study that is left out, and a series of another one, are not counted", () => {
  const leftOut = { studies: [1], series: [SERIES], kinds: [] };
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
  const choice = new Choice({ studies: [1], series: [SERIES], kinds: [] });
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
  const choice = new Choice({ studies: [1], series: [SERIES], kinds: [] });
  assert.deepEqual(choice.with([0, 1], true), { studies: [], series: [], kinds: [] });
  assert.deepEqual(choice.with([0], false), { studies: [1, 0], series: [], kinds: [] });
  assert.deepEqual(choice.with([2], false), { studies: [1, 2], series: [SERIES], kinds: [] });
});

test("a kind of files that is left out is missing from each study, once, and from none that has nothing else", () => {
  const leftOut = { studies: [], series: [SERIES], kinds: [1] };
  const { studies, dicom, bytes } = takingOf({ found: { studies: STUDIES }, leftOut });
  assert.deepEqual([dicom, bytes], [32, 320]);
  assert.deepEqual(
    studies.map(({ study, files, kinds }) => [study, files, kinds]),
    [
      [0, 12, { 0: sum(12) }],
      [1, 20, { 0: sum(20) }],
    ],
  );
  assert.deepEqual(new Choice(leftOut).with([0], true), { studies: [], series: [], kinds: [1] });
});

test("one of 20,000 series of a study takes part, and each of the others is looked at a few times only", () => {
  let looks = 0;
  const series = Array.from({ length: 19_999 }, (_, at) => ({
    ...SERIES,
    series: at,
    get files() {
      looks++;
      return 1;
    },
    bytes: 10,
    kinds: { 0: sum(1) },
  }));
  const study = { ...STUDIES[0], series: 20_000, files: 20_000, bytes: 200_000, kinds: { 0: sum(20_000) } };
  const { dicom } = takingOf({ found: { studies: [study] }, leftOut: { studies: [], series, kinds: [] } });
  assert.equal(dicom, 1);
  assert.ok(looks < 20 * series.length, `${looks} looks`);
});
