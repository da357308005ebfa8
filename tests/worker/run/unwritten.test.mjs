/**
 * The list of what a run did not write: complete after whatever end, beside the results and never among them; and a run over
 * what an earlier one listed.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { Sources } from "../../../worker/pick/sources.js";
import { plainRow, sourceNaming } from "../../../worker/report/audit.js";
import { Journal } from "../../../worker/report/journal.js";
import { unwrittenRows } from "../../../worker/report/unwritten.js";
import { Commits } from "../../../worker/run/commit.js";
import { Tally } from "../../../worker/run/counts.js";
import { listedFiles } from "../../../worker/run/only.js";
import { openRun } from "../../../worker/run/open.js";
import { listRuns, removeRun } from "../../../worker/run/stored-runs.js";
import { StudyOrder } from "../../../worker/run/study-order.js";
import { beginPlace, filesOf, findRun, markEnd } from "../../../worker/storage/run-folders.js";
import { storage } from "../storage.mjs";

const KEY = new Uint8Array(32).fill(7);
const ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1";
const WITHHELD = { status: "withheld", reason: "SOP_CLASS_WITHHELD", sop_class_uid: ULTRASOUND };
/** Paths that a table of lines, or a cell that was made harmless, would not give back. */
const PATHS = ["=1+1.dcm", 'Jürgen, "the" heron\n/2.dcm', "3.dcm", "4.dcm", "notes.txt"];

function sourcesOf(paths = PATHS) {
  const sources = new Sources();
  Object.assign(sources, { studyUids: ["1.2"], seriesUids: ["1.2.1"], seriesStudies: [0] });
  for (const path of paths) {
    const reason = path.endsWith(".txt") ? "NOT_DICOM" : "";
    const place = reason ? { study: -1, series: -1, kind: -1 } : { study: 0, series: 0, kind: 0 };
    sources.add(path, null, { size: 4, modified: 0, reason }, place);
  }
  return sources;
}

const spec = (name, change = {}) => ({
  ...{ name, key: KEY, salt: "", policy: {}, regions: "", output: null, only: null, linkage: false, environment: [] },
  about: { source: "Folder “Rookery”", policy: "Basic Profile, without options." },
  ...{ leftOut: { studies: [], series: [], kinds: [] }, resumed: false },
  plan: { document: '{"digest":"1"}', statement: "", opening: [], key_check: "5" },
  ...change,
});

/** A session of a run: its files end as they are told to, by path; null: it is killed before that. */
async function session(of, outcomes, sources = sourcesOf()) {
  const tally = new Tally(sources);
  const { journal, journalFolder, nameSource } = await openRun(of, sources, tally, () => {});
  const state = { outputs: new Set(), checkpoint: async () => {}, over: () => false, finish: () => {} };
  const hold = () => Promise.reject(new Error("full"));
  const commits = new Commits({ sources, sink: null, journal, linkage: null, tally, hold, ...state });
  const done = [];
  for (const [index, path] of sources.paths.entries()) {
    const row = outcomes[path];
    if (sources.done[index] || !row) continue;
    done.push(path);
    await commits.row(index, await nameSource(path), { bytes_out: 0, ...row }, []);
  }
  await journal.close();
  return { done, tally, journalFolder };
}

async function listOf(name) {
  const rows = [];
  const folder = await findRun(name);
  const file = await (await folder.getFileHandle("unwritten.jsonl")).getFile();
  for await (const row of unwrittenRows(file)) rows.push(row);
  return rows;
}

const pathsOf = async (name) => (await listOf(name)).map(({ path }) => path).sort();
const [FIRST, SECOND, THIRD, FOURTH, NOTES] = PATHS;
const ALL = { [FIRST]: WITHHELD, [SECOND]: WITHHELD, [THIRD]: plainRow("TRUNCATED"), [NOTES]: plainRow("NOT_DICOM") };

test("the list names each file that was not written, as it is called, and no other", async () => {
  storage();
  await session(spec("run-1"), { ...ALL, [FOURTH]: { status: "written", output_path: "out/4", reason: "FACE" } });
  assert.deepEqual(await pathsOf("run-1"), [FIRST, SECOND, THIRD, NOTES].sort());
  const [first] = await listOf("run-1");
  const sourceId = await (await sourceNaming(KEY))(FIRST);
  const { status, reason, sop_class_uid: sopClass } = WITHHELD;
  assert.deepEqual(first, { sourceId, status, reason, sopClass, path: FIRST });
});

test("the list is there when a run was killed, and repeats no row and loses none when that goes on", async () => {
  const { files, text } = storage();
  await session(spec("run-1"), { [FIRST]: WITHHELD, [NOTES]: plainRow("NOT_DICOM") });
  assert.deepEqual(await pathsOf("run-1"), [FIRST, NOTES].sort());
  // The row of one is lost with the power; of another the list has lost its own; the last one is half.
  await session(spec("run-1", { resumed: true }), { [SECOND]: WITHHELD });
  const audit = text("runs/run-1/audit.csv").split("\n");
  const list = text("runs/run-1/unwritten.jsonl").split("\n");
  const bytes = (lines) => [...new TextEncoder().encode(lines.join("\n"))];
  files.get("runs/run-1/audit.csv").bytes = bytes([...audit.filter((line) => !line.includes("NOT_DICOM"))]);
  files.get("runs/run-1/unwritten.jsonl").bytes = bytes([...list.slice(1, -1), '["half']);
  const { done } = await session(spec("run-1", { resumed: true }), ALL);
  assert.deepEqual(done.sort(), [THIRD, NOTES].sort());
  assert.deepEqual(await pathsOf("run-1"), [FIRST, SECOND, THIRD, NOTES].sort());
});

