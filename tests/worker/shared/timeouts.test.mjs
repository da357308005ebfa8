import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { held } from "../../../worker/shared/timeouts.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

async function isCollected(reference) {
  for (let round = 0; round < 10; round++) {
    await turn();
    collect();
  }
  return reference.deref() === undefined;
}

/** A call of a handle that nobody else holds; the handle alone can settle it, as in the browser. */
function asked() {
  const handle = { settle: (_) => {} };
  const call = () =>
    new Promise((settle) => {
      handle.settle = settle;
    });
  return { reference: new WeakRef(handle), done: held(call) };
}

test("the handle of a call lives until the call settles, and no longer", async () => {
  const { reference, done } = asked();
  assert.equal(await isCollected(reference), false);
  reference.deref().settle("bytes");
  assert.equal(await done, "bytes");
  assert.equal(await isCollected(reference), true);
});
