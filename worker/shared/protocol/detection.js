// @ts-check
/** Messages between the page and the worker that looks for burned-in text. */

/**
 * A frame as it is shown. Its bytes are transferred: whoever sends it has it no more.
 * @typedef {object} Shown
 * @property {number} rows
 * @property {number} columns
 * @property {Uint8Array<ArrayBuffer>} bytes   one (grey), three (RGB) or four (RGBA, of which A is left out) for each pixel
 */

/**
 * Columns [left, right) and rows [top, bottom).
 * @typedef {[left: number, top: number, right: number, bottom: number]} Rectangle
 */

/**
 * A place that may be text: what is to be made blank, and where the text itself is.
 * @typedef {object} Box
 * @property {Rectangle} rectangle
 * @property {Rectangle} inner
 * @property {number} confidence   of 255
 * @property {string} text         as it was read, where it was: likely to be an identifier, to be compared and forgotten
 */

/** @typedef {"screen" | "anatomy"} Kind   of a picture, as in tables/detection.json */

/**
 * @typedef {object} DetectionApi
 * @property {() => Promise<void>} open   fetches what it takes; DETECTOR_NOT_STARTED
 * @property {(kind: Kind, shown: Shown, words: boolean) => Promise<Box[]>} boxes
 *   words: every box is read, for a comparison with the header. DETECTOR_LOST where the frame could not be looked at
 */

export {};
