/** The list of series by pages: the latest question wins, and what is shown stays until it is there anew. */

import assert from "node:assert/strict";
import test from "node:test";
import { SeriesPages } from "../../../js/index/pages.js";

const settled = () => new Promise((done) => setImmediate(done));

/** A list of so many rows, named after the query and the state of the index; answers come when they are let go. */
function listOf(total) {
  const held = [];
  const list = {
    state: 1,
    asked: [],
    search(query, first, count) {
      list.asked.push([query, first]);
      const rows = Array.from({ length: Math.max(0, Math.min(count, total - first)) }, (_, at) => ({
        key: `${query} ${first + at} of state ${list.state}`,
      }));
      return new Promise((resolve) => held.push(() => resolve({ total, rows })));
    },
    async answer(...which) {
      for (const at of which) held[at]();
      await settled();
    },
  };
  return list;
}

test("an answer that comes late does not take the place of that to a later question", async () => {
  const list = listOf(500);
  const pages = new SeriesPages(() => {});
  const first = pages.ask(list, "her");
  const second = pages.ask(list, "heron");
  await list.answer(1, 0);
  assert.deepEqual([await first, await second], [false, true]);
  assert.equal(pages.row(0).key, "heron 0 of state 1");
  pages.row(200);
  pages.ask(list, "egret");
  await list.answer(2, 3);
  assert.equal(pages.row(0).key, "egret 0 of state 1");
  assert.equal(pages.row(200), undefined, "it was asked for before");
});

test("a page is asked for once, and when the index has changed its rows stay until they are there anew", async () => {
  const list = listOf(500);
  const pages = new SeriesPages(() => {});
  pages.ask(list, "heron");
  await list.answer(0);
  assert.equal(pages.row(200), undefined);
  assert.equal(pages.row(201), undefined);
  await list.answer(1);
  assert.equal(pages.row(200).key, "heron 200 of state 1");
  list.state = 2;
  pages.refresh();
  await list.answer(2);
  assert.equal(pages.row(0).key, "heron 0 of state 2");
  assert.equal(pages.row(200).key, "heron 200 of state 1");
  await list.answer(3);
  assert.equal(pages.row(200).key, "heron 200 of state 2");
  assert.equal(list.asked.length, 4);
});

test("of a long list only some pages are kept", async () => {
  const list = listOf(100_000);
  const pages = new SeriesPages(() => {});
  pages.ask(list, "");
  await list.answer(0);
  for (let page = 1; page <= 40; page++) {
    pages.row(page * 60);
    await list.answer(page);
  }
  assert.equal(pages.row(40 * 60).key, " 2400 of state 1");
  assert.equal(pages.row(60), undefined, "looked at longest ago");
});
