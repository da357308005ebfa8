/** The patients of a run that has ended: whose files are together, and whether something is missing. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";
import { cameOf } from "../../../js/page/outcome.js";
import { patientsOf } from "../../../js/results/patients.js";

const none = { written: 0, withheld: 0, skipped: 0, failed: 0 };
const came = (study, patient_id, counts, files = 3) => ({
  ...{ study, patient_id, study_instance_uid: patient_id && `2.25.${study}`, bytes_out: 0 },
  ...{ counts: { ...none, ...counts }, files },
});
const found = (...abouts) => abouts.map(([id, patient], study) => ({ study, about: { id, patient, date: "" } }));
const sums = (patients) => patients.map(({ id, counts, files }) => [id, counts.written, counts.failed, files]);

test("a study of which nothing has a new ID is with the others of its patient", () => {
  const studies = [came(0, "P1", { written: 3 }), came(1, "", { failed: 3 }), came(2, "", { failed: 3 })];
  const patients = patientsOf(studies, found(["17", "Ada"], ["17", "Ada"], ["18", "Ada"]));
  assert.deepEqual(sums(patients), [
    ["P1", 3, 3, 6],
    ["", 0, 3, 3],
  ]);
});

test("where an original ID has several new ones, or names nobody, a study without a new ID stands for itself", () => {
  const studies = [came(0, "P1", { written: 3 }), came(1, "P2", { written: 3 })];
  const others = [came(2, "", { failed: 3 }), came(3, "", { failed: 3 }), came(4, "", { failed: 3 })];
  const abouts = found(["0", ""], ["0", ""], ["0", ""], ["", ""], ["", ""]);
  assert.equal(patientsOf([...studies, ...others], abouts).length, 5);
});

test("a patient of whom something was withheld, failed or was not reached is not whole, and it is said", () => {
  assert.deepEqual(cameOf(came(0, "P1", { written: 2, skipped: 1 })), { words: "2 written, 1 skipped", short: false });
  assert.deepEqual(cameOf(came(0, "P1", { written: 1, failed: 1 })), {
    ...{ words: "1 written, 1 failed, 1 not reached", short: true },
  });
  assert.deepEqual(cameOf(undefined, 4), { words: "4 not reached", short: true });
  assert.equal(cameOf(came(0, "P1", { skipped: 3 })).short, true); // nothing of the patient is there
});

test("five thousand patients are put together at once", () => {
  const studies = Array.from({ length: 20_000 }, (_, study) => came(study, `P${study % 5000}`, { written: 3 }));
  const patients = patientsOf(studies, found(...studies.map((_, study) => [`${study % 5000}`, ""])));
  assert.equal(patients.length, 5000);
  assert.deepEqual(sums(patients)[0], ["P0", 12, 0, 12]);
});
