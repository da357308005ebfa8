// @ts-check
/** Canvas: the large picture at work: joins stage, boxes, strokes and keys to the editor. */

import { part } from "../page/dom.js";
import { BoxLayer } from "./box-layer.js";
import { drawn, moved, resized } from "./boxes.js";
import { wordsOf } from "./evidence.js";
import { listenToKeys, ZOOM } from "./keys.js";
import { Stage } from "./stage.js";
import { Strokes } from "./strokes.js";

/**
 * @typedef {import("./editor.js").Editor} Editor
 * @typedef {import("./strokes.js").Stroke} Stroke
 *
 * @typedef {object} Meaning
 * @property {(frames: number, pictures: number) => void} step
 * @property {(steps: number) => void} stepGroup
 * @property {() => void} beneath
 * @property {() => void} approve
 * @property {() => void} leaveOut
 * @property {(words: string) => void} say
 */

/** A new box that the keyboard draws is so large a part of what is in sight. */
const PART = 0.2;
/** Moves by key within so many milliseconds are undone together. */
const TOGETHER = 1000;

export class Canvas {
  #root;
  #element;
  #editor;
  #meaning;
  #stage;
  #layer;
  /** When a key moved a box, and how. */ #nudged = { at: Number.NEGATIVE_INFINITY, what: "" };

  /** @param {HTMLElement} root @param {Editor} editor @param {Meaning} meaning */
  constructor(root, editor, meaning) {
    this.#root = root;
    this.#element = part(root, "stage", HTMLElement);
    this.#editor = editor;
    this.#meaning = meaning;
    this.#stage = new Stage(this.#element, part(root, "canvas", HTMLCanvasElement), () => this.#layer.place());
    this.#layer = new BoxLayer(part(root, "boxes", HTMLElement), this.#stage);
    new Strokes(this.#element, this.#strokes());
    listenToKeys(this.#element, this.#wishes());
    this.#click("larger", () => this.#stage.zoom(ZOOM));
    this.#click("smaller", () => this.#stage.zoom(1 / ZOOM));
    this.#click("fit", () => this.#stage.fit());
    this.#click("draw", () => {
      this.#drawInSight();
      this.focus();
    });
  }

  close() {
    this.#stage.close();
  }

  focus() {
    this.#element.focus({ preventScroll: true });
  }

  /** @param {boolean} busy */
  set busy(busy) {
    this.#element.toggleAttribute("data-busy", busy);
  }

  /** No picture: another group is opened. @param {import("./boxes.js").Size} size */
  clear(size) {
    this.#stage.show(null, size);
    this.#stage.fit();
  }

  /** @param {ImageBitmap | null} bitmap @param {import("./boxes.js").Size} size */
  show(bitmap, size) {
    this.#stage.show(bitmap, size);
  }

  /** Boxes are others, or another one is selected. @param {boolean} beneath */
  draw(beneath) {
    this.#element.toggleAttribute("data-beneath", beneath);
    this.#layer.show(this.#editor.visible, this.#editor.selected);
    const { selectedId } = this.#layer;
    if (selectedId) this.#element.setAttribute("aria-activedescendant", selectedId);
    else this.#element.removeAttribute("aria-activedescendant");
  }

  /** The box that a stroke makes of the selected one, or draws. @param {Stroke} stroke */
  #made({ kind, sides, from, last }) {
    const [start, end] = [this.#stage.inPicture(from), this.#stage.inPicture(last)];
    const [right, down] = [end.x - start.x, end.y - start.y];
    const { selected, group } = this.#editor;
    if (kind === "draw" || !selected) return drawn([start.x, start.y, end.x, end.y], group);
    if (kind === "move") return moved(selected, right, down, group);
    const far = Object.fromEntries(sides.map((side) => [side, side === "left" || side === "right" ? right : down]));
    return resized(selected, far, group);
  }

  /** @returns {import("./strokes.js").Meaning} */
  #strokes() {
    return {
      pans: () => part(this.#root, "pan", HTMLInputElement).checked,
      show: (stroke) => this.#layer.pend(this.#made(stroke), stroke.kind !== "draw"),
      settle: (stroke) => this.#settle(stroke),
      drop: () => this.#editor.select(this.#editor.selected),
      tap: (target) => this.#select(this.#layer.at(target)),
      pan: (right, down) => this.#stage.pan(right, down),
      zoom: (factor, point) => this.#stage.zoom(factor, point),
      step: (steps) => this.#meaning.step(steps, 0),
    };
  }

  /** @param {Stroke} stroke */
  #settle(stroke) {
    const box = this.#made(stroke);
    const { selected } = this.#editor;
    const [start, end] = [this.#stage.inPicture(stroke.from), this.#stage.inPicture(stroke.last)];
    if (stroke.kind === "draw" || !selected) {
      if (!box || !this.#editor.draw(box.rectangle)) this.#editor.select(selected);
    } else if (stroke.kind === "move") this.#editor.move(end.x - start.x, end.y - start.y);
    else if (box) this.#editor.resize(differences(selected.rectangle, box.rectangle));
    this.#editor.select(this.#editor.selected); // what was shown on its way goes
  }

  /** @returns {import("./keys.js").Wishes} */
  #wishes() {
    const { beneath, approve, leaveOut, stepGroup } = this.#meaning;
    return {
      arrow: (right, down) => this.#arrow(right, down),
      resize: (right, down) => {
        this.#editor.resize({ right, bottom: down }, this.#goesOn("resize"));
        this.#say();
      },
      pan: (right, down) => this.#stage.pan(right, down),
      next: (steps) => {
        this.#editor.step(steps);
        this.#say();
      },
      draw: () => this.#drawInSight(),
      remove: () => {
        if (this.#editor.remove()) this.#meaning.say("Box deleted");
      },
      zoom: (factor) => this.#stage.zoom(factor),
      fit: () => this.#stage.fit(),
      ...{ beneath, approve, leaveOut, stepGroup },
    };
  }

  /** @param {number} right @param {number} down */
  #arrow(right, down) {
    if (!this.#editor.selected) return this.#meaning.step(Math.sign(right), Math.sign(down));
    this.#editor.move(right, down, this.#goesOn("move"));
    this.#say();
  }

  /** Whether a key goes on with what one did just before. @param {string} what */
  #goesOn(what) {
    const before = this.#nudged;
    this.#nudged = { at: performance.now(), what };
    return before.what === what && this.#nudged.at - before.at < TOGETHER;
  }

  #drawInSight() {
    const [left, top, right, bottom] = this.#stage.inSight;
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const [width, height] = [((right - left) * PART) / 2, ((bottom - top) * PART) / 2];
    this.#editor.draw([x - width, y - height, x + width, y + height]);
    this.#say();
  }

  /** @param {import("./boxes.js").Box | null} box */
  #select(box) {
    this.#editor.select(box);
    this.#say();
  }

  #say() {
    const { selected } = this.#editor;
    if (selected) this.#meaning.say(wordsOf(selected));
  }

  /** @param {string} name @param {() => void} act */
  #click(name, act) {
    part(this.#root, name, HTMLButtonElement).addEventListener("click", act);
  }
}

/** How far each side is from where it was. @param {import("./boxes.js").Rectangle} before @param {import("./boxes.js").Rectangle} after */
function differences(before, after) {
  const [left, top, right, bottom] = after.map((side, at) => side - before[at]);
  return { left, top, right, bottom };
}
