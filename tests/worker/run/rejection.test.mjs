/** Outputs that a person rejected: the audit says so before they are deleted, wherever the browser is killed meanwhile. */

import assert from "node:assert/strict";
import test from "node:test";
import { auditHeader, auditLine, auditRow, wholeLines } from "../../../worker/report/audit.js";
import { unwrittenLine, unwrittenRows } from "../../../worker/report/unwritten.js";
import { endRejection, endRejectionIn, reject } from "../../../worker/run/rejection.js";
import { committedPaths } from "../../../worker/run/resume.js";
import { listRuns } from "../../../worker/run/stored-runs.js";
import { filesOf } from "../../../worker/storage/run-folders.js";
import { storage } from "../storage.mjs";

const NAME = "dicom-deid-20261121-093000";
const [GONE, BESIDE, APART] = ["out/P1/s1/a/1.dcm", "out/P1/s1/b/1.dcm", "out/P2/s2/c/1.dcm"];
const written = (id, output_path, study) => ({
  ...{
    source_id: id.repeat(20),
    status: "written",
    reason: "",
    output_path,
    patient_id: "P",
    study_instance_uid: study,
  },
  ...{ series_instance_uid: "2.25.9", sop_class_uid: "1.2", bytes_in: 8, bytes_out: 4, removed: 3, pixels: "kept" },
});
const WITHHELD = {
  source_id: "d".repeat(20),
  status: "withheld",
  reason: "BURNED_IN",
  sop_class_uid: "1.3",
  bytes_out: 0,
};
const ROWS = [written("a", GONE, "2.25.1"), written("b", BESIDE, "2.25.1"), written("c", APART, "2.25.2"), WITHHELD];
const JOURNAL = ["plan.json", "output.log", "unwritten.jsonl", "about.json"];

/** A run that has ended: in private storage, or with its results in a chosen folder. */
async function ended({ chosen = false } = {}) {
  const made = storage();
  const put = async (path, text) => {
    let folder = made.root;
    const names = path.split("/");
    for (const name of names.slice(0, -1)) folder = await folder.getDirectoryHandle(name, { create: true });
    const handle = await folder.getFileHandle(names.at(-1), { create: true });
    const writable = await handle.createWritable();
    await writable.write(text);
    await writable.close();
  };
  const audit = auditHeader + ROWS.map(auditLine).join("");
  const listed = { sourceId: WITHHELD.source_id, ...WITHHELD, sopClass: "1.3", path: "scans/4.dcm" };
  const contents = {
    "plan.json": "{}",
    "output.log": "begun\n",
    "unwritten.jsonl": unwrittenLine(listed),
    "about.json": "{}",
  };
  const journal = chosen ? `journals/${NAME}` : `runs/${NAME}`;
  for (const name of JOURNAL) await put(`${journal}/${name}`, contents[name]);
  await put(`${journal}/audit.csv`, audit);
  const results = chosen ? `disk/${NAME}` : journal;
  for (const name of ["plan.json", "output.log"]) await put(`${results}/${name}`, contents[name]);
  await put(`${results}/audit.csv`, audit);
  for (const path of [GONE, BESIDE, APART]) await put(`${results}/${path}`, "dicm");
  const folderOf = async (path) => {
    let folder = made.root;
    for (const name of path.split("/")) folder = await folder.getDirectoryHandle(name);
    return folder;
  };
  return { ...made, put, journal, results, folder: chosen ? await folderOf(results) : null, folderOf };
}

async function all(items) {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}

const rowsIn = async (text) => {
  const rows = [];
  for await (const line of wholeLines(new Blob([text]))) rows.push(auditRow(line));
  return rows;
};

async function handedOut({ folderOf, results, journal }) {
  const paths = [];
  const wanted = await committedPaths(await folderOf(journal));
  for await (const { path } of filesOf(await folderOf(results), wanted)) paths.push(path);
  return paths;
}

