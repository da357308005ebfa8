/** The review: boxes of groups, exceptions of instances, decisions, what is undone, and the regions file. */
import "../browser.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";

const { ALL, covers, drawn, moved, resized } = await import("../../../js/pixels/boxes.js");
const { standing, waiting } = await import("../../../js/pixels/group.js");
const { Review } = await import("../../../js/pixels/review.js");
const { badgeOf } = await import("../../../js/pixels/standing.js");

const SIZE = { rows: 60, columns: 80 };
const PROJECT = "5f0c2e9a77d1b384";
const NOW = new Date("2026-11-29T10:30:00.250Z");
const box = (rectangle, evidence = "detector", frames = ALL) => ({ rectangle, frames, evidence });
const [ONE, OTHER] = [box([0, 0, 10, 5]), box([20, 20, 40, 30])];
const id = (number) => number.toString(16).padStart(20, "0");
const instance = (number, mark = number) => ({
  id: id(1000 + number),
  mark: mark.toString(16).padStart(16, "0"),
  name: `Picture ${number}`,
  frames: 1,
});

function found(number, { boxes = [ONE], instances = [instance(number)], ...more } = {}) {
  return { id: id(number), ...SIZE, frames: 1, label: "Heron 7", boxes, instances, ...more };
}

function reviewOf(...groups) {
  const review = new Review({ project: PROJECT, now: () => NOW });
  for (const group of groups) review.add(group);
  return review;
}

const decisionOf = (review, number) => review.get(id(number)).verdict.decision;
const text = (review, by = "MK") => JSON.stringify(review.document(by));

test("a box is drawn in whole pixels, from any corner, and only within the picture", () => {
  assert.deepEqual(drawn([10.6, 5.2, 4.4, 2.9], SIZE), box([4, 2, 11, 6], "person"));
  assert.deepEqual(drawn([-5, -5, 500, 500], SIZE).rectangle, [0, 0, 80, 60]);
  assert.equal(drawn([90, 5, 95, 9], SIZE), null);
  assert.equal(drawn([4, 5, 4, 9], SIZE), null);
});

test("a box that is moved keeps its size; one that is resized keeps a pixel; both are a person's then", () => {
  assert.deepEqual(moved(OTHER, -100, 100, SIZE), box([0, 50, 20, 60], "person"));
  assert.equal(moved(ONE, -5, 0, SIZE), ONE);
  assert.deepEqual(resized(OTHER, { right: -100, bottom: 100 }, SIZE).rectangle, [20, 20, 21, 60]);
  assert.deepEqual(resized(OTHER, { left: 100, top: -100 }, SIZE).rectangle, [39, 0, 40, 30]);
});

test("a box counts from its first frame to its last; a last one of 0 is the last that there is", () => {
  assert.deepEqual(
    [1, 2, 3, 4].filter((frame) => covers(box([0, 0, 1, 1], "person", [2, 3]), frame)),
    [2, 3],
  );
  assert.ok(covers(ONE, 999));
});

test("boxes of a group are approved with their time; boxes that are changed later wait for a new decision", () => {
  const review = reviewOf(found(1));
  assert.equal(standing(review.get(id(1))), "undecided");
  review.decide([id(1)], "approved");
  const { verdict } = review.get(id(1));
  assert.deepEqual([verdict.decision, verdict.at, verdict.here], ["approved", "2026-11-29T10:30:00Z", true]);
  assert.ok(review.change(id(1), null, [ONE, OTHER], "Box drawn"));
  assert.equal(decisionOf(review, 1), "none");
});

test("more boxes than a regions file takes are not taken", () => {
  const review = reviewOf(found(1));
  const many = Array.from({ length: 4097 }, (_, at) => box([at % 79, Math.floor(at / 79), 80, 60]));
  assert.equal(review.change(id(1), null, many, "Box drawn"), false);
  assert.deepEqual(review.get(id(1)).verdict.boxes, [ONE]);
  assert.ok(
    review.change(id(1), null, [...many.slice(1), many[1]], "Box drawn"),
    "one that is there twice counts once",
  );
});

