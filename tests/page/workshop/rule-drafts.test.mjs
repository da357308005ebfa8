/** Rules in Python while they are written: what the policy has, what is a draft, and what stays when the policy changes. */

import assert from "node:assert/strict";
import test from "node:test";
import { Drafts } from "../../../js/workshop/rule-drafts.js";

const rule = (name, code = "def rule(element, instance): return None\n") => ({ name, code });

test("the first rule is an example that is in no policy", () => {
  const drafts = new Drafts();
  assert.deepEqual([drafts.isSaved, drafts.isBlank, drafts.saved], [false, true, []]);
  assert.match(drafts.all[0].title(0), /\(draft\)$/);
});

test("a rule that was saved and edited is tried as it stands, and the policy keeps the saved one", () => {
  const drafts = new Drafts();
  drafts.follow([rule("a"), rule("b")]);
  drafts.choose(1);
  drafts.current = rule("b", "def rule(element, instance): return 'X'\n");
  assert.equal(drafts.isChanged, true);
  assert.deepEqual(drafts.saved, [rule("a"), rule("b")]);
  assert.deepEqual(drafts.tried(), { rules: [rule("a"), drafts.current], at: 1 });
});

test("what is being written stays when another policy comes", () => {
  const drafts = new Drafts();
  drafts.current = rule("mine");
  drafts.follow([rule("a")]);
  assert.deepEqual(
    drafts.all.map(({ draft }) => draft.name),
    ["a", "mine"],
  );
  assert.equal(drafts.current.name, "mine");
});

test("deleting the last rule leaves the example", () => {
  const drafts = new Drafts();
  drafts.follow([rule("a")]);
  drafts.choose(0);
  drafts.remove();
  assert.deepEqual([drafts.all.length, drafts.isBlank, drafts.at], [1, true, 0]);
});
