/**
 * Sending against a server on this computer that answers as bad peers do. That a real PACS takes what is sent, and what a
 * browser makes of it, is in tests/browser/test_pacs.py.
 */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";
import "./hurry.mjs";
import { Sendings } from "../../../worker/pacs/sendings.js";
import { auditHeader, auditLine } from "../../../worker/report/audit.js";
import { storage } from "../storage.mjs";

const NAME = "dicom-deid-20261129-093000";
const SERIES = ["2.25.21", "2.25.22"];
const [CT, EXPLICIT] = ["1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1"];
const JSON_TYPE = { "Content-Type": "application/dicom+json" };

/** An element in Explicit VR Little Endian. */
function element(group, number, vr, value) {
  const text = value.length % 2 ? `${value}${vr === "UI" ? "\0" : " "}` : value;
  const head = Buffer.alloc(8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, "latin1");
  head.writeUInt16LE(text.length, 6);
  return Buffer.concat([head, Buffer.from(text, "latin1")]);
}

function instance(uid, removed = "YES", named = uid) {
  const series = SERIES[Number(uid.slice(5)) % 2];
  const meta = [element(2, 2, "UI", CT), element(2, 3, "UI", named), element(2, 0x10, "UI", EXPLICIT)];
  const data = [
    ...[element(8, 0x16, "UI", CT), element(8, 0x18, "UI", uid), element(0x10, 0x20, "LO", "P1")],
    ...[element(0x12, 0x62, "CS", removed), element(0x20, 0xd, "UI", "2.25.1"), element(0x20, 0xe, "UI", series)],
  ];
  return Buffer.concat([Buffer.alloc(128), Buffer.from("DICM"), ...meta, ...data]);
}

/** A run in private storage that has ended: instances "2.25.100" and so on, by turns of two series. */
async function ended(files, change = () => ({})) {
  const made = storage();
  const put = async (path, content) => {
    let folder = made.root;
    const names = path.split("/");
    for (const name of names.slice(0, -1)) folder = await folder.getDirectoryHandle(name, { create: true });
    const writable = await (await folder.getFileHandle(names.at(-1), { create: true })).createWritable();
    await writable.write(content);
    await writable.close();
  };
  let audit = auditHeader;
  for (let number = 0; number < files; number++) {
    const uid = `2.25.${100 + number}`;
    const { bytes = instance(uid), row = {} } = change(number, uid);
    const path = `out/P1/s1/a/${number}.dcm`;
    if (bytes) await put(`runs/${NAME}/${path}`, bytes);
    audit += auditLine({
      ...{
        source_id: "a".repeat(20),
        status: "written",
        reason: "",
        output_path: path,
        patient_id: "P1",
        pixels: "kept",
      },
      ...{ study_instance_uid: "2.25.1", series_instance_uid: SERIES[number % 2], sop_instance_uid: uid },
      ...{ sop_class_uid: CT, transfer_syntax_uid: EXPLICIT, bytes_out: instance(uid).length, ...row },
    });
  }
  await put(`runs/${NAME}/plan.json`, "{}");
  await put(`runs/${NAME}/audit.csv`, audit);
  return { ...made, ledger: () => rowsOf(made.text(`runs/${NAME}/sent.csv`)) };
}

const rowsOf = (text) =>
  Object.fromEntries(
    text
      .split("\n")
      .slice(1, -1)
      .map((line) => line.split(","))
      .map(([, , uid, state, reason]) => [uid, [state, reason].filter(Boolean).join(" ")]),
  );

