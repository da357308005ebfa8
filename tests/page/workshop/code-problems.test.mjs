/** What is wrong with a rule in Python, by the line of its code: of code that is none, that does not load, that fails. */

import assert from "node:assert/strict";
import test from "node:test";
import { codeProblems } from "../../../js/workshop/code-problems.js";

const problem = (text, line = 0) => ({ line, word: "", text, near: "" });
const verdict = (problems, traceback = "") => ({ policy: {}, problems, traceback });

test("code that is no Python names the line of the code, not that of the policy", () => {
  const text = "Line 2 of the code: This is no Python: expected ':'.";
  assert.deepEqual(codeProblems(verdict([problem(text, 40)]), 0), [
    { line: 2, text: "This is no Python: expected ':'." },
  ]);
});

test("a rule that does not load has its line; that of another rule has none here", () => {
  const text = "rule 2 in Python (herons): ModuleNotFoundError: No module named 'x'";
  assert.deepEqual(codeProblems(verdict([problem(text, 3)]), 1), [
    { line: 3, text: "ModuleNotFoundError: No module named 'x'" },
  ]);
  assert.deepEqual(codeProblems(verdict([problem(text, 3)]), 0), [{ line: 0, text }]);
});

test("of a traceback the last line in the code of the rule counts, and the error at its end", () => {
  const traceback = `rule 1 in Python (a, asked about b:), asked about Manufacturer:
Traceback (most recent call last):
  File "<rule 1>", line 2, in rule
  File "<rule 1>", line 5, in divide
  File "/lib/else.py", line 90, in deep
ZeroDivisionError: division by zero
`;
  assert.deepEqual(codeProblems(verdict([], traceback), 0), [{ line: 5, text: "ZeroDivisionError: division by zero" }]);
  assert.deepEqual(codeProblems(verdict([], traceback), 1), [{ line: 0, text: "ZeroDivisionError: division by zero" }]);
  assert.deepEqual(codeProblems(verdict([]), 0), []);
});
