// @ts-check
/**
 * Boxes: rectangles that are to be made blank, and the reasons for them, as the regions file states them (docs/pixels.md).
 *
 * @typedef {"ultrasound" | "device" | "detector" | "words" | "mask" | "person"} Evidence
 * @typedef {readonly [number, number, number, number]} Rectangle   columns [left, right), rows [top, bottom): left, top, right, bottom
 * @typedef {readonly [number, number]} Frames   first and last, from 1; last 0: to the last one that there is
 * @typedef {{readonly rectangle: Rectangle, readonly frames: Frames, readonly evidence: Evidence}} Box
 * @typedef {{rows: number, columns: number}} Size
 * @typedef {{left?: number, top?: number, right?: number, bottom?: number}} Sides   how far each is moved, in pixels
 */

/** Every kind of evidence, in the order in which it is told. @type {readonly Evidence[]} */
export const EVIDENCE = ["ultrasound", "device", "detector", "words", "mask", "person"];
/** All frames. @type {Frames} */
export const ALL = [1, 0];
/** Boxes that a regions file takes for a group. */
export const MOST = 4096;

/** A box that a person drew; null: nothing of it is in the picture. @param {Rectangle} rectangle @param {Size} size @param {Frames} [frames] @returns {Box | null} */
export function drawn(rectangle, size, frames = ALL) {
  const within = clipped(rectangle, size);
  return within && { rectangle: within, frames, evidence: "person" };
}

/**
 * The part of a rectangle that is in the picture, its sides in order and on whole pixels; null: none is.
 * @param {Rectangle} rectangle
 * @param {Size} size
 * @returns {Rectangle | null}
 */
export function clipped([one, two, three, four], { rows, columns }) {
  const left = Math.max(Math.floor(Math.min(one, three)), 0);
  const right = Math.min(Math.ceil(Math.max(one, three)), columns);
  const top = Math.max(Math.floor(Math.min(two, four)), 0);
  const bottom = Math.min(Math.ceil(Math.max(two, four)), rows);
  return left < right && top < bottom ? [left, top, right, bottom] : null;
}

/** The box so many pixels further; it stays in the picture, and is as large as before. @param {Box} box @param {number} right @param {number} down @param {Size} size @returns {Box} */
export function moved(box, right, down, { rows, columns }) {
  const [left, top, end, bottom] = box.rectangle;
  const across = Math.min(Math.max(Math.round(right), -left), columns - end);
  const along = Math.min(Math.max(Math.round(down), -top), rows - bottom);
  return own(box, [left + across, top + along, end + across, bottom + along]);
}

/** The box with its sides moved; it keeps a pixel, and stays in the picture. @param {Box} box @param {Sides} sides @param {Size} size @returns {Box} */
export function resized(box, { left = 0, top = 0, right = 0, bottom = 0 }, { rows, columns }) {
  const [l, t, r, b] = box.rectangle;
  const [start, up] = [within(l + left, 0, r - 1), within(t + top, 0, b - 1)];
  return own(box, [start, up, within(r + right, start + 1, columns), within(b + bottom, up + 1, rows)]);
}

/** The same box, its place by a person. @param {Box} box @param {Rectangle} rectangle @returns {Box} */
function own(box, rectangle) {
  return String(rectangle) === String(box.rectangle) ? box : { ...box, rectangle, evidence: "person" };
}

/** @param {number} value @param {number} least @param {number} most */
function within(value, least, most) {
  return Math.max(least, Math.min(Math.round(value), most));
}

/** Whether a box counts for a frame. @param {Box} box @param {number} frame   from 1 */
export function covers({ frames: [first, last] }, frame) {
  return frame >= first && (last === 0 || frame <= last);
}

/** Boxes, each once. @param {Iterable<Box>} boxes @returns {Box[]} */
export function united(boxes) {
  return [...new Map([...boxes].map((box) => [nameOf(box), box])).values()];
}

/** Two boxes of one name are the same. @param {Box} box */
export function nameOf({ rectangle, frames, evidence }) {
  return `${rectangle} ${frames} ${evidence}`;
}
