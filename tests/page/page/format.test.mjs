/** Numbers and ends of runs as the page says them. */

import assert from "node:assert/strict";
import test from "node:test";
import { bytes, counted, doneOf, duration, perSecond, rate } from "../../../js/page/format.js";
import { endOf, isWhole } from "../../../js/page/outcome.js";

const SPACE = "\u00a0";

test("bytes have decimal units and three digits at most", () => {
  const said = [0, 999, 999.4, 1000, 1234567, 99_950_000, 999_600_000, 5e15].map(bytes);
  const wanted = ["0 B", "999 B", "999 B", "1.0 kB", "1.2 MB", "100.0 MB", "1.0 GB", "5,000 TB"];
  assert.deepEqual(
    said,
    wanted.map((text) => text.replace(" ", SPACE)),
  );
});

test("one is one, and others are many", () => {
  assert.deepEqual(
    [counted(1, "file"), counted(0, "file"), counted(1234, "series", "series")],
    ["1 file", "0 files", "1,234 series"],
  );
});

test("files done are told with their number in all, if it is known", () => {
  assert.deepEqual([doneOf(12, 40), doneOf(1, 0)], ["12 of 40 files done", "1 file done"]);
});

test("times go from tenths of seconds to hours", () => {
  const said = [0.25, 9, 59, 61, 3599, 3600, 5400].map(duration);
  const wanted = ["0.3 s", "9 s", "59 s", "1 min", "1 h 0 min", "1 h 0 min", "1 h 30 min"];
  assert.deepEqual(
    said.map((text) => text.replaceAll(SPACE, " ")),
    wanted,
  );
});

test("small rates have a digit behind the point", () => {
  assert.deepEqual([perSecond(9.94), perSecond(1234.6), rate(2)], ["9.9", "1,235", `2.0${SPACE}files/s`]);
});

test("the end of a run is a word and four counts", () => {
  const counts = { written: 5, withheld: 1, skipped: 2, failed: 0 };
  assert.equal(endOf({ end: "cancelled", counts }), "Cancelled: 5 written, 1 withheld, 2 skipped, 0 failed");
});

test("a run is whole when nothing is missing; files that are no DICOM are not missed", () => {
  const whole = (change = {}, end = "finished") =>
    isWhole({ end, counts: { written: 5, withheld: 0, skipped: 2, failed: 0, ...change } });
  assert.ok(whole());
  for (const missing of [whole({ withheld: 1 }), whole({ failed: 1 }), whole({ written: 0 }), whole({}, "cancelled")])
    assert.ok(!missing);
});
