/** The forecast of what takes part: sums by what will become of files, questions that stay while they are decided, and their undoing. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { decide, decidedIn, undecided, undo } from "../../../js/forecast/decisions.js";
import { forecastOf } from "../../../js/forecast/forecast.js";
import { barWords, studyForecast } from "../../../js/forecast/words.js";

const TABLE = new URL("../../../py/dicom_deid/tables/forecast.json", import.meta.url);
const rules = JSON.parse(readFileSync(TABLE, "utf8"));
const [CT, ULTRASOUND, CAPTURE] = [
  "1.2.840.10008.5.1.4.1.1.2",
  "1.2.840.10008.5.1.4.1.1.6.1",
  "1.2.840.10008.5.1.4.1.1.7",
];
const BASIC = { options: [], allow_sop_classes: [], pass_burned_in: false, verbose: true };
const KNOWN = {
  ...{ end: "", sopClass: CT, picture: true, signs: [], maybe: [] },
  ...{ sound: false, overlay: false, head: false, excess: false },
};
const BURNED_IN = { signs: [["BURNED_IN", true]] };
const plain = { policy: BASIC, decisions: [] };

/** Kinds of a scan, and its studies: each a list of how many files it has of each kind. */
function scanned(facts, ...studies) {
  const kinds = facts.map((told) => ({ facts: { ...KNOWN, ...told }, files: 0 }));
  const found = studies.map((counts, study) => ({
    study,
    files: counts.reduce((sum, files) => sum + files, 0),
    kinds: Object.fromEntries(
      counts.map((files, kind) => [kind, { files, bytes: files }]).filter(([, { files }]) => files),
    ),
  }));
  return { kinds, studies: found };
}

const MIXED = scanned(
  [{}, { sopClass: CAPTURE }, { sopClass: ULTRASOUND }, { end: "TRUNCATED" }, { maybe: [["BURNED_IN", true]] }],
  [100, 40, 0, 2, 0],
  [66, 8, 13, 0, 5],
);
const forecast = (decided = plain, left = [], { kinds, studies } = MIXED) =>
  forecastOf(rules, kinds, studies, left, decided);
const question = ({ questions }, sopClass) => questions.find((one) => one.sopClass === sopClass);
const answer = ({ kinds, sopClass, remedies }) => ({ kinds, sopClass, changes: remedies[0] });

test("the bar says what will be written, what needs a decision, and promises nothing that only reading shows", () => {
  const { sums } = forecast();
  assert.deepEqual(sums, { written: 166, unread: 5, searched: 0, undecided: 61, never: 2 });
  const words =
    "166 of 234 DICOM files will be written, 61 need a decision, 5 known only when read, 2 cannot be written";
  assert.equal(barWords(sums), words);
  const cleans = forecast({ ...plain, policy: { ...BASIC, options: ["clean-pixel-data"] } });
  assert.match(barWords(cleans.sums), /^166 of 234 .* written, 61 after a search for text in their pictures, 5 known/);
});

test("a study is told in a few words, with a sign when something of it will be missing", () => {
  const [first, second] = MIXED.studies;
  assert.deepEqual(studyForecast(forecast(), first), {
    words: "100 written, 40 need a decision, 2 cannot be written",
    short: true,
  });
  assert.deepEqual(studyForecast(forecast(), { ...second, kinds: {} }), { words: "left out", short: false });
  const made = forecast(decide(plain, answer(question(forecast(), ULTRASOUND)), rules), [1]);
  const rest = { ...second, kinds: { 0: second.kinds[0], 2: second.kinds[2], 4: second.kinds[4] } };
  assert.deepEqual(studyForecast(made, rest), { words: "79 written, 5 known only when read", short: false });
});

test("a question stays in its place when it is decided, and its undoing gives the policy back", () => {
  const before = forecast();
  assert.deepEqual(
    before.questions.map(({ sopClass, files, reason, fate }) => [sopClass, files, reason, fate]),
    [
      [CAPTURE, 48, "SOP_CLASS_WITHHELD", "undecided"],
      [ULTRASOUND, 13, "SOP_CLASS_WITHHELD", "undecided"],
    ],
  );
  const allowed = decide(plain, answer(question(before, CAPTURE)), rules);
  assert.deepEqual(allowed.policy, { ...BASIC, allow_sop_classes: [CAPTURE] });
  const after = forecast(allowed);
  assert.deepEqual([after.sums.written, after.sums.undecided], [214, 13]);
  assert.deepEqual(
    after.questions.map(({ fate }) => fate),
    ["written", "undecided"],
  );
  assert.deepEqual(undecided(allowed, rules), BASIC);
  assert.deepEqual(undo(allowed, question(after, CAPTURE), MIXED.kinds[1].facts, rules), plain);
});

test("decisions of a run that goes on, of which the kinds are not known, can be undone", () => {
  const policy = { ...BASIC, allow_sop_classes: [CAPTURE], pass_burned_in: true };
  const decided = { policy, decisions: decidedIn(policy, BASIC) };
  const asked = question(forecast(decided), CAPTURE);
  assert.equal(asked.fate, "written");
  const after = undo(decided, asked, MIXED.kinds[1].facts, rules);
  assert.deepEqual([after.policy.allow_sop_classes, after.policy.pass_burned_in], [[], true]);
  assert.deepEqual(undecided(decided, rules), BASIC);
});

