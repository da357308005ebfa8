// @ts-check
/** Editor: the picture that is worked on, the box of it that is selected, and all that can be done to boxes. It knows no page. */

import { Signal } from "../page/signal.js";
import { ALL, covers, drawn, moved, nameOf, resized } from "./boxes.js";

/**
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {import("./boxes.js").Rectangle} Rectangle
 * @typedef {import("./boxes.js").Sides} Sides
 * @typedef {"all" | "one"} Scope   whom changes and decisions are for: all pictures of the group alike, or this one
 */

export class Editor {
  /** Sent when something else is selected, shown or worked on; what is changed in the review, the review says. */ changed =
    new Signal();
  #review;
  #group = "";
  #instance = "";
  #frame = 1;
  /** @type {Scope} */ #scope = "all";
  /** @type {Box | null} */ #selected = null;

  /** @param {import("./review.js").Review} review */
  constructor(review) {
    this.#review = review;
  }

  /** To a picture. @param {string} group @param {string} instance @param {number} [frame]   from 1 */
  open(group, instance, frame = 1) {
    if (group !== this.#group || instance !== this.#instance) {
      this.#scope = "all";
      this.#selected = null;
    }
    [this.#group, this.#instance, this.#frame] = [group, instance, frame];
    if (!this.visible.some((box) => box === this.selected)) this.#selected = null;
    this.changed.send();
  }

  get instance() {
    return this.#instance;
  }

  get frame() {
    return this.#frame;
  }

  get group() {
    const group = this.#review.get(this.#group);
    if (!group) throw new RangeError("no such group");
    return group;
  }

  /** Whether the picture has boxes and a decision of its own. */
  get isException() {
    return this.group.exceptions.has(this.#instance);
  }

  /** An exception stands for itself, whatever was chosen. @returns {Scope} */
  get scope() {
    return this.isException ? "one" : this.#scope;
  }

  set scope(scope) {
    this.#scope = scope;
    this.changed.send();
  }

  /** The instance that changes are for; null: all alike. */
  get only() {
    return this.scope === "one" ? this.#instance : null;
  }

  /** Whether somebody has seen what is to be approved: the picture, or one of those that are alike. */
  get mayApprove() {
    return this.only ? this.#review.hasSeen(this.#group, this.only) : this.#review.seen(this.#group) > 0;
  }

  get verdict() {
    return this.#review.verdict(this.#group, this.#instance);
  }

  /** Boxes that count for the frame that is shown, in the order of reading. */
  get visible() {
    const boxes = this.verdict.boxes.filter((box) => covers(box, this.#frame));
    return boxes.toSorted(({ rectangle: a }, { rectangle: b }) => a[1] - b[1] || a[0] - b[0]);
  }

  /** @returns {Box | null} */
  get selected() {
    const name = this.#selected && nameOf(this.#selected);
    return this.verdict.boxes.find((box) => nameOf(box) === name) ?? null; // it can be gone, by undoing
  }

  /** @param {Box | null} box */
  select(box) {
    this.#selected = box;
    this.changed.send();
  }

  /** Selects another box of the frame. @param {number} steps */
  step(steps) {
    const { selected } = this;
    const boxes = this.visible;
    const at = selected ? boxes.indexOf(selected) : -1;
    const next = at < 0 ? (steps > 0 ? 0 : boxes.length - 1) : (at + steps + boxes.length) % boxes.length;
    this.select(boxes[next] ?? null);
  }

  /** A new box, for all frames. @param {Rectangle} rectangle */
  draw(rectangle) {
    const box = drawn(rectangle, this.group, ALL);
    return box !== null && this.#put(null, box, "Box drawn");
  }

  /** @param {number} right @param {number} down   in pixels of the picture @param {boolean} [goesOn]   with the move before */
  move(right, down, goesOn) {
    const box = this.selected;
    return box !== null && this.#put(box, moved(box, right, down, this.group), "Box moved", goesOn);
  }

  /** @param {Sides} sides @param {boolean} [goesOn] */
  resize(sides, goesOn) {
    const box = this.selected;
    return box !== null && this.#put(box, resized(box, sides, this.group), "Size of a box changed", goesOn);
  }

  /** To a place that was typed. @param {Rectangle} rectangle */
  place(rectangle) {
    const box = this.selected;
    const there = drawn(rectangle, this.group, box?.frames);
    if (!box || !there || String(there.rectangle) === String(box.rectangle)) return false;
    return this.#put(box, there, "Place of a box set");
  }

  /** @param {number} first @param {number} last   0: the last one that there is */
  setFrames(first, last) {
    const box = this.selected;
    if (!box || first < 1 || (last !== 0 && last < first)) return false;
    return this.#put(box, { ...box, frames: [first, last] }, "Frames of a box set");
  }

  remove() {
    const box = this.selected;
    return box !== null && this.#put(box, null, "Box deleted");
  }

  /** @param {import("./review.js").Decision} decision */
  decide(decision) {
    this.#review.decide([this.#group], decision, this.only);
  }

  /** One box in place of another; null: none. @param {Box | null} old @param {Box | null} box @param {string} words @param {boolean} [goesOn] */
  #put(old, box, words, goesOn) {
    if (old === box) return false;
    const kept = this.verdict.boxes;
    const boxes = old ? kept.flatMap((one) => (one === old ? (box ?? []) : one)) : [...kept, ...(box ? [box] : [])];
    this.#selected = box;
    const done = this.#review.change(this.#group, this.only, boxes, words, goesOn);
    if (!done) this.#selected = old;
    this.changed.send();
    return done;
  }
}
