/** What became of an imported script, as it stands at What to keep. */

import "../browser.mjs";
import assert from "node:assert/strict";
import test from "node:test";

const { importWords } = await import("../../../js/workshop/words.js");

const line = { line: 1, text: "", why: "" };
const reading = { tool: "RSNA CTP", carried: 1, differing: [], lost: [] };

test("an imported script says what was carried over, and warns where something is missing or means something else", () => {
  assert.equal(importWords({ ...reading, tool: "" }, "policy.toml"), null);
  assert.deepEqual(importWords(reading, "a.script"), {
    words: "From a.script, a script of RSNA CTP: 1 line carried over; none was lost.",
    short: false,
  });
  const { words, short } = importWords({ ...reading, carried: 2000, differing: [line], lost: [line, line] }, "a");
  assert.match(words, /: 2,000 lines carried over, 1 of them with another meaning here; 2 lines not\.$/);
  assert.equal(short, true);
});
