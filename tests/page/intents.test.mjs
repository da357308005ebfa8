/** Intents: they reach who listens for them, with their detail, and no event of the browser is taken for one. */

import assert from "node:assert/strict";
import test from "node:test";
import { on, send } from "../../js/intents.js";

test("an intent reaches all that act on it, with its detail", () => {
  const panel = new EventTarget();
  const seen = [];
  on("start", (detail) => seen.push(["one", detail]), panel);
  on("start", (detail) => seen.push(["other", detail]), panel);
  on("pause", () => seen.push("pause"), panel);
  send(panel, "start", { linkage: true });
  assert.deepEqual(seen, [
    ["one", { linkage: true }],
    ["other", { linkage: true }],
  ]);
});

test("an event of the browser that has the name of an intent is none", () => {
  const panel = new EventTarget();
  let seen = 0;
  on("cancel", () => seen++, panel);
  panel.dispatchEvent(new Event("cancel"));
  assert.equal(seen, 0);
});

test("an intent that is sent inside an element bubbles to who listens further up", () => {
  const panel = new EventTarget();
  let event;
  panel.addEventListener("intent:again", (sent) => {
    event = sent;
  });
  send(panel, "again");
  assert.equal(event.bubbles, true);
});
