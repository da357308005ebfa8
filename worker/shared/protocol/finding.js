// @ts-check
/**
 * Messages between the page and the Python worker that looks for text in pictures, with a detector of another thread.
 *
 * @import {Kind, Box} from "./detection.js"
 * @import {Seen} from "./imaging.js"
 */

/**
 * What speaks for boxes in one instance (py/dicom_deid/pixels/sighting.py). It holds no word of a header.
 * @typedef {object} Sighting
 * @property {string} source_id
 * @property {string} group       group id
 * @property {string} mark        by which it is known again
 * @property {number} rows
 * @property {number} columns
 * @property {number} frames
 * @property {(number | string)[][]} boxes   left, top, right, bottom, first and last frame, evidence
 * @property {string} detector    that looked at its pictures; "": none did
 * @property {boolean} alarm      words of its header were read
 * @property {string} unread      reason code for a frame that could not be read; else ""
 * @property {(number | string)[][]} own   boxes of this instance alone, as above
 */

/**
 * The beginning of a look at a file; not needed: nothing of it stands in the regions. shown: its pictures are to be looked at;
 * else only a mask marks something in it. beside: a mask is of its frame of reference, and marks nothing in it. The label is
 * shown, and goes nowhere else.
 * @typedef {{needed: true, kind: Kind, label: string, sighting: Sighting, shown: boolean, beside: boolean}} Needed
 * @typedef {{needed: false, beside: boolean} | Needed} Opening
 * @typedef {{rows: number, columns: number, bytes: Uint8Array<ArrayBuffer>}} Picture   bytes: grey, or red, green and blue
 * @typedef {Picture | {sighting: Sighting}} Step   the next picture, or all that was seen in them
 */

/**
 * @typedef {object} FindingApi   what a configured Python worker with numpy offers js/threads/finding.js; one file at a time
 * @property {(file: Blob, tell: (share: number) => void) => Promise<Seen<{mask: string}>>} bring   uses the mask of a file from now on; another
 *   worker is given the answer. tell: how much of it is read, from 0 to 1
 * @property {(file: Blob, sourceId: string) => Promise<Seen<Opening>>} open
 * @property {(found: Pick<Box, "rectangle" | "text">[] | null) => Promise<Seen<Step>>} next   found in the picture before; null: there was none
 * @property {(sightings: string) => Promise<string>} gather   the content of a regions file, of sightings; both in JSON
 */

export {};
