/** The encrypted ZIP, opened by Node's own AES: each entry by the passphrase, and by no other. */

import assert from "node:assert/strict";
import { createCipheriv, createHmac, pbkdf2Sync } from "node:crypto";
import test from "node:test";
import { listEntries } from "../../../worker/zip/central-directory.js";
import { Encryption, MORE_BYTES } from "../../../worker/zip/encryption.js";
import { listArchive } from "../../../worker/zip/entry.js";
import { centralHeader, dosTime, endOf } from "../../../worker/zip/records.js";
import { writeArchive } from "../../../worker/zip/write.js";
import { Target } from "./target.mjs";

const PASSPHRASE = "ABCD-EFGH-IJKL-MNOP-QRST-UVWX";
const MIB = 2 ** 20;
const LENGTHS = [10, 0, 16, 17, 3 * MIB + 5, 2 * MIB, 40];

const contents = LENGTHS.map((length, number) => new Uint8Array(length).fill(number + 1));

async function sealed() {
  const target = new Target();
  const files = (async function* () {
    for (const [number, content] of contents.entries())
      yield { path: `out/${number}.dcm`, handle: { getFile: async () => new File([content], "") } };
  })();
  await writeArchive(files, target, () => {}, await Encryption.by(PASSPHRASE));
  return target.file;
}

/** The content of an entry of AE-2, by the specification of WinZip; null: the passphrase is another. */
async function unsealed(archive, { offset, compressed, size }, passphrase) {
  const header = Buffer.from(await archive.slice(offset, offset + 30).arrayBuffer());
  const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const raw = Buffer.from(await archive.slice(start, start + compressed).arrayBuffer());
  const keys = pbkdf2Sync(passphrase, raw.subarray(0, 16), 1000, 66, "sha1");
  if (!keys.subarray(64).equals(raw.subarray(16, 18))) return null;
  const body = raw.subarray(18, -10);
  const code = createHmac("sha1", keys.subarray(32, 64)).update(body).digest().subarray(0, 10);
  assert.deepEqual(code, raw.subarray(-10));
  const counters = Buffer.alloc(Math.ceil(size / 16) * 16);
  for (let block = 0; block < counters.length / 16; block++) counters.writeUInt32LE(block + 1, 16 * block);
  const stream = createCipheriv("aes-256-ecb", keys.subarray(0, 32), null).update(counters);
  return Uint8Array.from(body, (byte, at) => byte ^ stream[at]);
}

async function entriesOf(archive) {
  const entries = [];
  for await (const entry of listEntries(archive)) entries.push(entry);
  return entries;
}

test("each entry comes back whole, short and long", async () => {
  const archive = await sealed();
  const entries = await entriesOf(archive);
  assert.equal(entries.length, contents.length);
  for (const [number, entry] of entries.entries()) {
    assert.deepEqual(
      [entry.name, entry.method, entry.flags & 1, entry.crc, entry.size, entry.compressed],
      [`out/${number}.dcm`, 99, 1, 0, LENGTHS[number], LENGTHS[number] + MORE_BYTES],
    );
    assert.deepEqual(await unsealed(archive, entry, PASSPHRASE), contents[number]);
  }
});

test("another passphrase opens none", async () => {
  const archive = await sealed();
  const opened = [];
  for (const entry of await entriesOf(archive)) opened.push(await unsealed(archive, entry, `${PASSPHRASE}-`));
  // One in 65,536 passes the check of two bytes by chance.
  assert.ok(opened.filter((content) => content === null).length >= opened.length - 1);
});

test("two archives of the same files share no byte of an entry's content", async () => {
  const [one, other] = [await sealed(), await sealed()];
  const [first] = await entriesOf(one);
  const bytes = async (file) => Buffer.from(await file.slice(first.compressed, first.compressed + 40).arrayBuffer());
  assert.notDeepEqual(await bytes(one), await bytes(other));
});

test("the reader of archives says that it is encrypted", async () => {
  for (const { origin } of await listArchive(await sealed(), null)) assert.equal(origin.reason, "ZIP_ENCRYPTED");
});

test("one of more than 4 GiB, behind another, has its lengths and its place in 64 bits", async () => {
  for (const size of [2 ** 32 - 20, 5 * 2 ** 30]) {
    const entry = { name: new Uint8Array([120]), size, packed: size + MORE_BYTES, crc: 0, offset: 0, encrypted: true };
    const header = centralHeader(entry, dosTime(new Date()));
    const [told] = await entriesOf(new Blob([header, endOf(1, header.length, 0)]));
    assert.deepEqual([told.size, told.compressed, told.offset], [size, size + MORE_BYTES, 0]);
    const behind = centralHeader({ ...entry, offset: 2 ** 33 }, 0);
    const view = new DataView(behind.buffer);
    const extra = 46 + 1 + 11; // behind the name and the field of the encryption
    assert.deepEqual([view.getUint16(extra, true), view.getUint16(extra + 2, true)], [1, 24]);
    assert.equal(view.getBigUint64(extra + 20, true), 2n ** 33n);
  }
});
