// @ts-check
/** Box layer: the boxes over the large picture, and the frame with handles around the one that is selected. */

import { part } from "../page/dom.js";
import { nameOf } from "./boxes.js";
import { REASONS, wordsOf } from "./evidence.js";

/** @typedef {import("./boxes.js").Box} Box */

/** CSS pixels that a side needs to have room for its letter, or for handles in its middle. */
const ROOM = 26;

export class BoxLayer {
  #root;
  #frame;
  #stage;
  /** @type {Map<string, {box: Box, element: HTMLElement}>} by the name of the box */ #shown = new Map();
  /** @type {Box | null} */ #selected = null;
  /** @type {Box | null} drawn, moved or resized at this moment */ #pending = null;
  #count = 0;

  /** @param {HTMLElement} root @param {import("./stage.js").Stage} stage */
  constructor(root, stage) {
    this.#root = root;
    this.#frame = part(root, "frame", HTMLElement);
    this.#stage = stage;
  }

  /** @param {readonly Box[]} boxes @param {Box | null} selected */
  show(boxes, selected) {
    this.#selected = selected;
    this.#pending = null;
    const area = (/** @type {Box} */ { rectangle: [left, top, right, bottom] }) => (right - left) * (bottom - top);
    const before = this.#shown;
    this.#shown = new Map();
    for (const box of boxes.toSorted((one, other) => area(other) - area(one))) {
      const name = nameOf(box);
      const element = before.get(name)?.element ?? this.#make(box); // small ones lie above large ones
      element.ariaPressed = String(box === selected);
      this.#shown.set(name, { box, element });
    }
    for (const [name, { element }] of before) if (!this.#shown.has(name)) element.remove();
    this.#root.prepend(...[...this.#shown.values()].map(({ element }) => element));
    this.place();
  }

  /** Where the boxes lie now: the picture can have another size, or one box is on its way. */
  place() {
    for (const { box, element } of this.#shown.values()) {
      element.hidden = this.#pending !== null && box === this.#selected;
      this.#put(element, box);
    }
    const framed = this.#pending ?? this.#selected;
    this.#frame.hidden = !framed;
    this.#frame.classList.toggle("pending", this.#pending !== null);
    if (framed) this.#put(this.#frame, framed);
  }

  /** Shows a box that is not settled yet, in place of the one that is selected if `instead`. @param {Box | null} box @param {boolean} instead */
  pend(box, instead) {
    if (!instead && box) this.#selected = null;
    this.#pending = box;
    this.place();
  }

  /** The box that an element stands for. @param {EventTarget | null} target */
  at(target) {
    return [...this.#shown.values()].find(({ element }) => element === target)?.box ?? null;
  }

  /** Id of the element of the box that is selected, or "". */
  get selectedId() {
    return (this.#selected && this.#shown.get(nameOf(this.#selected))?.element.id) ?? "";
  }

  /** @param {Box} box */
  #make(box) {
    const element = document.createElement("div");
    element.className = "review-box";
    element.id = `review-box-${this.#count++}`;
    element.role = "button";
    element.dataset.evidence = box.evidence;
    element.dataset.letter = REASONS[box.evidence].letter;
    element.ariaLabel = wordsOf(box);
    return element;
  }

  /** @param {HTMLElement} element @param {Box} box */
  #put(element, { rectangle: [left, top, right, bottom] }) {
    const { scale, place } = this.#stage;
    const [width, height] = [(right - left) * scale, (bottom - top) * scale];
    element.style.translate = `${place.left + left * scale}px ${place.top + top * scale}px`;
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
    element.classList.toggle("narrow", width < ROOM);
    element.classList.toggle("low", height < ROOM);
  }
}