test("what is not among the files any more when a run goes on stays in its list", async () => {
  storage();
  await session(spec("run-1"), { [FIRST]: WITHHELD, [THIRD]: plainRow("TRUNCATED") });
  await session(spec("run-1", { resumed: true }), ALL, sourcesOf([FIRST, SECOND]));
  assert.deepEqual(await pathsOf("run-1"), [FIRST, SECOND, THIRD].sort());
});

test("a file has its rows in the audit and in the list, or in none of them", async () => {
  const { text, root } = storage((path) => (path.endsWith("audit.csv") ? 300 : 1e9));
  const journal = new Journal(await root.getDirectoryHandle("run", { create: true }), null);
  await journal.open();
  const listed = { sourceId: "1", status: "failed", reason: "TRUNCATED", sopClass: "", path: "a".repeat(99) };
  const row = { source_id: "1", ...plainRow("TRUNCATED") };
  const kept = [1, 2, 3].map(() => journal.commit(row, [], listed));
  await journal.close();
  assert.ok(kept.includes(true) && kept.includes(false));
  const lines = (name) => text(`run/${name}`).split("\n").length - 1;
  assert.equal(lines("unwritten.jsonl"), kept.filter(Boolean).length);
  assert.equal(lines("audit.csv"), kept.filter(Boolean).length + 1);
});

test("the list is no part of the results, and goes with its run", async () => {
  const { files } = storage();
  const { journalFolder } = await session(spec("run-1"), ALL);
  await markEnd(journalFolder, "finished", true);
  const paths = [];
  for await (const { path } of filesOf(await findRun("run-1"))) paths.push(path);
  assert.deepEqual(paths, ["audit.csv", "conformance.md", "output.log", "plan.json"]);
  const [run] = await listRuns();
  assert.deepEqual([run.finished, run.begun, run.unwritten, run.ended?.key_check], [true, null, 4, "5"]);
  for (const path of ["audit.csv", "output.log", "plan.json", "ended"])
    assert.ok(!new TextDecoder().decode(Uint8Array.from(files.get(`runs/run-1/${path}`).bytes)).includes("notes.txt"));
  await removeRun("run-1");
  assert.deepEqual([...files.keys()], []);
});

test("a run into a chosen folder leaves its list in private storage, for the last ones", async () => {
  const { files, root } = storage();
  const output = await root.getDirectoryHandle("chosen", { create: true });
  const runs = Array.from({ length: 8 }, (_, at) => `run-${at}`);
  for (const name of runs) {
    const outcomes = name === "run-6" ? { [FIRST]: { status: "written", output_path: "out/1" } } : ALL;
    const { journalFolder } = await session(spec(name, { output }), outcomes);
    await markEnd(journalFolder, "finished", name !== "run-6");
  }
  assert.ok(![...files.keys()].some((path) => path.startsWith("chosen/") && path.includes("unwritten")));
  await beginPlace(spec("run-8", { output }), []);
  const kept = (await listRuns()).filter(({ unwritten }) => unwritten > 0).map(({ name }) => name);
  assert.deepEqual(kept, ["run-7", "run-5", "run-4", "run-3", "run-2"]);
});

test("a chosen folder that lies too deep is refused before the run, and nothing is left in it", async () => {
  const deepest = "chosen/run-1/out/".length + 16 + 3 * (1 + 44) + ".dcm.crswap".length;
  for (const [longest, fits] of [
    [deepest, true],
    [deepest - 1, false],
  ]) {
    const { files, root } = storage(undefined, longest);
    const output = await root.getDirectoryHandle("chosen", { create: true });
    const began = beginPlace(spec("run-1", { output }), []);
    if (fits) await began;
    else await assert.rejects(began, { code: "OUTPUT_TOO_DEEP" });
    assert.deepEqual([...files.keys()], []);
  }
});

test("a run takes only what an earlier one listed for these reasons, and the same again when it goes on", async () => {
  const { text } = storage();
  await session(spec("run-1"), { ...ALL, [FOURTH]: { status: "written", output_path: "out/4" } });
  const only = { run: "run-1", groups: [{ reason: "SOP_CLASS_WITHHELD", sopClass: ULTRASOUND }] };
  assert.deepEqual(await listedFiles(sourcesOf(), only), [0, 1]);
  const sources = sourcesOf();
  const { done, tally } = await session(spec("run-2", { only }), { [FIRST]: plainRow("TRUNCATED") }, sources);
  assert.deepEqual([done, tally.remaining], [[FIRST], 1]);
  const log = text("runs/run-2/output.log");
  assert.match(log, /takes only files that an earlier run withheld: 2 files\n/);
  assert.ok(!log.includes("run-1"));
  // The earlier run may be deleted by then.
  await (await (await globalThis.navigator.storage.getDirectory()).getDirectoryHandle("runs")).removeEntry("run-1");
  const again = sourcesOf(PATHS.toReversed());
  const { tally: rest } = await session(spec("run-2", { resumed: true }), {}, again);
  assert.equal(rest.remaining, 1);
  const other = session(spec("run-2", { resumed: true }), {}, sourcesOf(["elsewhere.dcm"]));
  await assert.rejects(other, { code: "OTHER_SOURCE" });
  assert.equal(again.paths[new StudyOrder(again).next()], SECOND);
});

test("of an earlier run that is gone, nothing can be taken", async () => {
  storage();
  await assert.rejects(listedFiles(sourcesOf(), { run: "run-1", groups: [] }), { code: "NO_RUN" });
});
