// @ts-check
/** Stage: the large picture on its canvas, how large it is shown, and which point of it lies where. In CSS pixels. */

import { View } from "../page/view.js";

/** @typedef {{x: number, y: number}} Point */

/** Above this many device pixels for one pixel of the picture its pixels are seen as they are. */
const CRISP = 4;

export class Stage {
  #root;
  #canvas;
  #placed;
  #view = new View();
  /** @type {ImageBitmap | null} */ #bitmap = null;
  #shape = { columns: 1, rows: 1, aspect: 1 };
  #frame = 0;
  #observer;

  /** @param {HTMLElement} root @param {HTMLCanvasElement} canvas @param {() => void} placed   called when the picture lies elsewhere */
  constructor(root, canvas, placed) {
    this.#root = root;
    this.#canvas = canvas;
    this.#placed = placed;
    this.#observer = new ResizeObserver(() => this.draw());
    this.#observer.observe(root);
  }

  close() {
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#bitmap?.close();
    this.#canvas.width = this.#canvas.height = 0; // its memory goes at once
  }

  /** @param {ImageBitmap | null} bitmap   null: there is none @param {import("./boxes.js").Size} size */
  show(bitmap, { rows, columns }) {
    this.#bitmap?.close();
    this.#bitmap = bitmap;
    if (rows !== this.#shape.rows || columns !== this.#shape.columns) this.#view.fit();
    this.#shape = { rows, columns, aspect: 1 };
    this.draw();
  }

  /** Draws before the browser does so next, once, however often it is asked. */
  draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const ratio = devicePixelRatio;
    const { width, height } = this.#box;
    Object.assign(this.#canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    const context = this.#canvas.getContext("2d");
    if (context && this.#bitmap) {
      const place = this.place;
      context.imageSmoothingEnabled = (place.width / this.#shape.columns) * ratio < CRISP;
      context.imageSmoothingQuality = "high";
      context.drawImage(this.#bitmap, place.left * ratio, place.top * ratio, place.width * ratio, place.height * ratio);
    }
    this.#placed();
  }

  get #box() {
    return { left: 0, top: 0, width: this.#root.clientWidth, height: this.#root.clientHeight };
  }

  /** Where the whole picture lies on the stage. */
  get place() {
    return this.#view.place(this.#shape, this.#box);
  }

  /** CSS pixels for a pixel of the picture. */
  get scale() {
    return this.#view.scaleIn(this.#shape, this.#box);
  }

  /** A point of the window as one of the picture, in its pixels. @param {Point} point @returns {Point} */
  inPicture({ x, y }) {
    const around = this.#root.getBoundingClientRect();
    const { left, top } = this.place;
    return { x: (x - around.left - left) / this.scale, y: (y - around.top - top) / this.scale };
  }

  /** The part of the picture that is in sight. @returns {[number, number, number, number]} */
  get inSight() {
    const { left, top } = this.place;
    const { width, height } = this.#box;
    const { columns, rows } = this.#shape;
    const side = (/** @type {number} */ pixels, /** @type {number} */ most) =>
      Math.min(Math.max(pixels / this.scale, 0), most);
    return [side(-left, columns), side(-top, rows), side(width - left, columns), side(height - top, rows)];
  }

  /** Enlarges; the point of the window stays where it is. @param {number} factor @param {Point} [point] */
  zoom(factor, point) {
    const around = this.#root.getBoundingClientRect();
    const at = point && { x: point.x - around.left, y: point.y - around.top };
    this.#view.zoom(factor, this.#shape, this.#box, at);
    this.draw();
  }

  /** @param {number} right @param {number} down */
  pan(right, down) {
    this.#view.pan(right, down, this.#shape, this.#box);
    this.draw();
  }

  fit() {
    this.#view.fit();
    this.draw();
  }
}
