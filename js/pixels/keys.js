// @ts-check
/** Keys of the review while the large picture has the focus. dialog.html tells the person the same. */

/**
 * @typedef {object} Wishes
 * @property {(right: number, down: number) => void} arrow     moves the selected box, in pixels; else goes to another frame or picture
 * @property {(right: number, down: number) => void} resize    the right and the lower side of the selected box
 * @property {(right: number, down: number) => void} pan
 * @property {(steps: number) => void} next                    selects another box
 * @property {(steps: number) => void} stepGroup
 * @property {() => void} draw
 * @property {() => void} remove
 * @property {() => void} beneath
 * @property {() => void} approve
 * @property {() => void} leaveOut
 * @property {(factor: number) => void} zoom
 * @property {() => void} fit
 */

const FAR = 10;
const PAN = 60;
export const ZOOM = 1.25;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @type {Record<string, (wishes: Wishes) => void>} */
const KEYS = {
  n: (wishes) => wishes.next(1),
  "Shift+n": (wishes) => wishes.next(-1),
  PageUp: (wishes) => wishes.stepGroup(-1),
  PageDown: (wishes) => wishes.stepGroup(1),
  d: (wishes) => wishes.draw(),
  Delete: (wishes) => wishes.remove(),
  Backspace: (wishes) => wishes.remove(),
  b: (wishes) => wishes.beneath(),
  a: (wishes) => wishes.approve(),
  l: (wishes) => wishes.leaveOut(),
  "+": (wishes) => wishes.zoom(ZOOM),
  "=": (wishes) => wishes.zoom(ZOOM),
  "-": (wishes) => wishes.zoom(1 / ZOOM),
  0: (wishes) => wishes.fit(),
};

/** Held down, they decide once: what comes next is to be looked at. */
const DECIDING = new Set(["a", "l"]);

/** @param {HTMLElement} element @param {Wishes} wishes */
export function listenToKeys(element, wishes) {
  element.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    const act = KEYS[nameOf(event)];
    if (arrow) pressed(arrow, event, wishes);
    else if (act && !event.ctrlKey && !event.altKey && !event.metaKey) {
      if (!(event.repeat && DECIDING.has(event.key.toLowerCase()))) act(wishes);
    } else return;
    event.preventDefault();
  });
}

/** @param {[number, number]} arrow @param {KeyboardEvent} event @param {Wishes} wishes */
function pressed([right, down], { shiftKey, ctrlKey, altKey, metaKey }, wishes) {
  const far = shiftKey ? FAR : 1;
  if (altKey && shiftKey) wishes.pan(-right * PAN, -down * PAN);
  else if (ctrlKey || altKey || metaKey) wishes.resize(right * far, down * far);
  else wishes.arrow(right * far, down * far);
}

/** @param {KeyboardEvent} event */
function nameOf({ key, shiftKey }) {
  if (key.length > 1) return key;
  const letter = key.toLowerCase();
  return shiftKey && letter >= "a" && letter <= "z" ? `Shift+${letter}` : letter;
}
