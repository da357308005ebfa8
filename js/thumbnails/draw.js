// @ts-check
/** Draws the thumbnails of one file, frame by frame. */
import { Problem } from "../page/problem.js";

/**
 * @typedef {import("../../worker/shared/protocol/index.js").PicturesMade} PicturesMade
 * @typedef {import("../../worker/shared/protocol/imaging.js").Where} Where
 */

/** Frames that are handed over together. */
const FRAMES_AT_ONCE = 64;
/** When so many frames behind one another cannot be decoded, the rest of the file is taken to be missing. */
const MOST_FAILED = 20;
/** Errors that are not the pixels' fault, or may pass: they are not noted, so that the file is tried again. */
const PASSING = ["READ_FAILED", "SOURCE_CHANGED", "IMAGING_NOT_STARTED"];

/**
 * Throws a Problem for what may pass.
 * @param {import("../threads/imaging.js").Imaging} imaging
 * @param {Where} where
 * @param {Iterable<number>} frames   from 1
 * @param {() => boolean} isOver      nothing more is wanted: what was not handed over is dropped
 * @returns {AsyncGenerator<PicturesMade>}
 */
export async function* drawn(imaging, where, frames, isOver) {
  /** @type {PicturesMade} */
  let made = { images: [], unshown: [] };
  let failed = 0;
  for (const frame of frames) {
    const one = await imaging.thumbnail(where, frame - 1);
    if (isOver()) return;
    const reason = "error" in one ? one.error : one.warning;
    if (PASSING.includes(reason)) throw new Problem(reason);
    if (!("error" in one)) made.images.push({ frame, png: one.png });
    failed = "error" in one ? failed + 1 : 0;
    const isLast = reason === "DECODER_LOST" || failed === MOST_FAILED;
    if (reason) made.unshown.push({ frame: isLast ? 0 : frame, reason });
    if (isLast) break;
    if (made.images.length + made.unshown.length < FRAMES_AT_ONCE) continue;
    yield made;
    made = { images: [], unshown: [] };
  }
  yield made;
}
