/** Each phase has at most a chain of steps that are done, and what is still to come stays quiet. */

import assert from "node:assert/strict";
import test from "node:test";
import { stateOf } from "../../../js/page/steps.js";

const STEPS = ["choose", "found", "policy", "run", "results"];

test("the policy can be set before and between runs, and not while one goes on", () => {
  const phases = ["choose", "scanning", "early", "nothing", "ready", "running", "finished"];
  assert.deepEqual(
    phases.map((phase) => stateOf(phase, "policy")),
    ["quiet", "quiet", "active", "quiet", "active", "done", "done"],
  );
});

test("results are there after a run alone", () => {
  assert.equal(stateOf("running", "results"), "quiet");
  assert.equal(stateOf("finished", "results"), "active");
  assert.deepEqual(
    STEPS.map((step) => stateOf("finished", step)),
    ["done", "done", "done", "done", "active"],
  );
});
