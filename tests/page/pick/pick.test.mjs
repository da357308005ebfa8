/** Picks: ZIP files are told from files, and each pick has a name to be shown. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";

const { labelOf, pickDropped, pickFiles, policyDropped } = await import("../../../js/pick/pick.js");

const file = (name, webkitRelativePath = "") => ({ name, webkitRelativePath });
const kindOf = (pick) => [pick.picked.kind, pick.label];

test("files of an input are a folder, files or ZIPs", () => {
  assert.equal(pickFiles([]), null);
  assert.deepEqual(kindOf(pickFiles([file("1.dcm", "scans/a/1.dcm"), file("b.zip", "scans/b.zip")])), [
    "files",
    "Folder “scans”",
  ]);
  assert.deepEqual(kindOf(pickFiles([file("1.dcm")])), ["files", "File “1.dcm”"]);
  assert.deepEqual(kindOf(pickFiles([file("a.ZIP")])), ["zips", "ZIP “a.ZIP”"]);
  assert.deepEqual(kindOf(pickFiles([file("a.zip"), file("b.zip")])), ["zips", "2 ZIP files"]);
});

test("of several handles only their number is said", () => {
  assert.equal(labelOf([{ kind: "directory", name: "scans" }]), "Folder “scans”");
  assert.equal(labelOf([{ kind: "file", name: "1.dcm" }]), "File “1.dcm”");
  assert.equal(labelOf([{ kind: "file" }, { kind: "file" }]), "2 dropped items");
});

const dropped = (files, isDirectory = false) => ({
  files,
  items: files.map(() => ({ kind: "file", webkitGetAsEntry: () => ({ isDirectory }) })),
});

test("one file with the name of a policy or of a script that becomes one is a policy", () => {
  for (const name of ["policy.toml", "anonymizer.SCRIPT", "deid.dicom"]) {
    assert.equal(policyDropped(dropped([file(name)]))?.name, name);
  }
  assert.equal(policyDropped(dropped([file("1.dcm")])), null);
  assert.equal(policyDropped(dropped([file("a.toml"), file("b.toml")])), null);
  assert.equal(policyDropped(dropped([file("a.toml")], true)), null, "a folder of that name");
});

test("a folder that the browser cannot read is refused by a code", async () => {
  await assert.rejects(pickDropped(dropped([file("scans")], true)), { code: "FOLDER_DROP" });
});
