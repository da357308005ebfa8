// @ts-check
/**
 * Messages between the page and the Python worker that decodes and paints.
 *
 * @import {Segment} from "./tasks.js"
 */

/**
 * Where a file is: of the scan; of a run (its path in the run folder, "out/…/x.dcm"); of the scan, as it would be written;
 * or with the server that the page comes from.
 * @typedef {{index: number} | {run: string, path: string} | {index: number, segments: Segment[]} | {url: string}} Where
 */

/**
 * Facts about an instance, for showing it.
 * @typedef {object} Facts
 * @property {number} frames
 * @property {number} rows
 * @property {number} columns
 * @property {number} aspect           how high a pixel is, its width being 1
 * @property {string} photometric      Photometric Interpretation
 * @property {boolean} isGrey          windows are for grey images alone
 * @property {string} modality
 * @property {Window[]} windows        those that the data set proposes
 * @property {[number, number] | null} range   the lowest and the highest rescaled value of the first frame; null in colour
 *
 * @typedef {{center: number, width: number, function: WindowFunction, explanation?: string}} Window   in rescaled values (PS3.3 C.11.2)
 * @typedef {"LINEAR" | "LINEAR_EXACT" | "SIGMOID"} WindowFunction
 * @typedef {{window?: Window, gamma: number, invert: boolean}} Tuning   what the person has chosen; gamma 1: none
 */

/**
 * A painted frame. Whoever gets it closes the bitmap.
 * @typedef {object} Painted
 * @property {ImageBitmap} bitmap      of the frame's own columns and rows
 * @property {{center: number, width: number} | null} window   what it was painted with; null where a table or colours decide
 * @property {string} warning          code of what may be wrong with it, or ""
 * @property {number} milliseconds     spent in Python
 *
 * @typedef {{png: Uint8Array<ArrayBuffer>, warning: string}} Thumbnail
 */

/**
 * @typedef {object} ImagingApi   what a Python worker with numpy offers js/threads/imaging.js; a pane holds one instance
 * @property {(pane: number, file: Blob) => Promise<Seen<Facts>>} open
 * @property {(pane: number, frame: number, tuning: Tuning) => Promise<Seen<Painted>>} paint   frame from 0
 * @property {(file: Blob) => Promise<Seen<{frames: number}>>} openThumbnails
 * @property {(frame: number) => Promise<Seen<Thumbnail>>} thumbnail
 */

/**
 * An answer of the imaging worker, and the bytes of its WebAssembly memory.
 * @template T
 * @typedef {{heap: number, answer: T | {error: string}}} Seen
 */

export {};
