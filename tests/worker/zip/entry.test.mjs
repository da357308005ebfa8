/** Entries of ZIP archives that are not as they should be, and the CRC that tells. */

import assert from "node:assert/strict";
import test from "node:test";
import { crc32 } from "../../../worker/zip/crc32.js";
import { listArchive } from "../../../worker/zip/entry.js";
import { bytesOf, expected } from "../expected.mjs";

const whole = bytesOf(expected.files.find(({ path }) => path.endsWith("/CT_small.dcm")).path);

/** The result for each entry: "" when it gives CT_small.dcm, else the reason. */
async function outcomes() {
  const found = await listArchive(new File([Buffer.from(expected.odd, "base64")], "odd.zip"), null);
  const outcome = async ({ origin }) => {
    try {
      const { whole: bytes } = await origin.extract();
      return bytes.length === whole.length && Buffer.compare(bytes, whole) === 0 ? "" : "other bytes";
    } catch (error) {
      return error.code;
    }
  };
  return Object.fromEntries(await Promise.all(found.map(async (entry) => [entry.path, await outcome(entry)])));
}

test("what a careless or hostile program makes is refused entry by entry", async () => {
  assert.deepEqual(await outcomes(), {
    "twice.dcm": "",
    "twice (2).dcm": "",
    "twice.dcm (2)": "",
    "../out.dcm": "ZIP_PATH",
    "/top.dcm": "ZIP_PATH",
    "C:\\x.dcm": "ZIP_PATH",
    "a/..b.dcm": "",
    "bzip2.dcm": "ZIP_METHOD",
    "bomb.dcm": "ZIP_BOMB",
    "longer.dcm": "ZIP_ENTRY_BAD",
    "shorter.dcm": "ZIP_ENTRY_BAD",
    "onto.dcm": "ZIP_ENTRY_BAD",
    "moved.dcm": "ZIP_ENTRY_BAD",
    "zip64.dcm": "",
    "cp437 ü.dcm": "",
  });
});

test("an archive that is cut anywhere is refused, or listed as far as its directory goes", async () => {
  const content = Buffer.from(expected.odd, "base64");
  for (let at = 0; at < content.length; at += 997) {
    const cut = new File([content.subarray(0, at)], "cut.zip");
    assert.equal(await listArchive(cut, null), null);
  }
});

test("the CRC is that of zlib, also piece by piece", () => {
  const bytes = new Uint8Array(Array.from({ length: 9 * 32 }, (_, at) => at % 32));
  for (const [length, crc] of expected.crcs) {
    assert.equal(crc32(bytes.subarray(0, length)), crc);
    assert.equal(crc32(bytes.subarray(3, length), crc32(bytes.subarray(0, Math.min(3, length)))), crc);
  }
});
