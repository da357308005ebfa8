/** The viewer's arithmetic: places in a series, windows that are dragged, what part of a picture is seen, latest wins. */

import assert from "node:assert/strict";
import test from "node:test";
import { View } from "../../../js/page/view.js";
import { notchesOf } from "../../../js/viewer/gestures.js";
import { Latest } from "../../../js/viewer/latest.js";
import { Sequence } from "../../../js/viewer/sequence.js";
import { dragged, presetsOf } from "../../../js/viewer/windows.js";

const series = (...frames) => new Sequence(frames.map((count, index) => ({ path: `${index}`, index, frames: count })));
const near = (one, other) => assert.ok(Math.abs(one - other) < 1e-6, `${one} is not ${other}`);

test("a notch of a mouse wheel is one slice, by however many pixels it scrolls; a touchpad has no notches", () => {
  const turned = (deltaY, wheelDeltaY, deltaMode = 0) => notchesOf({ deltaY, deltaMode, wheelDeltaY });
  for (const pixels of [53, 100, 120]) assert.deepEqual([turned(pixels, -120), turned(-pixels, 120)], [1, -1]);
  assert.equal(turned(240, -240), 2); // two that the browser joined
  assert.deepEqual([turned(3, undefined, 1), turned(-3, undefined, 1)], [1, -1]); // a browser that scrolls by lines
  for (const pixels of [1, 7, 39]) assert.equal(turned(pixels, -3 * pixels), 0);
});

test("frames are gone through one after another, and files by their first", () => {
  const found = series(1, 3, 0, 2);
  assert.equal(found.total, 7);
  const seen = Array.from({ length: found.total }, (_, position) => {
    const { number, frame, instance } = found.at(position);
    assert.equal(instance.index, number);
    return [number, frame];
  });
  assert.deepEqual(seen, [
    [0, 0],
    [1, 0],
    [1, 1],
    [1, 2],
    [2, 0],
    [3, 0],
    [3, 1],
  ]);
  assert.equal(found.words(0), "Slice 1 of 4");
  assert.equal(found.words(3), "Slice 2 of 4, frame 3 of 3");
  assert.deepEqual([found.besides(2, 1), found.besides(2, -1), found.besides(2, 9)], [4, 0, 5]);
  assert.deepEqual(
    [-5, 2.4, 99, Number.NaN].map((position) => found.within(position)),
    [0, 2, 6, 0],
  );
  assert.deepEqual([found.of(3), found.of(null)], [5, 0]);
});

test("a file that has other frames than the index knew changes how many there are", () => {
  const found = series(1, 1);
  const { instance } = found.at(0);
  assert.equal(found.learn(instance, 1), false);
  assert.equal(found.learn(instance, 4), true);
  assert.equal(found.total, 5);
  assert.equal(found.at(4).number, 1);
});

test("dragging to the right widens a window, up makes brighter, by a part of what it is", () => {
  const window = { center: 40, width: 400, function: "LINEAR" };
  const wider = dragged(window, 150, 0);
  assert.deepEqual([wider.center, wider.width], [40, 800]);
  assert.ok(dragged(window, 0, -30).center < 40);
  near(dragged({ ...window, width: 0.004, center: 0.001 }, -150, 0).width, 0.002);
  assert.ok(dragged(window, -100_000, 0).width > 0);
});

test("Hounsfield windows are offered for CT alone, after those of the file, and none for colours", () => {
  const windows = [{ center: 1, width: 2, function: "SIGMOID", explanation: "NORMAL" }];
  const facts = { isGrey: true, modality: "CT", windows };
  const { proposed, customary } = presetsOf(facts);
  assert.deepEqual(
    proposed.map(({ name }) => name),
    ["NORMAL"],
  );
  assert.ok(customary.some(({ name, window }) => name === "Lung" && window.center === -600 && window.width === 1500));
  assert.deepEqual(presetsOf({ ...facts, modality: "MR" }).customary, []);
  assert.deepEqual(presetsOf({ ...facts, isGrey: false }), { proposed: [], customary: [] });
});

const BOX = { left: 10, top: 20, width: 400, height: 300 };

test("a picture fits in its true shape", () => {
  const view = new View();
  const place = view.place({ columns: 100, rows: 100, aspect: 2 }, BOX);
  assert.deepEqual(place, { left: 135, top: 20, width: 150, height: 300 });
  assert.deepEqual(view.place({ columns: 100, rows: 200, aspect: 0.5 }, BOX), {
    left: 60,
    top: 20,
    width: 300,
    height: 300,
  });
});

test("at 1:1 a square pixel takes one device pixel, and no side of another takes less", () => {
  const view = new View();
  view.oneToOne();
  const sizes = [1, 2, 0.5].map((aspect) => view.place({ columns: 80, rows: 60, aspect }, BOX));
  assert.deepEqual(
    sizes.map(({ width, height }) => [width, height]),
    [
      [80, 60],
      [80, 120],
      [160, 60],
    ],
  );
});

test("what is under the pointer stays there while it is enlarged, and comes back", () => {
  const view = new View();
  const shape = { columns: 512, rows: 512, aspect: 1 };
  const point = { x: 180, y: 90 };
  const under = () => {
    const { left, top, width, height } = view.place(shape, BOX);
    return [(point.x - left) / width, (point.y - top) / height];
  };
  const [x, y] = under();
  for (const factor of [2, 1.5, 0.7]) {
    view.zoom(factor, shape, BOX, point);
    const [nowX, nowY] = under();
    near(nowX, x);
    near(nowY, y);
  }
  view.pan(1e6, -1e6, shape, BOX);
  const { left, top, height } = view.place(shape, BOX);
  near(left, BOX.left + BOX.width / 2);
  near(top + height, BOX.top + BOX.height / 2);
  view.fit();
  assert.equal(view.place(shape, BOX).height, 300);
});

test("of what is asked meanwhile only the newest is served", async () => {
  const served = [];
  const turns = [];
  let settled = 0;
  const latest = new Latest(
    (wish) => {
      served.push(wish);
      return new Promise((resolve) => turns.push(resolve));
    },
    () => settled++,
  );
  const end = () => {
    turns.shift()();
    return new Promise((resolve) => setTimeout(resolve, 0));
  };
  for (const wish of [1, 2, 3]) latest.ask(wish);
  await end();
  for (const wish of [4, 5]) latest.ask(wish);
  await end();
  assert.equal(latest.busy, true);
  await end();
  assert.deepEqual([served, latest.busy, settled], [[1, 3, 5], false, 1]);
});
