// @ts-check
/** The canvas: draws what the panes show, each in its place, and tells in which pane a point lies. */
import { part } from "../page/dom.js";
import { View } from "../page/view.js";

/**
 * @typedef {import("./pane.js").Pane} Pane
 * @typedef {import("../page/view.js").Box} Box
 * @typedef {import("../page/view.js").Shape} Shape
 * @typedef {"original" | "planned" | "beside" | "over"} Layout
 */

/** Above this many device pixels for one pixel of the picture its pixels are seen as they are. */
const CRISP = 8;
const GROUND = "#000";

export class Stage {
  view = new View();
  /** How much of the width belongs to the left one, where one lies over the other. */
  split = 0.5;
  #root;
  #panes;
  #canvas;
  #context;
  #frame = 0;
  #observer;

  /**
   * @param {HTMLElement} root   has the canvas, and over it a box for each pane: the style sheet says where they are
   * @param {Pane[]} panes
   */
  constructor(root, panes) {
    this.#root = root;
    this.#panes = panes;
    this.#canvas = part(root, "canvas", HTMLCanvasElement);
    this.#context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d", { alpha: false }));
    this.#observer = new ResizeObserver(() => this.draw());
    this.#observer.observe(root);
  }

  close() {
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#canvas.width = this.#canvas.height = 0; // its memory goes at once
  }

  /** @param {Layout} layout */
  set layout(layout) {
    this.#root.dataset.layout = layout;
    this.draw();
  }

  /** @returns {Layout} */
  get layout() {
    return /** @type {Layout} */ (this.#root.dataset.layout ?? "original");
  }

  /** Draws before the browser does so next, once, however often it is asked. */
  draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const { width, height } = this.#size();
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    this.#context.fillStyle = GROUND;
    this.#context.fillRect(0, 0, width, height);
    const border = Math.round(width * this.split);
    this.#root.style.setProperty("--split", `${this.split * 100}%`);
    for (const number of this.visible) {
      const box = this.#box(number);
      const clip = this.layout !== "over" ? box : number === 0 ? { ...box, width: border } : { ...box, left: border };
      this.#paint(this.#panes[number], box, clip);
    }
  }

  /** @param {Pane | undefined} pane @param {Box} box @param {Box} clip */
  #paint(pane, box, clip) {
    const { facts, painted } = pane?.shown ?? {};
    if (!facts || !painted) return;
    const context = this.#context;
    const place = this.view.place(facts, box);
    context.save();
    context.beginPath();
    context.rect(clip.left, clip.top, clip.width, clip.height);
    context.clip();
    context.imageSmoothingEnabled = place.width / facts.columns < CRISP;
    context.imageSmoothingQuality = "high";
    const [left, top] = [Math.round(place.left), Math.round(place.top)];
    context.drawImage(painted.bitmap, left, top, place.width, place.height);
    context.restore();
  }

  /** Numbers of the panes that are seen. */
  get visible() {
    return { original: [0], planned: [1], beside: [0, 1], over: [0, 1] }[this.layout];
  }

  #size() {
    const { width, height } = this.#root.getBoundingClientRect();
    return { width: Math.round(width * devicePixelRatio), height: Math.round(height * devicePixelRatio) };
  }

  /** Where a pane is on the canvas. @param {number} number @returns {Box} */
  #box(number) {
    const [around, inside] = [this.#root, part(this.#root, `pane-${number}`, HTMLElement)].map((element) =>
      element.getBoundingClientRect(),
    );
    const ratio = devicePixelRatio;
    return {
      left: Math.round((inside.left - around.left) * ratio),
      top: Math.round((inside.top - around.top) * ratio),
      width: Math.round(inside.width * ratio),
      height: Math.round(inside.height * ratio),
    };
  }

  /**
   * Enlarges what is seen; the point, in CSS pixels of the window, stays where it is.
   * @param {number} factor
   * @param {{x: number, y: number}} [point]
   */
  zoom(factor, point) {
    const around = this.#root.getBoundingClientRect();
    const at = point && { x: (point.x - around.left) * devicePixelRatio, y: (point.y - around.top) * devicePixelRatio };
    const inside = (/** @type {Box} */ { left, top, width, height }) =>
      at && at.x >= left && at.x < left + width && at.y >= top && at.y < top + height;
    const number = this.visible.find((one) => inside(this.#box(one))) ?? this.visible[0];
    const shape = this.#shape;
    if (shape) this.view.zoom(factor, shape, this.#box(number), at);
    this.draw();
  }

  /** @param {number} right @param {number} down   in CSS pixels */
  pan(right, down) {
    const shape = this.#shape;
    if (shape) this.view.pan(right * devicePixelRatio, down * devicePixelRatio, shape, this.#box(this.visible[0]));
    this.draw();
  }

  /** How large a pixel is shown, in device pixels; null: nothing is shown. */
  get scale() {
    const shape = this.#shape;
    return shape && this.view.scaleIn(shape, this.#box(this.visible[0]));
  }

  /** Of the picture that is seen. @returns {Shape | null} */
  get #shape() {
    return this.visible.map((number) => this.#panes[number]?.shown?.facts).find((facts) => facts) ?? null;
  }
}