test("undoing goes back act by act, with decisions; a new act ends what could be done again", () => {
  const review = reviewOf(found(1), found(2));
  review.change(id(1), null, [], "Box deleted");
  review.decide([id(1), id(2)], "approved");
  assert.deepEqual(review.undo(), { words: "Approved", groups: [id(1), id(2)] });
  assert.equal(decisionOf(review, 2), "none");
  assert.equal(review.undo().words, "Box deleted");
  assert.deepEqual(review.get(id(1)).verdict.boxes, [ONE]);
  assert.equal(review.undo(), null);
  review.redo();
  review.redo();
  assert.equal(decisionOf(review, 1), "approved");
  assert.deepEqual(review.get(id(1)).verdict.boxes, []);
  review.undo();
  review.change(id(2), null, [OTHER], "Box drawn");
  assert.equal(review.redoable, "");
});

test("an exception has boxes and a decision of its own, and the group waits as long as it does", () => {
  const [one, two] = [instance(1), instance(2)];
  const review = reviewOf(found(1, { instances: [one, two] }));
  review.change(id(1), two.id, [OTHER], "Box drawn");
  assert.deepEqual(review.verdict(id(1), one.id).boxes, [ONE]);
  assert.deepEqual(review.verdict(id(1), two.id).boxes, [OTHER]);
  review.decide([id(1)], "approved");
  assert.equal(standing(review.get(id(1))), "undecided", "nobody has looked at the exception");
  review.see(id(1), two.id);
  review.decide([id(1)], "approved");
  assert.equal(standing(review.get(id(1))), "approved");
  assert.deepEqual(review.document("MK").exceptions[two.id].boxes, [OTHER]);
});

test("one instance can be left out of an approved group, and stays so when the group is approved again", () => {
  const [one, two] = [instance(1), instance(2)];
  const review = reviewOf(found(1, { instances: [one, two] }));
  review.see(id(1), two.id);
  review.decide([id(1)], "left out", two.id);
  review.decide([id(1)], "approved");
  const { groups, exceptions } = review.document("MK");
  assert.equal(groups[id(1)].decision, "approved");
  assert.deepEqual(exceptions[two.id], { boxes: [ONE], decision: "left out", by: "MK", at: "2026-11-29T10:30:00Z" });
});

test("a group of which each instance is decided by itself waits for nothing", () => {
  const [one, two] = [instance(1), instance(2)];
  const review = reviewOf(found(1, { instances: [one, two] }));
  const waits = () => waiting(review.get(id(1))).map((known) => known.id);
  assert.deepEqual(waits(), [one.id, two.id]);
  review.decide([id(1)], "left out", two.id);
  assert.deepEqual(waits(), [one.id]);
  assert.equal(badgeOf(review.get(id(1))).words, "1 not decided");
  assert.equal(standing(review.get(id(1))), "undecided");
  review.decide([id(1)], "approved", one.id);
  assert.deepEqual(waits(), []);
  assert.equal(standing(review.get(id(1))), "approved");
  review.decide([id(1)], "left out", one.id);
  assert.equal(standing(review.get(id(1))), "left out");
  review.add(found(1, { instances: [instance(3)] }));
  assert.deepEqual(waits(), [instance(3).id], "what is found later is decided by nobody");
  assert.equal(standing(review.get(id(1))), "undecided");
});

test("of a group that is left out no exception is written", () => {
  const [one, two] = [instance(1), instance(2)];
  const review = reviewOf(found(1, { instances: [one, two] }));
  review.change(id(1), two.id, [], "Box deleted");
  review.decide([id(1)], "approved", two.id);
  review.decide([id(1)], "left out");
  assert.equal(review.document("").exceptions[two.id].decision, "left out");
  assert.equal(standing(review.get(id(1))), "left out");
});

test("an exception becomes like the others again, or the others like it", () => {
  const [one, two] = [instance(1), instance(2)];
  const review = reviewOf(found(1, { instances: [one, two] }));
  review.change(id(1), two.id, [OTHER], "Box drawn");
  review.rejoin(id(1), two.id);
  assert.deepEqual(review.verdict(id(1), two.id).boxes, [ONE]);
  review.undo();
  review.decide([id(1)], "approved");
  review.spread(id(1), two.id);
  assert.deepEqual(review.verdict(id(1), one.id).boxes, [OTHER]);
  assert.equal(decisionOf(review, 1), "none", "nobody has approved these boxes for all");
  assert.equal(review.get(id(1)).exceptions.size, 0);
});