test("a rejected output is gone, and its row is that of a file that is withheld", async () => {
  const run = await ended();
  const told = await reject(NAME, null, [GONE], (id) => (id[0] === "a" ? "scans/1.dcm" : undefined));
  const rows = await rowsIn(run.text(`${run.journal}/audit.csv`));
  assert.deepEqual(
    rows.map(({ status, reason, output_path }) => [status, reason, output_path]),
    [
      ["withheld", "REJECTED", ""],
      ["written", "", BESIDE],
      ["written", "", APART],
      ["withheld", "BURNED_IN", ""],
    ],
  );
  assert.deepEqual([rows[0].bytes_out, rows[0].removed, rows[0].pixels], ["0", "0", ""]);
  assert.equal(rows[0].series_instance_uid, "2.25.9");
  assert.deepEqual([told.files, told.bytes, told.left], [1, 4, 2]);
  assert.deepEqual(told.studies, { "2.25.1": { files: 1, bytes: 4 } });
  assert.deepEqual(told.originals, [{ sopClass: "1.2", path: "scans/1.dcm" }]);
  assert.ok(!run.files.has(`${run.journal}/${GONE}`));
  assert.deepEqual(await handedOut(run), ["audit.csv", BESIDE, APART, "output.log", "plan.json"]);
});

test("its folder goes when it is empty, and no other", async () => {
  const run = await ended();
  await reject(NAME, null, [GONE], () => undefined);
  const folders = async (path) => all((await run.folderOf(`${run.results}/${path}`)).keys());
  assert.deepEqual(await folders("out/P1/s1"), ["b"]);
  await reject(NAME, null, [BESIDE, APART], () => undefined);
  assert.deepEqual(await folders("out"), []);
});

test("the log has a line with counts: no name, no path, no source id", async () => {
  const run = await ended();
  await reject(NAME, null, [GONE, APART], () => "scans/heron.dcm");
  const lines = run.text(`${run.journal}/output.log`).trimEnd().split("\n");
  assert.equal(lines.length, 2);
  assert.match(lines[1], /^\S+Z rejected .*: 2 files of 2 studies; 1 written file is left$/);
});

test("the list of what was not written names the original where that is known, and keeps what it had", async () => {
  const run = await ended();
  await reject(NAME, null, [GONE], (id) => (id[0] === "a" ? "scans/1.dcm" : undefined));
  const rows = await all(unwrittenRows(new Blob([run.text(`${run.journal}/unwritten.jsonl`)])));
  assert.deepEqual(
    rows.map(({ reason, path }) => [reason, path]),
    [
      ["REJECTED", "scans/1.dcm"],
      ["BURNED_IN", "scans/4.dcm"],
    ],
  );
  const [stored] = await listRuns();
  assert.deepEqual([stored.counts.written, stored.counts.withheld, stored.unwritten], [2, 2, 2]);
});

test("audit and log of a chosen folder are those of the journal, and nothing else comes to it", async () => {
  const run = await ended({ chosen: true });
  await reject(NAME, run.folder, [GONE], () => undefined);
  for (const name of ["audit.csv", "output.log"])
    assert.equal(run.text(`${run.results}/${name}`), run.text(`${run.journal}/${name}`));
  assert.match(run.text(`${run.results}/audit.csv`), /REJECTED/);
  const there = [...run.files.keys()].filter((path) => path.startsWith("disk/")).sort();
  const kept = ["audit.csv", BESIDE, APART, "output.log", "plan.json"].map((path) => `${run.results}/${path}`);
  assert.deepEqual(there, kept.sort());
});

test("a chosen folder without a journal in private storage has its own audit rewritten", async () => {
  const run = await ended({ chosen: true });
  await (await run.folderOf("journals")).removeEntry(NAME);
  await reject(NAME, run.folder, [GONE], () => "scans/1.dcm");
  assert.match(run.text(`${run.results}/audit.csv`), /REJECTED/);
  assert.ok(![...run.files.keys()].some((path) => /unwritten|rejected/.test(path)));
});

test("wherever the browser is killed, no file is handed out that its audit does not call written, and it is ended later", async () => {
  const steps = await killedAfter(Number.POSITIVE_INFINITY);
  assert.ok(steps.count > 5);
  for (let last = 0; last < steps.count; last++) {
    const { run } = await killedAfter(last);
    const rows = await rowsIn(run.text(`${run.journal}/audit.csv`));
    assert.equal(rows.length, ROWS.length, `whole after ${last} steps`);
    const called = rows.filter(({ status }) => status === "written").map(({ output_path }) => output_path);
    assert.deepEqual(
      (await handedOut(run)).filter((path) => path.startsWith("out/")),
      called,
    );
    await listRuns();
    const begun = last > 0; // the note of what goes is the first that is written
    assert.equal((await handedOut(run)).includes(GONE), !begun, `after ${last} steps`);
    assert.equal(run.files.has(`${run.journal}/${GONE}`), !begun);
    assert.ok(!run.files.has(`${run.journal}/rejected`));
  }
});

