// @ts-check
/** Keys of the viewer while the picture has the focus. dialog.html tells the person the same. */

/**
 * @typedef {object} Wishes
 * @property {(steps: number) => void} step
 * @property {(steps: number) => void} stepInstance
 * @property {(position: number) => void} go
 * @property {(right: number, down: number) => void} nudge   the window, as if so many pixels were dragged
 * @property {(right: number, down: number) => void} move
 * @property {(factor: number, point?: import("./gestures.js").Point) => void} zoom
 * @property {() => void} fit
 * @property {() => void} oneToOne
 * @property {() => void} invert
 * @property {() => void} reset
 */

const PAGE = 10;
/** Pixels of dragging that a key stands for. */
const DRAG = 15;
const MOVE = 40;
export const ZOOM = 1.25;

/** @type {Record<string, (wishes: Wishes) => void>} */
const KEYS = {
  ArrowUp: (wishes) => wishes.step(-1),
  ArrowLeft: (wishes) => wishes.step(-1),
  ArrowDown: (wishes) => wishes.step(1),
  ArrowRight: (wishes) => wishes.step(1),
  PageUp: (wishes) => wishes.step(-PAGE),
  PageDown: (wishes) => wishes.step(PAGE),
  "Shift+PageUp": (wishes) => wishes.stepInstance(-1),
  "Shift+PageDown": (wishes) => wishes.stepInstance(1),
  Home: (wishes) => wishes.go(0),
  End: (wishes) => wishes.go(Number.POSITIVE_INFINITY),
  "Shift+ArrowUp": (wishes) => wishes.nudge(0, -DRAG),
  "Shift+ArrowDown": (wishes) => wishes.nudge(0, DRAG),
  "Shift+ArrowLeft": (wishes) => wishes.nudge(-DRAG, 0),
  "Shift+ArrowRight": (wishes) => wishes.nudge(DRAG, 0),
  "Ctrl+ArrowUp": (wishes) => wishes.move(0, MOVE),
  "Ctrl+ArrowDown": (wishes) => wishes.move(0, -MOVE),
  "Ctrl+ArrowLeft": (wishes) => wishes.move(MOVE, 0),
  "Ctrl+ArrowRight": (wishes) => wishes.move(-MOVE, 0),
  "+": (wishes) => wishes.zoom(ZOOM),
  "=": (wishes) => wishes.zoom(ZOOM),
  "-": (wishes) => wishes.zoom(1 / ZOOM),
  0: (wishes) => wishes.fit(),
  1: (wishes) => wishes.oneToOne(),
  i: (wishes) => wishes.invert(),
  r: (wishes) => wishes.reset(),
};

/** @param {HTMLElement} element @param {Wishes} wishes */
export function listenToKeys(element, wishes) {
  element.addEventListener("keydown", (event) => {
    const act = KEYS[nameOf(event)];
    if (!act) return;
    event.preventDefault();
    act(wishes);
  });
}

/** @param {KeyboardEvent} event */
function nameOf({ key, shiftKey, ctrlKey, altKey, metaKey }) {
  if (key.length === 1) return ctrlKey || altKey || metaKey ? "" : key.toLowerCase();
  return `${ctrlKey || altKey ? "Ctrl+" : ""}${shiftKey ? "Shift+" : ""}${key}`;
}
