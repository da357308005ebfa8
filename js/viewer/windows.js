// @ts-check
/** Windows: those one can choose from, and what dragging makes of one. In rescaled values, for CT in HU. */

/**
 * @typedef {import("../../worker/shared/protocol/imaging.js").Facts} Facts
 * @typedef {import("../../worker/shared/protocol/imaging.js").Painted} Painted
 * @typedef {import("../../worker/shared/protocol/imaging.js").Window} Window
 * @typedef {{name: string, window: Window}} Preset
 */

/** Customary windows of CT, as centre and width in HU. @type {[string, number, number][]} */
const CT = [
  ["Lung", -600, 1500],
  ["Bone", 480, 2500],
  ["Soft tissue", 50, 400],
  ["Brain", 40, 80],
  ["Abdomen", 60, 350],
  ["Mediastinum", 40, 450],
];
/** So many pixels of dragging double the width of a window. */
const DOUBLES = 150;
/** So many pixels of dragging move the centre by the width of a window. */
const MOVES = 300;
const DIGITS = 5;

/**
 * Windows that an instance proposes, and the customary ones of its modality.
 * @param {Facts} facts
 * @returns {{proposed: Preset[], customary: Preset[]}}
 */
export function presetsOf({ isGrey, modality, windows }) {
  if (!isGrey) return { proposed: [], customary: [] };
  const proposed = windows.map((window, at) => ({ name: nameOf(window, at, windows.length), window }));
  const customary =
    modality === "CT" ? CT.map(([name, center, width]) => ({ name, window: linear(center, width) })) : [];
  return { proposed, customary };
}

/** @param {Window} window @param {number} at @param {number} count */
function nameOf({ explanation }, at, count) {
  return explanation?.trim() || (count > 1 ? `Window ${at + 1} of the file` : "Window of the file");
}

/**
 * The window from the lowest to the highest value; null where there is none.
 * @param {Facts} facts
 * @returns {Window | null}
 */
export function covering({ range }) {
  if (!range || range[0] >= range[1]) return null;
  return { center: (range[0] + range[1]) / 2, width: range[1] - range[0], function: "LINEAR_EXACT" };
}

/** @param {number} center @param {number} width @returns {Window} */
function linear(center, width) {
  return { center, width, function: "LINEAR" };
}

/**
 * The window that is changed by the person: what the picture is painted with where nobody chose a window, along the
 * curve that its file asks for.
 * @param {Facts} facts
 * @param {Painted} painted
 * @param {boolean} chosen   it was painted with a window that the person had chosen, and that is gone now
 * @returns {Window | null}   null: there is none to be changed, as in colours
 */
export function begunWith(facts, painted, chosen) {
  if (!facts.isGrey) return null;
  const curve = facts.windows[0]?.function ?? "LINEAR_EXACT";
  const window = chosen ? facts.windows[0] : painted.window;
  // Where a table decides there is no window yet.
  return window && window.width > 0 ? { center: window.center, width: window.width, function: curve } : covering(facts);
}

/**
 * A window after dragging: to the right it widens, upwards the picture becomes brighter.
 * @param {Window} window
 * @param {number} right   in CSS pixels
 * @param {number} down
 * @returns {Window}
 */
export function dragged(window, right, down) {
  const width = Math.max(window.width * 2 ** (right / DOUBLES), Number.MIN_VALUE);
  return {
    ...window,
    center: rounded(window.center + (down / MOVES) * window.width, width),
    width: rounded(width, width),
  };
}

/** As exact as one can see. @param {number} value @param {number} width */
function rounded(value, width) {
  const step = 10 ** (Math.floor(Math.log10(width)) - DIGITS + 2);
  return step > 0 ? Number((Math.round(value / step) * step).toPrecision(12)) : value;
}

/** A number as a person reads and types it. @param {number} value */
export function plain(value) {
  return String(Number(value.toPrecision(DIGITS + 1)));
}

/** @param {Window | {center: number, width: number}} one @param {{center: number, width: number} | null} other */
export function isSame(one, other) {
  return other !== null && one.center === other.center && one.width === other.width;
}
