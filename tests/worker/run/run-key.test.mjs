/** By what a run knows its key again: listed after its end, too, and never among its results. */

import assert from "node:assert/strict";
import test from "node:test";
import { Sources } from "../../../worker/pick/sources.js";
import { Tally } from "../../../worker/run/counts.js";
import { openRun } from "../../../worker/run/open.js";
import { listRuns } from "../../../worker/run/stored-runs.js";
import { filesOf, markEnd } from "../../../worker/storage/run-folders.js";
import { storage } from "../storage.mjs";

const [NAME, SALT, CHECK] = ["dicom-deid-20261121-093000", "HERO-NSBY-THEW-EIRS-EVEN-GREY", "0123456789abcdef"];
const SPEC = {
  ...{ name: NAME, key: new Uint8Array(32), salt: SALT, policy: {}, regions: "", output: null, only: null },
  ...{ linkage: false, environment: [], leftOut: { studies: [], series: [], kinds: [] }, resumed: false },
  about: { source: "scans", policy: "Basic Profile", only: "dicom-deid-20261120-093000" },
  plan: { document: "{}", statement: "", opening: [], key_check: CHECK },
};

test("a run that has ended is listed with the salt of its key and its check, and hands out neither", async () => {
  const { text } = storage();
  const sources = new Sources();
  const { folder, journal, journalFolder } = await openRun(SPEC, sources, new Tally(sources), () => {});
  await journal.close();
  await markEnd(journalFolder, "finished", false);
  const [run] = await listRuns();
  assert.deepEqual([run.finished, run.key], [true, { salt: SALT, check: CHECK }]);
  assert.deepEqual(run.about, SPEC.about);
  for await (const { path } of filesOf(folder)) {
    assert.ok(!text(`runs/${NAME}/${path}`).includes(CHECK), path);
    assert.ok(!text(`runs/${NAME}/${path}`).includes(SALT), path);
  }
});
