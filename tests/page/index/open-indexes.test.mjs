/** Open indexes: one worker for each, as long as somebody looks at it or something is read into it. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";

const { Catalogue } = await import("../../../js/index/client.js");
const { OpenIndexes } = await import("../../../js/index/open-indexes.js");
const { Signal } = await import("../../../js/page/signal.js");

const [ORIGINALS, RUN] = [{ kind: "originals" }, { kind: "run", name: "run-1" }];

/** Indexes that need no worker; those that were opened and closed. */
function indexes() {
  const [opened, closed] = [[], []];
  Catalogue.open = async (_pool, _files, of) => {
    opened.push(of);
    return { of, status: { running: false }, changed: new Signal(), close: () => closed.push(of) };
  };
  return { open: new OpenIndexes({}, () => {}), opened, closed };
}

test("two who want the same index at once get one", async () => {
  const { open, opened } = indexes();
  const [one, other] = await Promise.all([open.open(RUN), open.open(RUN)]);
  assert.equal(one, other);
  assert.deepEqual(opened, [RUN]);
});

test("an index is closed when the last who looks at it looks elsewhere", async () => {
  const { open, closed } = indexes();
  const [search, sheet] = [{}, {}];
  for (const holder of [search, sheet]) open.hold(holder, RUN);
  await open.open(RUN);
  open.hold(search, ORIGINALS);
  assert.deepEqual(closed, []);
  open.hold(sheet, null);
  assert.deepEqual(closed, [RUN]);
  assert.equal(open.get(RUN), undefined);
});

test("an index into which something is read stays until that has ended", async () => {
  const { open, closed } = indexes();
  open.hold(test, RUN);
  const index = await open.open(RUN);
  index.status = { running: true };
  open.hold(test, null);
  assert.deepEqual(closed, []);
  index.status = { running: false };
  index.changed.send();
  assert.deepEqual(closed, [RUN]);
});
