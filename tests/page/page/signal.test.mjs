/** Signals reach their listeners until these stop listening. */

import assert from "node:assert/strict";
import test from "node:test";
import { Signal } from "../../../js/page/signal.js";

test("a listener hears until it stops, and others go on", () => {
  const signal = new Signal();
  const heard = { one: 0, other: 0 };
  const stop = signal.listen(() => heard.one++);
  signal.listen(() => heard.other++);
  signal.send();
  stop();
  stop();
  signal.send();
  assert.deepEqual(heard, { one: 1, other: 2 });
});