test("all that were looked at are approved, and no other group", () => {
  const review = reviewOf(found(1), found(2), found(3));
  review.see(id(1), instance(1).id);
  review.see(id(3), instance(3).id);
  review.decide([id(3)], "left out");
  assert.equal(review.counts.ready, 1);
  assert.equal(review.approveSeen(), 1);
  assert.deepEqual(
    [1, 2, 3].map((number) => decisionOf(review, number)),
    ["approved", "none", "left out"],
  );
  const counts = { total: 3, undecided: 1, approved: 1, leftOut: 1, clear: 0, ready: 0 };
  assert.deepEqual(review.counts, counts);
});

test("nobody has to decide where nothing was found and nothing is doubted", () => {
  const review = reviewOf(found(1, { boxes: [], doubt: false }), found(2, { boxes: [] }), found(3, { doubt: false }));
  assert.deepEqual(review.groups.map(standing), ["clear", "undecided", "undecided"]);
});

test("where no picture could be read there is nothing to decide", () => {
  const review = reviewOf(found(1, { instances: [], unread: { [id(7)]: "PIXELS_DAMAGED" } }));
  assert.equal(standing(review.get(id(1))), "clear");
});

test("an approval does not reach instances that are found later", () => {
  const review = reviewOf(found(1));
  review.decide([id(1)], "approved");
  review.add(found(1, { boxes: [OTHER], instances: [instance(1)] }));
  assert.deepEqual([decisionOf(review, 1), review.get(id(1)).verdict.boxes], ["approved", [ONE]]);
  review.add(found(1, { boxes: [OTHER], instances: [instance(1), instance(2)] }));
  assert.deepEqual([decisionOf(review, 1), review.get(id(1)).verdict.boxes], ["none", [ONE, OTHER]]);
  assert.equal(review.undo(), null);
  review.decide([id(1)], "approved");
  review.add(found(1, { instances: [instance(1, 99), instance(2)] }));
  assert.equal(decisionOf(review, 1), "none");
});

test("what is found later is united with what was: nothing that was looked at is forgotten", () => {
  const [one, two, three] = [instance(1), instance(2), instance(3)];
  const first = {
    instances: [one, two],
    unread: { [three.id]: "PIXELS_DAMAGED" },
    detector: "tiny",
    alarms: 2,
    frames: 9,
  };
  const review = reviewOf(found(1, { ...first, doubt: false }));
  review.add(found(1, { boxes: [], instances: [two, three], doubt: false }));
  const group = review.get(id(1));
  assert.deepEqual(group.instances, [one, two, three]);
  assert.deepEqual([group.verdict.boxes, group.unread, group.frames, group.alarms], [[ONE], {}, 9, 2]);
  assert.equal(group.detector, "", "none has looked at all of them");
  review.add(found(1, { instances: [one, two, three], detector: "tiny", doubt: false }));
  for (const detector of ["", "small"]) {
    review.add(found(1, { instances: [two], detector, doubt: false }));
    assert.equal(review.get(id(1)).detector, "tiny");
  }
});

test("boxes of one instance alone make it an exception, which waits, and gets what is found for its group", () => {
  const [one, two] = [instance(1), instance(2)];
  const mask = box([5, 5, 9, 9], "mask");
  const review = reviewOf(found(1, { boxes: [], instances: [one, two], doubt: false }));
  assert.equal(standing(review.get(id(1))), "clear");
  review.add(found(1, { boxes: [], own: { [two.id]: [mask] }, instances: [two], doubt: false }));
  assert.equal(standing(review.get(id(1))), "undecided");
  assert.deepEqual([review.verdict(id(1), one.id).boxes, review.verdict(id(1), two.id).boxes], [[], [mask]]);
  review.add(found(1, { boxes: [OTHER], instances: [one], doubt: false }));
  assert.deepEqual(review.verdict(id(1), two.id).boxes, [mask, OTHER]);
  review.see(id(1), two.id);
  review.decide([id(1)], "approved");
  review.add(found(1, { own: { [two.id]: [ONE, mask] }, instances: [one, two], doubt: false }));
  assert.deepEqual(review.verdict(id(1), two.id).boxes, [mask, OTHER], "what a person took away does not come back");
  assert.equal(standing(review.get(id(1))), "approved");
});

test("an exception that cannot be read is nothing to decide, and stays in the file", () => {
  const [one, two] = [instance(1), instance(2)];
  const unread = { [two.id]: "PIXELS_DAMAGED" };
  const review = reviewOf(found(1, { boxes: [], instances: [one], unread, own: { [two.id]: [ONE] }, doubt: false }));
  assert.equal(standing(review.get(id(1))), "clear");
  assert.deepEqual(review.document("").exceptions[two.id].boxes, [ONE]);
});

