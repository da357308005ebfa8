/** The index of a server, asked as the page asks its own: rows, keys, files, pictures, and the status until nothing is read. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";

const { ServerIndex, partsOf } = await import("../../../js/library/server-index.js");
const { CodedError } = await import("../../../worker/shared/errors.js");

const STATUS = {
  enumerated_files: 10,
  files_processed: 10,
  series_count: 2,
  errors: 0,
  last_updated: "2026-11-29T12:00:00Z",
  running: false,
  reason: "",
  folders: [{ number: 1, name: "archive", holds: "de-identified" }],
};

/** A server of 1,200 series that notes what it is asked. */
function server(answers = {}) {
  const asked = [];
  return {
    asked,
    async get(path, values = {}) {
      asked.push([path, values]);
      if (path in answers) return answers[path](values);
      if (path === "/index/status") return STATUS;
      const rows = Array.from({ length: Math.min(values.count, 1200 - values.first) }, (_, at) => ({
        key: `k${values.first + at}`,
        folder: 3,
      }));
      return { total: 1200, rows };
    },
    async post(path) {
      asked.push([path]);
      return STATUS;
    },
    async blob() {
      throw new CodedError("NO_PIXELS");
    },
    addressOf: (path, { folder }) => `/api${path}?folder=${folder}`,
  };
}

function index(of) {
  const told = [];
  const made = new ServerIndex(
    of,
    (status) => told.push(status),
    () => {},
  );
  return Object.assign(made, { told });
}

test("a row is known by its folder and its key, and so is asked for again", async () => {
  const of = server({ "/series/k1": () => ({ files: [{ number: 1, path: "a/b", size: 5, frames: 2 }] }) });
  const { rows } = await index(of).ask("search", "ct", 0, 60);
  assert.equal(rows[1].key, "3-k1");
  assert.deepEqual(partsOf("3-k1"), { key: "k1", folder: 3 });
  assert.deepEqual(await index(of).ask("instances", "3-k1"), [
    { path: "a/b", index: null, frames: 2, url: "/api/series/k1/files/1?folder=3" },
  ]);
});

test("all keys come in few calls", async () => {
  const of = server();
  assert.equal((await index(of).ask("keys", "")).length, 1200);
  assert.equal(of.asked.length, 3);
});

test("an index that shrinks meanwhile ends the asking", async () => {
  const of = server({ "/search": ({ first }) => ({ total: 900, rows: first === 0 ? [{ key: "k", folder: 1 }] : [] }) });
  assert.deepEqual(await index(of).ask("keys", ""), ["1-k"]);
});

test("a series without a picture has none, and that is no error", async () => {
  assert.equal(await index(server()).ask("picture", "1-k"), null);
});

test("the status is told in the page's words, and of originals whenever there are some", async () => {
  const of = server();
  const one = index(of);
  await one.open();
  one.close();
  assert.deepEqual(one.told.at(-1).holds, "de-identified");
  assert.equal(one.told.at(-1).series_count, 2);
  const mixed = { ...STATUS, folders: [...STATUS.folders, { number: 2, name: "in", holds: "originals" }] };
  const other = index(server({ "/index/status": () => mixed }));
  await other.open();
  other.close();
  assert.equal(other.told.at(-1).holds, "originals");
});

test("what the page offers of its own indexes alone is refused, and a lost server is named", async () => {
  await assert.rejects(index(server()).ask("save"), { code: "INDEX_FAILED" });
  const lost = server({
    "/search": () => {
      throw new CodedError("SERVER_LOST");
    },
  });
  await assert.rejects(index(lost).ask("search", "", 0, 1), { code: "SERVER_LOST" });
});

test("reading is followed until it has ended", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  let left = 3;
  const of = server({ "/index/status": () => ({ ...STATUS, running: left-- > 0 }) });
  of.post = async () => ({ ...STATUS, running: true });
  const one = index(of);
  await one.open();
  let ended = false;
  const going = one.ask("start").then(() => (ended = true));
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(ended, false);
    context.mock.timers.tick(2000);
  }
  await going;
  one.close();
  assert.deepEqual(
    one.told.map(({ running }) => running),
    [true, false], // what is as it was is not told again
  );
});
