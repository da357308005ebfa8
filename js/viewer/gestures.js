// @ts-check
/**
 * Mouse, touch and wheel on the picture, as what they mean.
 *
 * The primary button and one finger do what is chosen (`mode`); the middle button, or Shift, moves; two fingers enlarge
 * and move; the wheel goes through the slices, and with Ctrl (as a trackpad's pinch comes) enlarges.
 *
 * @typedef {"window" | "move" | "scroll"} Mode
 * @typedef {{x: number, y: number}} Point   in CSS pixels of the window
 *
 * @typedef {{mode: Mode, from: Point, last: Point, rest: number}} Drag
 *
 * @typedef {object} Meaning
 * @property {() => Mode} mode
 * @property {() => void} begin   something is going to be dragged
 * @property {(right: number, down: number) => void} window   how far it was dragged since it began, in CSS pixels
 * @property {(right: number, down: number) => void} move     how far since the last time
 * @property {(steps: number) => void} step   so many pictures further on
 * @property {(factor: number, point?: Point) => void} zoom
 */

/** So many pixels of dragging, or of a wheel, go on by one slice. */
const SLICE = 24;
const WHEEL_SLICE = 40;
/** What a browser says of one notch of a mouse wheel, by whatever number of pixels it scrolls (`wheelDeltaY`, which no standard has). */
const NOTCH = 120;
/** A wheel that is turned by so many pixels doubles the size. */
const WHEEL_DOUBLES = 300;
const LINE = 20;

export class Gestures {
  #element;
  #meaning;
  /** @type {Map<number, Point>} where each finger is */ #fingers = new Map();
  /** @type {Drag | null} */ #drag = null;
  /** Pixels of the wheel that were not yet enough for a slice. */ #wheel = 0;

  /** @param {HTMLElement} element @param {Meaning} meaning */
  constructor(element, meaning) {
    this.#element = element;
    this.#meaning = meaning;
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
      element.addEventListener(name, (event) => this.#up(event));
    }
    element.addEventListener("wheel", (event) => this.#turned(event), { passive: false });
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button > 1) return;
    event.preventDefault();
    this.#element.focus({ preventScroll: true });
    this.#element.setPointerCapture(event.pointerId);
    const point = pointOf(event);
    this.#fingers.set(event.pointerId, point);
    const mode = event.button === 1 || event.shiftKey ? "move" : this.#meaning.mode();
    this.#drag = this.#fingers.size > 1 ? null : { mode, from: point, last: point, rest: 0 };
    this.#meaning.begin();
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const point = pointOf(event);
    this.#fingers.set(event.pointerId, point);
    if (this.#fingers.size > 1) this.#pinch(before, point, event.pointerId);
    else if (this.#drag) this.#dragged(this.#drag, point);
  }

  /** @param {Drag} drag @param {Point} point */
  #dragged(drag, point) {
    const [right, down] = [point.x - drag.last.x, point.y - drag.last.y];
    drag.last = point;
    if (drag.mode === "window") this.#meaning.window(point.x - drag.from.x, point.y - drag.from.y);
    else if (drag.mode === "move") this.#meaning.move(right, down);
    else drag.rest = this.#steps(drag.rest + down - right, SLICE);
  }

  /** @param {number} pixels @param {number} slice @returns {number} what is left of them */
  #steps(pixels, slice) {
    const steps = Math.trunc(pixels / slice);
    if (steps !== 0) this.#meaning.step(steps);
    return pixels - steps * slice;
  }

  /** One of two fingers went from here to there. @param {Point} before @param {Point} after @param {number} id */
  #pinch(before, after, id) {
    const other = [...this.#fingers].find(([finger]) => finger !== id)?.[1];
    if (!other) return;
    const factor = distance(after, other) / Math.max(distance(before, other), 1);
    this.#meaning.move((after.x - before.x) / 2, (after.y - before.y) / 2);
    this.#meaning.zoom(factor, { x: (after.x + other.x) / 2, y: (after.y + other.y) / 2 });
  }

  /** @param {PointerEvent} event */
  #up(event) {
    this.#fingers.delete(event.pointerId);
    this.#drag = null;
  }

  /** @param {WheelEvent} event */
  #turned(event) {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE);
    if (event.ctrlKey || event.metaKey) return this.#meaning.zoom(2 ** (-pixels / WHEEL_DOUBLES), pointOf(event));
    const notches = notchesOf(event);
    if (notches !== 0) this.#meaning.step(notches);
    this.#wheel = notches === 0 ? this.#steps(this.#wheel + pixels, WHEEL_SLICE) : 0;
  }
}

/**
 * Notches that a mouse wheel was turned by, each of which is one slice; 0: it was a touchpad, whose pixels add up. Where
 * these come to a multiple of a notch, they are as many slices either way.
 * @param {Pick<WheelEvent, "deltaY" | "deltaMode"> & {wheelDeltaY?: number}} event
 */
export function notchesOf({ deltaY, deltaMode, wheelDeltaY = 0 }) {
  if (wheelDeltaY !== 0 && wheelDeltaY % NOTCH === 0) return -wheelDeltaY / NOTCH;
  return deltaMode === 0 ? 0 : Math.sign(deltaY);
}

/** @param {MouseEvent} event @returns {Point} */
function pointOf({ clientX, clientY }) {
  return { x: clientX, y: clientY };
}

/** @param {Point} one @param {Point} other */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