test("the document is a regions file: ids and marks, no words of the page", () => {
  const review = reviewOf(found(1, { unread: { [id(7)]: "PIXELS_DAMAGED" }, alarms: 1, detector: "PP-OCRv6 small" }));
  review.decide([id(1)], "approved");
  assert.deepEqual(review.document(" M\nK "), {
    tool: "dicom-deid",
    kind: "regions",
    version: 1,
    project: PROJECT,
    groups: {
      [id(1)]: {
        rows: 60,
        columns: 80,
        frames: 1,
        boxes: [ONE],
        decision: "approved",
        by: "M K",
        at: "2026-11-29T10:30:00Z",
        instances: { [instance(1).id]: instance(1).mark },
        unread: { [id(7)]: "PIXELS_DAMAGED" },
        detector: "PP-OCRv6 small",
        alarms: 1,
      },
    },
    exceptions: {},
  });
  assert.equal(review.document("x".repeat(99)).groups[id(1)].by.length, 64);
  for (const word of ["Heron", "Picture"]) assert.ok(!text(review).includes(word));
});

test("a file's approval counts where it lists every instance as it is now, with the boxes that were approved", () => {
  const done = reviewOf(found(1, { boxes: [OTHER] }));
  done.decide([id(1)], "approved");
  const same = reviewOf(found(1));
  same.import(text(done));
  assert.deepEqual([decisionOf(same, 1), same.get(id(1)).verdict.boxes], ["approved", [OTHER]]);
  assert.equal(same.document("another").groups[id(1)].by, "MK");
  for (const instances of [[instance(1, 99)], [instance(1), instance(2)]]) {
    const other = reviewOf(found(1, { instances }));
    other.import(text(done));
    assert.equal(decisionOf(other, 1), "none");
    assert.deepEqual(new Set(other.get(id(1)).verdict.boxes), new Set([ONE, OTHER]));
  }
});

test("a file's instances that are not at hand keep their place in it, and an approval here does not reach them", () => {
  const before = reviewOf(found(1, { instances: [instance(1), instance(2)] }), found(5));
  before.change(id(1), instance(2).id, [], "Box deleted");
  const now = reviewOf(found(1));
  now.decide([id(1)], "approved");
  now.import(text(before));
  assert.equal(decisionOf(now, 1), "none");
  const { groups, exceptions } = now.document("");
  assert.deepEqual(Object.keys(groups[id(1)].instances).sort(), [instance(1).id, instance(2).id]);
  assert.deepEqual(groups[id(5)], before.document("").groups[id(5)]);
  assert.deepEqual(exceptions, before.document("").exceptions);
});

test("what a file leaves out stays left out, and an exception comes with it", () => {
  const before = reviewOf(found(1), found(2));
  before.decide([id(1)], "left out");
  before.change(id(2), instance(2).id, [OTHER], "Box drawn");
  before.decide([id(2)], "approved", instance(2).id);
  const now = reviewOf(found(1), found(2));
  now.decide([id(1)], "approved");
  now.import(text(before));
  assert.equal(decisionOf(now, 1), "left out");
  assert.equal(now.verdict(id(2), instance(2).id).decision, "approved");
  const changed = reviewOf(found(2, { instances: [instance(2, 99)] }));
  changed.import(text(before));
  assert.equal(changed.verdict(id(2), instance(2).id).decision, "none");
  assert.deepEqual(changed.verdict(id(2), instance(2).id).boxes, [OTHER]);
});

test("a file of another project, or what is none, changes nothing", () => {
  const review = reviewOf(found(1));
  const codeOf = (json) => {
    try {
      review.import(json);
    } catch (error) {
      return error.code;
    }
  };
  const file = review.document("");
  assert.equal(codeOf(JSON.stringify({ ...file, project: "0".repeat(16) })), "REGIONS_OTHER_KEY");
  const bad = {
    ...file,
    groups: { [id(1)]: { ...file.groups[id(1)], boxes: [{ rectangle: [0, 0, 5], evidence: "person" }] } },
  };
  for (const json of ["", "[]", "{}", JSON.stringify({ ...file, version: 2 }), JSON.stringify(bad)]) {
    assert.equal(codeOf(json), "BAD_REGIONS");
  }
  assert.deepEqual(review.document(""), file);
});
