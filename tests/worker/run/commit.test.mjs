/** The steps that finish a file, in their order: no row without its output, and none without its link where that was asked for. */

import assert from "node:assert/strict";
import test from "node:test";
import { LinkageFile } from "../../../worker/linkage/append.js";
import { Opened, Sources } from "../../../worker/pick/sources.js";
import { Journal } from "../../../worker/report/journal.js";
import { Commits } from "../../../worker/run/commit.js";
import { Tally } from "../../../worker/run/counts.js";
import { digestBy } from "../../../worker/shared/key.js";
import { Sink } from "../../../worker/write/outputs.js";
import { storage } from "../storage.mjs";

const FILES = 20;
const LINK = { patient: ["4711", "P"], study: ["", ""], series: ["", ""], instance: ["", ""], weeks: 0, uids: [] };
const ROOM = 2500; // for the linkage of the first files

/** Commits all files at once; what became of each, and what is in storage then. */
async function commitAll(roomOf, link) {
  const { files, root } = storage(roomOf);
  const sources = new Sources();
  for (let index = 0; index < FILES; index++) {
    sources.studyUids[0] = "1.2";
    sources.add(`${index}`, null, { size: 4, modified: 0, reason: "" }, { study: 0, series: 0 });
  }
  const run = await root.getDirectoryHandle("run", { create: true });
  const journal = new Journal(run, null);
  await journal.open();
  const linkage = link && (await LinkageFile.open("run", await digestBy(new Uint8Array(32))));
  const tally = new Tally(sources);
  const never = () => Promise.reject(new Error("nothing is held here"));
  const state = { outputs: new Set(), checkpoint: async () => {}, over: () => false, hold: never, finish: () => {} };
  const commits = new Commits({ sources, sink: new Sink(run, true), journal, linkage, tally, ...state });
  const source = new Opened({ blob: new Blob(["data"]) });
  const done = Array.from({ length: FILES }, (_, index) => {
    const row = { status: "written", output_path: `out/${index}` };
    return commits.output(row.output_path, [{ bytes: new Uint8Array(8) }], source, index, `${index}`, row, [], link);
  });
  const ends = await Promise.allSettled(done);
  await commits.close();
  await linkage?.close().catch(() => {}); // there may be no room for its end either
  await journal.close();
  const text = (path) => new TextDecoder().decode(Uint8Array.from(files.get(path)?.bytes ?? []));
  return { ends, rows: text("run/audit.csv").trim().split("\n").slice(1), linkage: files.get("linkages/run"), tally };
}

test("each file has its output, its link and its row", async () => {
  const { ends, rows, linkage, tally } = await commitAll(undefined, LINK);
  assert.deepEqual(new Set(ends.map(({ status }) => status)), new Set(["fulfilled"]));
  assert.equal(rows.length, FILES);
  assert.equal(tally.counts.written, FILES);
  assert.ok(linkage.bytes.length > 1000);
});

test("what cannot be linked has no row, and its reason", async () => {
  const { ends, rows, tally } = await commitAll((path) => (path === "linkages/run" ? ROOM : 1e9), LINK);
  const lost = ends.filter(({ reason }) => reason?.code === "LINKAGE_LOST").length;
  assert.ok(lost > 0);
  assert.ok(rows.length > 0);
  assert.equal(rows.length + lost, FILES);
  assert.equal(tally.counts.written, rows.length);
});

test("without being asked nothing is linked", async () => {
  const { rows, linkage } = await commitAll(undefined, undefined);
  assert.equal(rows.length, FILES);
  assert.equal(linkage, undefined);
});
