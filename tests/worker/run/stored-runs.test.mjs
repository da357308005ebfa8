/** The list of stored runs: what a run that was killed, or that ends while it is listed, is taken for. */

import assert from "node:assert/strict";
import test from "node:test";
import { listRuns } from "../../../worker/run/stored-runs.js";
import { AUDIT_COLUMNS } from "../../../worker/shared/protocol/tasks.js";
import { filesOf } from "../../../worker/storage/run-folders.js";

const NAME = "dicom-deid-20261121-093000-250";
const BEGUN = JSON.stringify({ policy: {}, total: 3, key_check: "5", salt: "salt" });

/** Private storage in memory; `asked` is told of each question, before it is answered. */
function storage(asked = () => {}) {
  const tree = { runs: { [NAME]: { "plan.json": "{}", "audit.csv": "", unfinished: BEGUN } }, journals: {} };
  const missing = () => {
    throw new DOMException("", "NotFoundError");
  };
  const folder = (name, content) => ({
    kind: "directory",
    name,
    getDirectoryHandle: async (child) =>
      typeof content[child] === "object" ? folder(child, content[child]) : missing(),
    getFileHandle: async (child) => {
      asked("handle", child, content);
      if (typeof content[child] !== "string") missing();
      return { kind: "file", name: child, getFile: async () => file(child, content) };
    },
    removeEntry: async (child) => void (child in content ? delete content[child] : missing()),
    entries: async function* () {
      for (const [child, inside] of Object.entries(content)) yield [child, handleOf(child, inside, content)];
    },
    values: async function* () {
      for (const [child, inside] of Object.entries(content)) yield handleOf(child, inside, content);
    },
  });
  const file = (name, content) => {
    asked("file", name, content);
    return typeof content[name] === "string" ? new File([content[name]], name) : missing();
  };
  const handleOf = (name, inside, content) =>
    typeof inside === "object"
      ? folder(name, inside)
      : { kind: "file", name, getFile: async () => file(name, content) };
  const locks = {
    query: async () => ({ held: [] }),
    request: (_name, _options, granted) => Promise.resolve(granted({})),
  };
  const value = { storage: { getDirectory: async () => folder("", tree) }, locks };
  Object.defineProperty(globalThis, "navigator", { value, configurable: true });
  return { tree, run: folder(NAME, tree.runs[NAME]) };
}

test("a run that was killed with all outputs there, but for its last step, is offered to be gone on with", async () => {
  storage();
  const [run] = await listRuns();
  assert.deepEqual([run.finished, run.begun?.total], [false, 3]);
});

test("a run that comes to its end while it is listed is ended, at whichever moment that is", async () => {
  let steps = 0;
  storage(() => steps++);
  await listRuns();
  assert.ok(steps > 4);
  for (let last = 0; last < steps; last++) {
    let step = 0;
    storage((_what, _name, content) => {
      if (step++ === last) delete content.unfinished;
    });
    const [run] = await listRuns();
    assert.equal(run.begun === null, run.finished, `after ${last} steps`);
  }
});

test("a run of which something cannot be read at the moment is not taken for one that was never begun", async () => {
  const { tree } = storage((_what, name) => {
    if (name === "plan.json") throw new DOMException("", "NotReadableError");
  });
  assert.equal((await listRuns()).length, 1);
  assert.ok(NAME in tree.runs);
});

test("a run without a plan was cut off before anything was done, and goes", async () => {
  const { tree } = storage();
  delete tree.runs[NAME]["plan.json"];
  assert.deepEqual(await listRuns(), []);
  assert.deepEqual(tree.runs, {});
});

test("a run is listed with its counts, and with what a person knows it by, as far as that can be read", async () => {
  const { tree } = storage();
  const row = (values) => AUDIT_COLUMNS.map((column) => values[column] ?? "").join(",");
  const rows = [{ status: "written", bytes_out: "7" }, { status: "written", bytes_out: "5" }, { status: "withheld" }];
  const about = { source: "Folder “Rookery”", policy: "Basic Profile, without options." };
  Object.assign(tree.runs[NAME], {
    "audit.csv": [AUDIT_COLUMNS.join(","), ...rows.map(row), ""].join("\n"),
    "about.json": JSON.stringify({ ...about, salt: "x" }),
  });
  const [run] = await listRuns();
  assert.deepEqual([run.counts, run.bytes, run.done], [{ written: 2, withheld: 1, skipped: 0, failed: 0 }, 12, 3]);
  assert.deepEqual(run.about, { ...about, only: "" }); // as an earlier version kept it
  tree.runs[NAME]["about.json"] = "{";
  assert.equal((await listRuns())[0].about, null);
});

test("what a person knows a run by is no result", async () => {
  const { tree, run } = storage();
  Object.assign(tree.runs[NAME], { "about.json": "{}", "output.log": "" });
  const paths = [];
  for await (const { path } of filesOf(run)) paths.push(path);
  assert.deepEqual(paths, ["audit.csv", "output.log", "plan.json"]);
});

test("what the browser was writing when it was killed is no result", async () => {
  const { tree, run } = storage();
  Object.assign(tree.runs[NAME], { "unfinished.crswap": BEGUN, "audit.csv.crswap": "", "output.log": "" });
  const paths = [];
  for await (const { path } of filesOf(run)) paths.push(path);
  assert.deepEqual(paths, ["audit.csv", "output.log", "plan.json"]);
});