test("of a run in a chosen folder that was killed, what is left to do is told, and done when the folder is there again", async () => {
  const { count } = await killedAfter(Number.POSITIVE_INFINITY, true);
  for (let last = 1; last < count; last++) {
    const { run } = await killedAfter(last, true);
    const [stored] = await listRuns();
    assert.deepEqual([stored.rejecting, stored.place], [true, "folder"], `after ${last} steps`);
    await assert.rejects(endRejectionIn(NAME, run.root), { code: "OUTPUT_LOST" }); // another folder was chosen
    await endRejectionIn(NAME, await run.folderOf("disk"));
    assert.ok(!run.files.has(`${run.results}/${GONE}`) && run.files.has(`${run.results}/${BESIDE}`));
    assert.ok(!run.files.has(`${run.journal}/rejected`));
    for (const name of ["audit.csv", "output.log"])
      assert.equal(run.text(`${run.results}/${name}`), run.text(`${run.journal}/${name}`));
    assert.match(run.text(`${run.results}/audit.csv`), /REJECTED/);
    assert.match(run.text(`${run.results}/output.log`), /: 1 file of 1 study; 2 written files are left\n$/);
    assert.equal((await listRuns())[0].rejecting, false);
  }
});

test("the same holds where the journal of such a run was not kept any more", async () => {
  const { count } = await killedAfter(Number.POSITIVE_INFINITY, true, true);
  let told = 0;
  for (let last = 0; last <= count; last++) {
    const { run } = await killedAfter(last, true, true);
    const [stored] = await listRuns();
    if (stored) {
      told++;
      assert.equal(stored.rejecting, true, `after ${last} steps`);
      await endRejectionIn(NAME, await run.folderOf("disk"));
    }
    const isGone = !run.files.has(`${run.results}/${GONE}`);
    assert.equal(/REJECTED/.test(run.text(`${run.results}/audit.csv`)), isGone, `after ${last} steps`);
    assert.deepEqual(await listRuns(), []);
  }
  assert.ok(told > 4);
});

/** Rejects one output, and is killed after so many changes of the storage; alone: its journal is not there any more. */
async function killedAfter(most, chosen = false, alone = false) {
  const run = await ended({ chosen });
  if (alone) await (await run.folderOf("journals")).removeEntry(NAME, { recursive: true });
  let count = 0;
  let killed = most === Number.POSITIVE_INFINITY ? null : false;
  const { files } = run;
  const change =
    (act) =>
    (...args) => {
      if (killed === true || (killed === false && count === most)) {
        killed = true;
        throw new DOMException("", "AbortError");
      }
      count++;
      return act(...args);
    };
  const remove = files.delete.bind(files);
  files.delete = change(remove);
  for (const [, file] of files) watch(file, change);
  const set = files.set.bind(files);
  files.set = (path, file) => set(path, watch(file, change));
  await reject(NAME, run.folder, [GONE], () => undefined).catch(() => {});
  killed = null;
  return { run, count };
}

/** A file whose content is a change when it is replaced. */
function watch(file, change) {
  let { bytes } = file;
  const put = change((next) => (bytes = next));
  return Object.defineProperty(file, "bytes", { get: () => bytes, set: put });
}

test("a run that is open, or has not ended, is left alone", async () => {
  const run = await ended();
  await run.put(`${run.journal}/unfinished`, "{}");
  await assert.rejects(
    reject(NAME, null, [GONE], () => undefined),
    { code: "NO_RUN" },
  );
  navigator.locks.request = (_name, _options, granted) => Promise.resolve(granted(null));
  await assert.rejects(
    reject(NAME, null, [GONE], () => undefined),
    { code: "RUN_OPEN" },
  );
  assert.ok(run.files.has(`${run.journal}/${GONE}`));
  await endRejection(NAME, await run.folderOf(run.journal)); // nothing was begun
});
