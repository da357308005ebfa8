/** Studies of a PACS as sources: against a server on this computer that answers as bad peers do. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";
import "./hurry.mjs";
import { recognise } from "../../../worker/dicom/is-dicom.js";
import { peek } from "../../../worker/dicom/peek.js";
import { Sources } from "../../../worker/pick/sources.js";
import { Scan } from "../../../worker/scan/scan.js";
import { bytesOf, expected } from "../expected.mjs";

const FILES = ["CT_small.dcm", "MR_small.dcm"].map(
  (name) => expected.files.find(({ path }) => path.endsWith(`/${name}`)).path,
);
const STUDY = { patient: "", id: "", date: "", description: "", accession: "", modality: "" };

const UIDS = FILES.map((path) => {
  const bytes = bytesOf(path);
  const { study, series, sopInstance } = peek(bytes, recognise(bytes, bytes.length).start);
  return { study, series, instance: sopInstance };
});

function multipart(bytes, { closing = true } = {}) {
  const end = closing ? "\r\n--b--\r\n" : "\r\n";
  return Buffer.concat([
    Buffer.from("--b\r\nContent-Type: application/dicom\r\n\r\n"),
    Buffer.from(bytes),
    Buffer.from(end),
  ]);
}

/** A PACS with those files, of which `change` may change an answer to a request for an instance. */
async function scanned(change = () => ({}), instances = 1) {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(request.url);
    const at = UIDS.findIndex(({ study }) => request.url.includes(study));
    if (at < 0) return response.writeHead(404).end();
    const { study, series, instance } = UIDS[at];
    if (!/instances\/[0-9]/.test(request.url)) {
      const item = { "00080018": { vr: "UI", Value: [instance] }, "0020000E": { vr: "UI", Value: [series] } };
      return response.writeHead(200, { "Content-Type": "application/dicom+json" }).end(JSON.stringify([item]));
    }
    assert.equal(request.headers.accept, 'multipart/related; type="application/dicom"; transfer-syntax=*');
    assert.ok(request.url.endsWith(`/studies/${study}/series/${series}/instances/${instance}`));
    const {
      status = 200,
      type = "multipart/related; boundary=b",
      body = multipart(bytesOf(FILES[at])),
    } = change(at, requests);
    response.writeHead(status, { "Content-Type": type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const pacs = { address: `http://127.0.0.1:${server.address().port}/dicom-web`, user: "a", password: "b" };
  const studies = UIDS.map(({ study }) => ({ ...STUDY, uid: study, instances }));
  const sources = new Sources();
  const found = await new Scan(sources, null).run({ kind: "pacs", pacs, studies }, () => {});
  return { sources, found, requests, close: () => server.close().closeAllConnections() };
}

test("instances are sources as files are, each fetched once for scan and run", async () => {
  const there = await scanned();
  const { sources, found, requests } = there;
  assert.deepEqual([found.dicom, found.complete, found.error], [2, true, undefined]);
  assert.deepEqual(
    new Set(sources.paths),
    new Set(UIDS.map(({ study, series, instance }) => `${study}/${series}/${instance}.dcm`)),
  );
  const before = requests.length;
  for (const [number, path] of sources.paths.entries()) {
    const opened = await sources.open(number);
    const of = FILES[UIDS.findIndex(({ instance }) => path.endsWith(`/${instance}.dcm`))];
    assert.deepEqual(await opened.read(0, opened.size), bytesOf(of));
    await opened.release();
  }
  assert.equal(requests.length, before);
  await (await sources.open(0)).release(); // what was given away is fetched anew
  assert.equal(requests.length, before + 1);
  assert.equal(await sources.reachable(), false); // this one has no list of all studies
  there.close();
});

test("another instance, two parts and a page are no instance, and the others are taken all the same", async () => {
  const answers = [
    { body: multipart(bytesOf(FILES[1])) },
    { body: Buffer.concat([multipart(bytesOf(FILES[0]), { closing: false }), multipart(bytesOf(FILES[0]))]) },
    { type: "text/html", body: "<html>" },
    { status: 500 },
  ];
  for (const answer of answers) {
    const there = await scanned((at) => (at === 0 ? answer : {}));
    const { reasons, paths } = there.sources;
    const bad = reasons[paths.findIndex((path) => path.includes(UIDS[0].instance))];
    assert.deepEqual([bad, there.found.dicom], [answer.status ? "PACS_REFUSED" : "PACS_ANSWER", 1]);
    there.close();
  }
});

test("an answer without its closing boundary is asked for again; a login that is refused ends the scan", async () => {
  let cut = 1;
  const there = await scanned(() => (cut-- > 0 ? { body: multipart(bytesOf(FILES[0]), { closing: false }) } : {}));
  assert.equal(there.found.dicom, 2);
  there.close();
  const refused = await scanned(() => ({ status: 401 }));
  assert.deepEqual([refused.found.error, refused.sources.lost], ["PACS_REFUSED_LOGIN", "PACS_REFUSED_LOGIN"]);
  refused.close();
});

test("a study of which less is listed than there should be has a row that says so", async () => {
  const there = await scanned(undefined, 5);
  assert.deepEqual([there.found.dicom, there.found.skipped], [2, { PACS_INCOMPLETE: 2 }]);
  there.close();
});