/** A PACS that keeps what it gets, as `post` lets it; `post` is given the UIDs of a request, and its number. */
async function peer(post = () => ({}), { port = 0, kept = new Map(), listed = 1000 } = {}) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method === "GET") {
      const series = /series\/([0-9.]+)/.exec(request.url)[1];
      const asked = new URL(request.url, "http://x").searchParams;
      const items = [...kept]
        .filter(([uid, of]) => of === series && (asked.get("SOPInstanceUID") ?? uid) === uid)
        .slice(0, listed) // it takes no heed of offsets
        .map(([uid]) => ({ "00080018": { vr: "UI", Value: [uid] } }));
      return response.writeHead(200, JSON_TYPE).end(JSON.stringify(items));
    }
    const body = Buffer.concat(chunks).toString("latin1");
    const uids = [...new Set(body.match(/2\.25\.1\d\d/g))];
    requests.push(uids);
    const { status = 200, headers = {}, keep = uids, failed = [], reset = false, text } = post(uids, requests.length);
    for (const uid of keep) kept.set(uid, SERIES[Number(uid.slice(5)) % 2]);
    if (reset) return request.socket.destroy();
    const items = (list) => ({
      vr: "SQ",
      Value: list.map((uid) => ({ "00081155": { vr: "UI", Value: [uid] }, "00081197": { vr: "US", Value: [0x0122] } })),
    });
    const answer = {
      "00081199": items(uids.filter((uid) => !failed.includes(uid))),
      ...(failed.length ? { "00081198": items(failed) } : {}),
    };
    response
      .writeHead(status, { ...JSON_TYPE, ...headers })
      .end(text ?? (status === 200 ? JSON.stringify(answer) : ""));
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
  const address = `http://127.0.0.1:${server.address().port}/dicom-web`;
  return { kept, requests, close, pacs: { address, user: "", password: "" } };
}

async function sent(there, report = () => {}) {
  try {
    return await new Sendings().send(NAME, null, there.pacs, report);
  } finally {
    await there.close();
  }
}

test("all files go in batches, and those that the PACS lists are confirmed", async () => {
  const { ledger } = await ended(45);
  const there = await peer();
  const result = await sent(there);
  assert.deepEqual([result.end, result.total, result.confirmed, result.left], ["finished", 45, 45, 0]);
  assert.deepEqual(there.requests.map((uids) => uids.length).sort(), [20, 20, 5]);
  assert.deepEqual(new Set(Object.values(ledger())), new Set(["confirmed"]));
  assert.equal(there.kept.size, 45);
});

test("a PACS that lists little at a time is asked for each that is missing", async () => {
  const { ledger } = await ended(12);
  const result = await sent(await peer(undefined, { listed: 2 }));
  assert.deepEqual([result.end, result.confirmed], ["finished", 12]);
  assert.deepEqual(new Set(Object.values(ledger())), new Set(["confirmed"]));
});

test("what is acknowledged and not kept is not confirmed, and what is refused has its code", async () => {
  const { ledger } = await ended(4);
  const there = await peer((uids) => ({ keep: uids.slice(0, 2), failed: [uids[3]] }));
  const result = await sent(there);
  assert.deepEqual([result.confirmed, result.refused], [2, { PACS_CLASS_REFUSED: 1, PACS_NOT_KEPT: 1 }]);
  const [uids] = there.requests;
  assert.deepEqual([ledger()[uids[2]], ledger()[uids[3]]], ["refused PACS_NOT_KEPT", "refused PACS_CLASS_REFUSED"]);
});

test("a sending that was cut off goes on with what is not there", async () => {
  const { ledger } = await ended(25);
  // The second request is kept, too, and not answered with success: nobody knows of it.
  const first = await peer((_uids, number) => (number === 1 ? {} : { status: 401 }));
  const { port } = new URL(first.pacs.address);
  const broken = await sent(first);
  assert.deepEqual([broken.end, broken.error], ["stopped", "PACS_REFUSED_LOGIN"]);
  assert.equal(first.kept.size, 25);
  first.kept.delete("2.25.100");
  const second = await peer(undefined, { port, kept: first.kept });
  const result = await sent(second);
  assert.deepEqual([result.end, result.confirmed], ["finished", 25]);
  assert.deepEqual(second.requests, [["2.25.100"]]);
  assert.deepEqual(new Set(Object.values(ledger())), new Set(["confirmed"]));
});