test("what is left out takes no part, and its question can still be decided otherwise", () => {
  const { sums, questions } = forecast(plain, [1]);
  assert.deepEqual(sums, { written: 166, unread: 5, searched: 0, undecided: 13, never: 2 });
  assert.deepEqual(
    questions.map(({ fate, files }) => [fate, files]),
    [
      ["left", 48],
      ["undecided", 13],
    ],
  );
});

test("files of a question that is left out come to it with another study: it is open again", () => {
  const scan = scanned([{ sopClass: CAPTURE }, { sopClass: CAPTURE, overlay: null, picture: null }], [3, 0], [0, 2]);
  const [asked] = forecast(plain, [0], scan).questions;
  assert.deepEqual([asked.kinds.length, asked.fate, forecast(plain, [0], scan).sums.undecided], [2, "undecided", 2]);
  assert.equal(forecast(plain, [0, 1], scan).questions[0].fate, "left");
});

test("what is left out can still be undone when the policy would write it now", () => {
  const decided = { policy: { ...BASIC, allow_sop_classes: [CAPTURE] }, decisions: [] };
  const { sums, questions } = forecast(decided, [1]);
  assert.equal(sums.written, 166);
  assert.deepEqual(
    questions.map(({ sopClass, fate, files }) => [sopClass, fate, files]),
    [
      [CAPTURE, "left", 48],
      [ULTRASOUND, "undecided", 13],
    ],
  );
});

test("an undoing takes back what alone had it written, and no other decision", () => {
  const scan = scanned([{ sopClass: CAPTURE }, { sopClass: CAPTURE, ...BURNED_IN }, BURNED_IN], [3, 2, 1]);
  const at = (decided) => forecast(decided, [], scan);
  const [plainOnes, both, passed] = at(plain).questions;
  assert.deepEqual(both.remedies[0], ["allow", "pass"]);
  const one = decide(plain, answer(both), rules);
  assert.deepEqual(
    at(one).questions.map(({ fate }) => fate),
    ["written", "written", "written"],
  );
  const two = decide(one, answer(passed), rules);
  const without = undo(two, both, scan.kinds[1].facts, rules);
  assert.deepEqual([without.policy.allow_sop_classes, without.policy.pass_burned_in], [[], true]);
  assert.deepEqual(
    at(without).questions.map(({ fate }) => fate),
    ["undecided", "undecided", "written"],
  );
  assert.deepEqual(undo(two, plainOnes, scan.kinds[0].facts, rules).policy.allow_sop_classes, []);
});

test("what somebody has set in the policy is no decision that could be undone here", () => {
  const policy = { ...BASIC, allow_sop_classes: [ULTRASOUND], pass_burned_in: true };
  const decided = { policy, decisions: [] };
  const made = forecast(decided);
  assert.deepEqual(
    made.questions.map(({ sopClass }) => sopClass),
    [CAPTURE],
  );
  const allowed = decide(decided, answer(made.questions[0]), rules);
  assert.deepEqual(undo(allowed, made.questions[0], MIXED.kinds[1].facts, rules).policy, policy);
});

test("without what the scan read there is no forecast; of what cannot be decided the reasons are told", () => {
  const { kinds, studies } = MIXED;
  assert.equal(forecastOf(rules, kinds, [{ ...studies[0], files: 143 }], [], plain), null);
  assert.deepEqual(forecast().remarks, [{ reason: "TRUNCATED", fate: "never", files: 2 }]);
  const heads = scanned([{ head: true }], [7]);
  assert.deepEqual(forecast(plain, [], heads).remarks, [{ reason: "FACE_CAN_BE_REBUILT", fate: "written", files: 7 }]);
});

test("another policy over 66,000 files is forecast once for each kind", () => {
  const facts = Array.from({ length: 6000 }, (_, kind) => ({
    sopClass: [CT, ULTRASOUND, CAPTURE][kind % 3],
    signs: kind % 2 ? [["BURNED_IN", true]] : [],
    maybe: [[`${kind}`, true]].slice(0, kind % 5 ? 0 : 1),
  }));
  const studies = Array.from({ length: 5000 }, (_, study) => {
    const kinds = Object.fromEntries([0, 1, 2].map((at) => [(study * 3 + at) % 6000, { files: 4.4, bytes: 1 }]));
    return { study, files: 13.2, kinds };
  });
  let looks = 0;
  const kindOf = (told) => ({
    files: 0,
    get facts() {
      looks++;
      return { ...KNOWN, ...told };
    },
  });
  const scan = { kinds: facts.map(kindOf), studies };
  const { sums } = forecast({ ...plain, policy: { ...BASIC, allow_sop_classes: [ULTRASOUND] } }, [], scan);
  assert.ok(looks <= 2 * facts.length, `${looks} looks at ${facts.length} kinds`);
  assert.equal(Math.round(Object.values(sums).reduce((sum, files) => sum + files, 0)), 66_000);
});
