/** The linkage file of a run: what is appended can be read again, and what was changed is noticed. */

import assert from "node:assert/strict";
import test from "node:test";
import { LinkageFile } from "../../../worker/linkage/append.js";
import { checkHeader, cipherOf, HEADER_BYTES, newHeader, recordsOf } from "../../../worker/linkage/format.js";
import { digestBy } from "../../../worker/shared/key.js";
import { Access, storage } from "../storage.mjs";

const digest = await digestBy(new Uint8Array(32).fill(7));
const pair = ["old", "new"];
const row = (number) => ({
  source: `${number}`.padStart(20, "0"),
  path: `${number}/Müller^Jörg \ud800.dcm`,
  output: `out/${number}.dcm`,
  ...{ patient: pair, study: pair, series: pair, instance: pair, weeks: 0, uids: [pair] },
});

/** The records of a file: what is in each, and whether the file is torn. */
async function contentOf({ bytes }) {
  const data = Uint8Array.from(bytes);
  const read = (start, end) => data.slice(start, end);
  const records = recordsOf(await cipherOf(digest, read(0, HEADER_BYTES)), { size: data.length, read });
  const found = [];
  for (;;) {
    const { done, value } = await records.next();
    if (done) return { found, torn: value };
    found.push({ ...value, content: value.content && JSON.parse(new TextDecoder().decode(value.content)) });
  }
}

const sources = ({ found }) => found.flatMap(({ content }) => content.rows?.map(({ source }) => Number(source)) ?? []);

test("rows that come at once share a record, and come back as they went", async () => {
  const { files } = storage();
  const file = await LinkageFile.open("run", digest);
  await Promise.all([1, 2, 3, 4].map((number) => file.append(row(number))));
  await file.append(row(5));
  await file.close();
  const { found, torn } = await contentOf(files.get("linkages/run"));
  assert.equal(torn, false);
  assert.deepEqual(
    found.map(({ content }) => content.rows?.length ?? "closing"),
    [1, 3, 1, "closing"],
  );
  assert.deepEqual(
    found.map(({ number }) => number),
    [0, 1, 2, 3],
  );
  assert.deepEqual(
    found.flatMap(({ content }) => content.rows ?? []),
    [1, 2, 3, 4, 5].map(row),
  );
});

test("a file is gone on with behind what is sound of it", async () => {
  for (const left of [(bytes) => bytes, (bytes) => bytes.slice(0, -50), (bytes) => [...bytes, ...Array(64).fill(0)]]) {
    const { files } = storage();
    const first = await LinkageFile.open("run", digest);
    await first.append(row(1));
    await first.close();
    const stored = files.get("linkages/run");
    stored.bytes = left(stored.bytes);
    const second = await LinkageFile.open("run", digest);
    await second.append(row(2));
    await second.close();
    const read = await contentOf(stored);
    assert.deepEqual(sources(read), [1, 2]);
    assert.deepEqual(
      read.found.map(({ number }) => number),
      [0, 1, 2],
    );
    assert.equal(read.torn, false);
  }
});

test("a file that was changed, or of another key, is not gone on with", async () => {
  const { files } = storage();
  const file = await LinkageFile.open("run", digest);
  for (const number of [1, 2, 3]) await file.append(row(number));
  await file.close();
  const stored = files.get("linkages/run");
  stored.bytes[HEADER_BYTES + 40] ^= 1;
  await assert.rejects(LinkageFile.open("run", digest), { code: "LINKAGE_DAMAGED" });
  assert.equal(Access.open, 0);
  stored.bytes[HEADER_BYTES + 40] ^= 1;
  await assert.rejects(LinkageFile.open("run", await digestBy(new Uint8Array(32))), { code: "LINKAGE_KEY" });
  assert.equal((await contentOf(stored)).found.length, 4);
});

test("rows that find no room are lost loudly, and leave no half record", async () => {
  const { files } = storage(() => 2000);
  const file = await LinkageFile.open("run", digest);
  const appended = await Promise.allSettled(Array.from({ length: 20 }, (_, number) => file.append(row(number))));
  assert.equal(appended[0].status, "fulfilled");
  assert.deepEqual(new Set(appended.slice(1).map(({ reason }) => reason?.code)), new Set(["LINKAGE_LOST"]));
  await file.close();
  const read = await contentOf(files.get("linkages/run"));
  assert.deepEqual(sources(read), [0]);
  assert.equal(read.torn, false);
});

test("what is no linkage file, or of a later version, is told", async () => {
  const header = await newHeader(digest);
  await checkHeader(digest, header);
  const later = header.slice();
  later[16] = 2;
  await assert.rejects(checkHeader(digest, header.slice(0, 40)), { code: "LINKAGE_UNKNOWN" });
  await assert.rejects(checkHeader(digest, new Uint8Array(HEADER_BYTES)), { code: "LINKAGE_UNKNOWN" });
  await assert.rejects(checkHeader(digest, later), { code: "LINKAGE_VERSION" });
});

test("of a changed record nothing is read, and of a cut file what is left", async () => {
  const { files } = storage();
  const file = await LinkageFile.open("run", digest);
  for (const number of [1, 2, 3]) await file.append(row(number));
  await file.close();
  const stored = files.get("linkages/run");
  const whole = [...stored.bytes];
  const { found } = await contentOf(stored);
  stored.bytes[found[0].end + 30] ^= 1;
  assert.deepEqual(
    (await contentOf(stored)).found.map(({ content }) => content === null),
    [false, true, false, false],
  );
  stored.bytes = whole.slice(0, found[2].end - 3);
  const cut = await contentOf(stored);
  assert.deepEqual([cut.found.length, cut.torn], [2, true]);
});