test("too much at once is halved, a busy peer is waited for, a connection that breaks does not double", async () => {
  await ended(20);
  const told = [];
  const there = await peer((uids, number) => {
    if (uids.length > 10) return { status: 413, keep: [] };
    if (number === 2) return { status: 503, headers: { "Retry-After": "1" }, keep: [] };
    return number === 3 ? { reset: true, keep: uids.slice(0, 4) } : {};
  });
  const result = await sent(there, ({ waiting }) => told.push(waiting));
  assert.deepEqual([result.end, result.confirmed], ["finished", 20]);
  assert.ok(told.includes("PACS_BUSY") && told.includes("PACS_UNREACHABLE") && told.at(-1) === "");
  const again = there.requests.slice(3).flat();
  for (const kept of there.requests[2].slice(0, 4)) assert.ok(!again.includes(kept), kept);
});

test("outputs that are not what the audit says do not go, and the others do", async () => {
  const { ledger } = await ended(8, (number, uid) => {
    if (number === 1) return { bytes: instance(uid, "NOPE") };
    if (number === 2) return { bytes: instance(uid, "YES", "2.25.9") };
    if (number === 3) return { bytes: null };
    if (number === 4) return { row: { status: "withheld", reason: "REJECTED" } };
    if (number === 5) return { row: { pixels: "cleaned (1 region); not reviewed" } };
    return number === 6 ? { row: { series_instance_uid: SERIES[1] } } : {};
  });
  const there = await peer();
  const result = await sent(there);
  assert.deepEqual([...there.kept.keys()].sort(), ["2.25.100", "2.25.107"]);
  const stays = { NOT_DEIDENTIFIED: 1, OUTPUT_CHANGED: 2, OUTPUT_MISSING: 1, PIXELS_NOT_REVIEWED: 1 };
  assert.deepEqual([result.stopped, result.total, result.left], [stays, 7, 0]);
  assert.deepEqual(Object.keys(ledger()).sort(), ["2.25.100", "2.25.107"]);
});

test("a ledger that this program has not written, and a run that has not ended, stop all of it", async () => {
  const made = await ended(2);
  const there = await peer();
  made.files.set(`runs/${NAME}/sent.csv`, { bytes: [...Buffer.from("x\n1,2\n")] });
  await assert.rejects(sent(there), { code: "LEDGER_DAMAGED" });
  await ended(2);
  await (await navigator.storage.getDirectory()).getDirectoryHandle("runs").then(async (runs) => {
    await (await runs.getDirectoryHandle(NAME)).getFileHandle("unfinished", { create: true });
  });
  await assert.rejects(sent(there), { code: "NOT_ENDED" });
  assert.deepEqual(there.requests, []);
});

test("results in a folder that was chosen are sent from there, and from no other folder", async () => {
  const made = await ended(3);
  const journal = `journals/${NAME}`;
  for (const [path, file] of [...made.files]) {
    made.files.delete(path);
    const moved = path.replace(`runs/${NAME}`, path.includes("/out/") ? `picked/${NAME}` : journal);
    const folders = moved.split("/").slice(0, -1);
    let folder = made.root;
    for (const name of folders) folder = await folder.getDirectoryHandle(name, { create: true });
    await folder.getFileHandle(moved.split("/").at(-1), { create: true });
    made.files.get(moved).bytes = file.bytes;
  }
  await made.root.removeEntry("runs");
  const there = await peer();
  const send = (folder) => new Sendings().send(NAME, folder, there.pacs, () => {});
  await assert.rejects(send(await made.root.getDirectoryHandle("other", { create: true })), { code: "OUTPUT_LOST" });
  assert.equal((await send(await made.root.getDirectoryHandle("picked"))).confirmed, 3);
  assert.equal(Object.keys(rowsOf(made.text(`picked/${NAME}/sent.csv`))).length, 3);
  await there.close();
});
