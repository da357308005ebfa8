/** Ranges, lanes, and the worklist: who has which file, and what a dead worker leaves. */

import assert from "node:assert/strict";
import test from "node:test";
import { newItem, Worklist } from "../../../worker/run/batches.js";
import { Budget, Lane, Signal } from "../../../worker/shared/async.js";
import { BATCH_BYTES, BATCH_FILES, HEAD_BYTES } from "../../../worker/shared/limits.js";
import { covered, HeadLengths, withRange } from "../../../worker/shared/ranges.js";
import { patiently } from "../../../worker/shared/timeouts.js";

const item = (index, bytes = 10) => {
  const made = newItem(index, bytes, false, bytes, bytes);
  made.ranges = [{ start: 0, bytes: new Uint8Array(bytes) }];
  return made;
};
const ids = (items) => items.map(({ index }) => index);
const outcome = (id) => ({ kind: "outcome", id, row: {}, segments: [], log: [] });
const manyLeft = () => 10_000;

function filled(count, bytes) {
  const worklist = new Worklist(new Signal());
  for (let i = 0; i < count; i++) worklist.offer(item(i, bytes));
  return worklist;
}

test("ranges merge, and stay sorted", () => {
  assert.deepEqual(withRange([[0, 10]], [5, 20]), [[0, 20]]);
  assert.deepEqual(withRange([[0, 10]], [10, 20]), [[0, 20]]);
  assert.deepEqual(withRange([[50, 60]], [0, 10]), [
    [0, 10],
    [50, 60],
  ]);
  assert.deepEqual(withRange([[0, 10]], [7, 7]), [[0, 10]]);
  assert.equal(
    covered([
      [0, 10],
      [50, 60],
    ]),
    20,
  );
});

test("of a study's next file as much is read as the ones before needed, within bounds", () => {
  const heads = new HeadLengths();
  heads.learn(3, 100_000);
  assert.equal(heads.of(3), 104 * 1024);
  assert.equal(heads.of(4), HEAD_BYTES);
  heads.learn(4, 5000);
  assert.equal(heads.of(4), 12 * 1024);
  heads.learn(4, 100);
  assert.equal(heads.of(4), 12 * 1024);
  heads.learn(3, 2 ** 40);
  assert.equal(heads.of(3), 1024 * 1024);
});

test("a lane is never wider than it is, and goes on after a failure", async () => {
  const lane = new Lane(3);
  let now = 0;
  let most = 0;
  const operation = async (fails) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 1));
    now--;
    if (fails) throw new Error("as it must");
  };
  const all = Array.from({ length: 20 }, (_, i) => lane.run(() => operation(i % 5 === 0)));
  const ended = await Promise.allSettled(all);
  assert.equal(ended.filter(({ status }) => status === "rejected").length, 4);
  assert.equal(most, 3);
});

test("something always fits into an empty budget", () => {
  const budget = new Budget(100, new Signal());
  assert.ok(budget.fits(1000));
  budget.take(60);
  assert.ok(budget.fits(40));
  assert.ok(!budget.fits(41));
});

test("a call that never settles is tried once more, and what comes too late is given back", async () => {
  let calls = 0;
  const late = [];
  const call = () =>
    ++calls === 1 ? new Promise((resolve) => setTimeout(resolve, 250, "late")) : Promise.resolve("ok");
  assert.equal(await patiently(call, 10, (result) => late.push(result)), "ok");
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual(late, ["late"]);
  await assert.rejects(
    patiently(() => new Promise(() => {}), 5),
    { name: "TimeoutError" },
  );
});

test("batches keep to both bounds", async () => {
  const worklist = filled(200);
  const session = worklist.join(0);
  // Python that takes no time is given as much as there may be.
  for (let i = 0; i < 20; i++) {
    worklist.offer(item(1000 + i));
    const [first] = await worklist.take(session, () => 1);
    worklist.answered(session, [outcome(first.index)], 0, 0.01);
  }
  assert.equal((await worklist.take(session, manyLeft)).length, BATCH_FILES);
  const large = filled(10, BATCH_BYTES / 2);
  assert.equal((await large.take(large.join(0), manyLeft)).length, 2);
});

test("one that takes the place of another goes on with its count, and shares the rest with nobody", async () => {
  const worklist = filled(40);
  const before = worklist.join(0);
  const batch = await worklist.take(before, manyLeft);
  worklist.answered(before, ids(batch).map(outcome), 0, 0.01);
  const after = worklist.join(0);
  assert.equal(worklist.workers[0].files, batch.length);
  assert.equal(await worklist.take(before, manyLeft), null);
  assert.equal((await worklist.take(after, () => 8)).length, 4);
});

test("slow files come in small batches, so that a pause acts soon", async () => {
  const worklist = filled(100);
  const session = worklist.join(0);
  for (let i = 0; i < 5; i++) {
    const batch = await worklist.take(session, manyLeft);
    worklist.answered(session, ids(batch).map(outcome), 0, 150 * batch.length);
  }
  assert.ok((await worklist.take(session, manyLeft)).length <= 2);
});

test("nothing is given out while paused, and null when it is over", async () => {
  const changed = new Signal();
  const worklist = new Worklist(changed);
  worklist.offer(item(0));
  worklist.paused = true;
  let given;
  const taking = worklist.take(worklist.join(0), manyLeft).then((batch) => {
    given = batch;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(given, undefined);
  worklist.over = true;
  changed.fire();
  await taking;
  assert.equal(given, null);
});

test("a dead worker: the batch that it was at is blamed, the one in advance is not", async () => {
  const worklist = filled(100);
  const session = worklist.join(7);
  const first = await worklist.take(session, manyLeft);
  const second = await worklist.take(session, manyLeft);
  const { blamed, spared } = worklist.lost(7);
  assert.deepEqual(ids(blamed), ids(first));
  assert.deepEqual(ids(spared), ids(second));
  assert.equal(await worklist.take(session, manyLeft), null);
  assert.deepEqual(worklist.answered(session, ids(first).map(outcome), 0, 1), []);
});

test("a file over which a worker died goes alone", async () => {
  const worklist = filled(2);
  const suspect = item(99);
  suspect.alone = true;
  worklist.offer(suspect);
  worklist.offer(item(100));
  const session = worklist.join(0);
  assert.deepEqual(ids(await worklist.take(session, manyLeft)), [0, 1]);
  assert.deepEqual(ids(await worklist.take(session, manyLeft)), [99]);
  assert.deepEqual(ids(await worklist.take(session, manyLeft)), [100]);
});
