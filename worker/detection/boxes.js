// @ts-check
/**
 * Boxes: the places of a picture that count as text, out of the chances that a model gives its pixels.
 *
 * @typedef {import("../shared/protocol/detection.js").Rectangle} Rectangle
 * @typedef {import("../shared/protocol/detection.js").Box} Box
 * @typedef {import("./numbers.js").Limits} Limits
 * @typedef {{place: Rectangle, peak: number}} Place
 */
import { components } from "./components.js";

/** Pixels of the shorter side. @param {Rectangle} place */
export const shorter = ([left, top, right, bottom]) => Math.min(right - left, bottom - top);

/**
 * What counts as text in a tile, in its pixels, with its highest chance.
 * @param {Uint8Array} chances
 * @param {number} columns
 * @param {number} limit   pixels of the shorter side, above which a component is anatomy
 * @param {Limits} limits
 * @returns {Place[]}
 */
export function places(chances, columns, limit, limits) {
  return components(chances, columns, limits.low)
    .filter(
      ({ rectangle, pixels, peak }) => pixels >= limits.least && shorter(rectangle) <= limit && peak >= limits.peak,
    )
    .map(({ rectangle, peak }) => ({ place: rectangle, peak }));
}

/** A place in a picture of so many columns, of a place in the same picture turned. @param {Rectangle} place @param {number} columns @returns {Rectangle} */
export function turnedBack([left, top, right, bottom], columns) {
  return [columns - bottom, left, columns - top, right];
}

/**
 * The box of a place of the picture at a scale, in the picture itself.
 * @param {Place} found
 * @param {number} scale
 * @param {{rows: number, columns: number}} picture
 * @param {Limits} limits
 * @returns {Box}
 */
export function grown({ place, peak }, scale, picture, limits) {
  const short = shorter(place);
  const lying = place[2] - place[0] >= place[3] - place[1];
  const [x, y] = lying ? [limits.along, limits.across] : [limits.across, limits.along];
  const around = limits.around * short + 1;
  return {
    rectangle: enlarged(place, short * x, short * y, scale, limits.margin, picture),
    inner: enlarged(place, around, around, scale, 0, picture),
    confidence: peak,
    text: "",
  };
}

/**
 * The place with so many pixels more at its sides, then `margin` pixels of the picture, within it.
 * @param {Rectangle} place @param {number} x @param {number} y @param {number} scale @param {number} margin
 * @param {{rows: number, columns: number}} picture
 * @returns {Rectangle}
 */
function enlarged([left, top, right, bottom], x, y, scale, margin, { rows, columns }) {
  return [
    Math.max(0, Math.floor((left - x) / scale) - margin),
    Math.max(0, Math.floor((top - y) / scale) - margin),
    Math.min(columns, Math.ceil((right + x) / scale) + margin),
    Math.min(rows, Math.ceil((bottom + y) / scale) + margin),
  ];
}
