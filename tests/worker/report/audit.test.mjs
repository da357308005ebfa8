/** Source ids and the text of audit.csv. */

import assert from "node:assert/strict";
import test from "node:test";
import { auditHeader, auditLine, plainRow, sourceNaming } from "../../../worker/report/audit.js";
import { expected } from "../expected.mjs";

const firstCell = (value) => auditLine({ source_id: value }).slice(0, -",".length * 20 - 1);

test("names sources as Python's hmac does", async () => {
  const name = await sourceNaming(new Uint8Array(Buffer.from(expected.key, "hex")));
  for (const [path, id] of Object.entries(expected.sourceIds)) assert.equal(await name(path), id);
});

test("another key gives other names", async () => {
  const name = await sourceNaming(new Uint8Array(32));
  assert.notEqual(await name("a.dcm"), expected.sourceIds["a.dcm"]);
});

test("has the columns of the contract", () => {
  assert.equal(auditHeader.split(",").length, 21);
  assert.ok(auditHeader.startsWith("source_id,status,reason,output_path,"));
  assert.ok(auditHeader.endsWith(",pixels,milliseconds\n"));
});

test("takes the sting out of formulas, and quotes what needs it", () => {
  for (const start of ["=", "+", "-", "@", "\t"]) assert.equal(firstCell(`${start}1+1`), `'${start}1+1`);
  assert.equal(firstCell("\rx"), `"'\rx"`);
  assert.equal(firstCell('a "b", c'), '"a ""b"", c"');
  assert.equal(firstCell("a\nb"), '"a\nb"');
  assert.equal(firstCell("2.25.17"), "2.25.17");
});

test("numbers stay numbers, what is missing is empty", () => {
  assert.equal(firstCell(0), "0");
  assert.equal(firstCell(undefined), "");
});

test("a row that does not come from Python says so in zeros", () => {
  const line = auditLine({ ...plainRow("NOT_DICOM"), source_id: "0123", bytes_in: 7 });
  assert.equal(line, "0123,skipped,NOT_DICOM,,,,,,,,,7,0,0,0,0,0,0,0,,\n");
  assert.equal(plainRow("EMPTY").status, "skipped");
  assert.equal(plainRow("READ_FAILED").status, "failed");
});
