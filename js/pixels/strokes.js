// @ts-check
/**
 * Strokes: mouse, pen and fingers on the large picture, as what they mean.
 *
 * On the frame of the selected box they move it, on its handles they change its size; elsewhere they draw a new one, or
 * select a box if they do not move. Two fingers, the middle button, Shift, or the tool "move" move the picture; the wheel
 * goes through frames, and with Ctrl (as a trackpad's pinch comes) it enlarges.
 *
 * @typedef {{x: number, y: number}} Point   in CSS pixels of the window
 * @typedef {"draw" | "move" | "resize" | "pan"} Kind
 * @typedef {{kind: Kind, sides: string[], from: Point, last: Point, target: EventTarget | null, far: boolean, touch: boolean}} Stroke
 *
 * @typedef {object} Meaning
 * @property {() => boolean} pans   the tool is that which moves the picture
 * @property {(stroke: Stroke) => void} show     how far the stroke is
 * @property {(stroke: Stroke) => void} settle   it has ended
 * @property {() => void} drop                   it does not count
 * @property {(target: EventTarget | null) => void} tap
 * @property {(right: number, down: number) => void} pan
 * @property {(factor: number, point: Point) => void} zoom
 * @property {(steps: number) => void} step
 */

/** Below so many pixels a stroke is none: a mouse that is pressed, a finger that is put down. */
const STILL = { mouse: 3, touch: 9 };
const WHEEL_STEP = 40;
const WHEEL_DOUBLES = 300;
const LINE = 20;

export class Strokes {
  #element;
  #meaning;
  /** @type {Map<number, Point>} where each finger is */ #fingers = new Map();
  /** @type {Stroke | null} */ #stroke = null;
  #wheel = 0;

  /** @param {HTMLElement} element @param {Meaning} meaning */
  constructor(element, meaning) {
    this.#element = element;
    this.#meaning = meaning;
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", (event) => this.#up(event));
    element.addEventListener("pointercancel", (event) => this.#cancel(event));
    element.addEventListener("wheel", (event) => this.#turned(event), { passive: false });
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button > 1) return;
    event.preventDefault();
    this.#element.focus({ preventScroll: true });
    this.#element.setPointerCapture(event.pointerId);
    const point = { x: event.clientX, y: event.clientY };
    this.#fingers.set(event.pointerId, point);
    if (this.#fingers.size > 1) return this.#drop();
    const { target } = event;
    const pans = event.button === 1 || event.shiftKey || this.#meaning.pans();
    const { kind, sides } = pans ? { kind: /** @type {Kind} */ ("pan"), sides: [] } : gripOf(target);
    this.#stroke = { kind, sides, from: point, last: point, target, far: false, touch: event.pointerType === "touch" };
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const point = { x: event.clientX, y: event.clientY };
    this.#fingers.set(event.pointerId, point);
    if (this.#fingers.size > 1) return this.#pinch(before, point, event.pointerId);
    const stroke = this.#stroke;
    if (!stroke) return;
    stroke.last = point;
    const still = stroke.touch ? STILL.touch : STILL.mouse;
    stroke.far ||= Math.hypot(point.x - stroke.from.x, point.y - stroke.from.y) > still;
    if (stroke.kind === "pan") this.#meaning.pan(point.x - before.x, point.y - before.y);
    else if (stroke.far) this.#meaning.show(stroke);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    this.#fingers.delete(event.pointerId);
    const stroke = this.#stroke;
    this.#stroke = null;
    if (!stroke) return;
    if (!stroke.far) this.#meaning.tap(stroke.target);
    else if (stroke.kind !== "pan") this.#meaning.settle(stroke);
  }

  /** @param {PointerEvent} event */
  #cancel(event) {
    this.#fingers.delete(event.pointerId);
    this.#drop();
  }

  #drop() {
    if (this.#stroke) this.#meaning.drop();
    this.#stroke = null;
  }

  /** One of two fingers went from here to there. @param {Point} before @param {Point} after @param {number} id */
  #pinch(before, after, id) {
    const other = [...this.#fingers].find(([finger]) => finger !== id)?.[1];
    if (!other) return;
    const apart = (/** @type {Point} */ one) => Math.max(Math.hypot(one.x - other.x, one.y - other.y), 1);
    this.#meaning.pan((after.x - before.x) / 2, (after.y - before.y) / 2);
    this.#meaning.zoom(apart(after) / apart(before), { x: (after.x + other.x) / 2, y: (after.y + other.y) / 2 });
  }

  /** @param {WheelEvent} event */
  #turned(event) {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE);
    if (event.ctrlKey || event.metaKey) {
      return this.#meaning.zoom(2 ** (-pixels / WHEEL_DOUBLES), { x: event.clientX, y: event.clientY });
    }
    const steps = Math.trunc((this.#wheel + pixels) / WHEEL_STEP);
    this.#wheel += pixels - steps * WHEEL_STEP;
    if (steps !== 0) this.#meaning.step(steps);
  }
}

/** What a stroke that begins here does. @param {EventTarget | null} target @returns {{kind: Kind, sides: string[]}} */
function gripOf(target) {
  const handle = target instanceof HTMLElement ? target.dataset.sides : undefined;
  if (handle !== undefined) return { kind: "resize", sides: handle.split(" ") };
  const framed = target instanceof Element && target.closest(".review-frame") !== null;
  return { kind: framed ? "move" : "draw", sides: [] };
}
