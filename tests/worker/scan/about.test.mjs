/** What the scan tells of a study: patient, date and description of its first file, in the letters that the file names. */

import assert from "node:assert/strict";
import test from "node:test";
import { Sources } from "../../../worker/pick/sources.js";
import { aboutOf } from "../../../worker/scan/about.js";
import { Scan } from "../../../worker/scan/scan.js";
import { bytesOf, expected } from "../expected.mjs";

/** A data set without file meta, in explicit VR little endian. @param {[number, string, string | Uint8Array][]} elements */
function header(elements) {
  const parts = elements.flatMap(([tag, vr, value]) => {
    const bytes = typeof value === "string" ? Buffer.from(value, "latin1") : Buffer.from(value);
    const head = Buffer.alloc(8);
    head.writeUInt16LE(tag >>> 16, 0);
    head.writeUInt16LE(tag & 0xffff, 2);
    head.write(vr, 4, "latin1");
    head.writeUInt16LE(bytes.length, 6);
    return [head, bytes];
  });
  return new Uint8Array(Buffer.concat(parts));
}

const about = (...elements) => {
  const bytes = header(elements);
  return aboutOf(bytes, 0, bytes.length);
};
const [CHARSET, DATE, DESCRIPTION, NAME] = [0x00080005, 0x00080020, 0x00081030, 0x00100010];

test("a study is told by its first file, and costs the others nothing", async (context) => {
  context.mock.method(globalThis, "fetch", async () => new Response("", { status: 404 }));
  const path = expected.files.find(({ path }) => path.endsWith("/CT_small.dcm")).path;
  const files = [new File([bytesOf(path)], "a"), new File([bytesOf(path)], "b")];
  const found = await new Scan(new Sources(), null).run({ kind: "files", files }, () => {});
  const said = { patient: "CompressedSamples, CT1", id: "1CT1", date: "2004-01-19", description: "e+1" };
  assert.deepEqual(
    found.studies.map(({ about }) => about),
    [said],
  );
});

test("letters are read as far as they are known here; of others the Latin ones, or nothing", () => {
  const utf8 = new TextEncoder().encode("Müller^Jörg^K");
  assert.equal(about([CHARSET, "CS", "ISO_IR 192"], [NAME, "PN", utf8]).patient, "Müller, Jörg K");
  assert.equal(about([CHARSET, "CS", "ISO_IR 100"], [NAME, "PN", "M\xfcller^J\xf6rg"]).patient, "Müller, Jörg");
  const japanese = "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B";
  assert.equal(about([CHARSET, "CS", "\\ISO 2022 IR 87"], [NAME, "PN", japanese]).patient, "Yamada, Tarou");
  assert.equal(about([CHARSET, "CS", "ISO_IR 144"], [NAME, "PN", "\xbb\xee"]).patient, "");
});

test("what is missing, or makes no sense, is not shown", () => {
  assert.deepEqual(about([DATE, "DA", "1999.01.1 "], [DESCRIPTION, "LO", "Head "]), {
    ...{ patient: "", id: "", date: "", description: "Head" },
  });
  assert.deepEqual(aboutOf(new Uint8Array(20), 0, 20), { patient: "", id: "", date: "", description: "" });
});
