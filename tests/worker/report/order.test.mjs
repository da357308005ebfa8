/** The order in which audit.csv and output.log are handed out. */

import assert from "node:assert/strict";
import test from "node:test";
import { auditHeader, auditLine, coarse } from "../../../worker/report/audit.js";
import { Journal } from "../../../worker/report/journal.js";
import { ordered } from "../../../worker/report/order.js";
import { storage } from "../storage.mjs";

const [LAST, FIRST, MIDDLE] = ["ffff0123456789abcdef", "00000123456789abcdef", "8000000000000000000a"];

async function textOf(name, text, last = 0, most = undefined) {
  let whole = "";
  for await (const piece of ordered(name, new Blob([text]), last, most)) whole += piece;
  return whole;
}

test("rows come by their source ids", async () => {
  const rows = [LAST, FIRST, MIDDLE].map((id) => auditLine({ source_id: id, status: "written" }));
  const text = await textOf("audit.csv", auditHeader + rows.join(""));
  assert.equal(text, auditHeader + [rows[1], rows[2], rows[0]].join(""));
});

test("lines about files come by their source ids, with one time, between those about the run", async () => {
  const lines = [
    "2026-11-28T09:30:00Z begun",
    `2026-11-28T09:30:01Z ${LAST} (0010,0010) Z E.1-1`,
    `2026-11-28T09:30:01Z withheld BURNED_IN ${LAST}`,
    `2026-11-28T09:30:02Z failed MALFORMED ${FIRST}`,
    "2026-11-28T09:30:03Z paused",
    "2026-11-28T09:30:04Z finished",
  ];
  const text = await textOf("output.log", lines.map((line) => `${line}\n`).join(""), 1);
  const made = text.trim().split("\n");
  assert.deepEqual([made[0], made[1], made.at(-1)], [lines[0], lines[4], lines[5]]);
  const about = made.slice(2, -1).map((line) => line.slice(21));
  assert.deepEqual(about, [`failed MALFORMED ${FIRST}`, `${LAST} (0010,0010) Z E.1-1`, `withheld BURNED_IN ${LAST}`]);
  assert.equal(new Set(made.slice(2, -1).map((line) => line.slice(0, 20))).size, 1);
});

test("many rows are put in order part by part", async () => {
  const ids = Array.from({ length: 300 }, (_, i) =>
    ((i * 7919) % 65_536).toString(16).padStart(4, "0").padEnd(20, "0"),
  );
  const rows = ids.map((id) => auditLine({ source_id: id, output_path: "out/".padEnd(150, "a") }));
  const text = await textOf("audit.csv", auditHeader + rows.join(""), 0, 5000);
  const made = text.trim().split("\n").slice(1);
  assert.deepEqual(
    made.map((line) => line.slice(0, 20)),
    ids.toSorted(),
  );
});

test("a journal is in order when its run has ended, here and in the chosen folder", async () => {
  const { files, root } = storage();
  const journal = new Journal(
    await root.getDirectoryHandle("run", { create: true }),
    await root.getDirectoryHandle("chosen", { create: true }),
  );
  await journal.open();
  for (const id of [LAST, FIRST]) journal.commit({ source_id: id, status: "failed" }, [`failed MALFORMED ${id}`]);
  journal.log(["finished"]);
  await journal.order(1);
  for (const folder of ["run", "chosen"]) {
    const text = (name) => new TextDecoder().decode(Uint8Array.from(files.get(`${folder}/${name}`).bytes));
    const rows = text("audit.csv").trim().split("\n").slice(1);
    assert.deepEqual(
      rows.map((row) => row.slice(0, 20)),
      [FIRST, LAST],
    );
    assert.match(text("output.log"), new RegExp(`${FIRST}\n.*${LAST}\n.*finished\n$`));
  }
});

test("sizes of originals are told coarsely", () => {
  assert.deepEqual([0, 1, 3, 1024, 1025].map(coarse), [0, 1, 4, 1024, 2048]);
});
