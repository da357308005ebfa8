// @ts-check
/**
 * Picture queue: asks for pictures one after the other, the large one first. Of large ones only the newest wish counts, and
 * of small ones the newest list: what went out of sight is not fetched.
 *
 * @typedef {object} Pictures   where pictures come from
 * @property {(group: string, instance: string, frame: number, everyValue?: boolean) => Promise<ImageBitmap>} frame
 *   ids as in the regions file; frame from 1; the bitmap is the caller's to close
 * @property {boolean} [everyValue]   it can show all values of a picture in place of the window that its header states
 *
 * @typedef {{group: string, instance: string, frame: number, everyValue?: boolean}} Wish
 * @typedef {ImageBitmap | string} Small   a small picture, or the reason code why it could not be made
 * @typedef {{wish: Wish, resolve: (bitmap: ImageBitmap | null) => void, reject: (error: unknown) => void}} Waiting
 */

import { codeOf } from "../../worker/shared/errors.js";

/** The longer side of a small picture, in pixels. */
const SMALL = 360;
/** Small pictures that are kept: about 80 MB at the most. */
const KEPT = 200;

export class PictureQueue {
  #pictures;
  #served;
  /** @type {Waiting | null} */ #large = null;
  /** @type {Wish[]} */ #wanted = [];
  /** @type {Map<string, Small>} the one that was used last at the end */ #small = new Map();
  #busy = false;
  #closed = false;

  /** @param {Pictures} pictures @param {() => void} served   called when a small picture has come */
  constructor(pictures, served) {
    this.#pictures = pictures;
    this.#served = served;
  }

  get hasEveryValue() {
    return this.#pictures.everyValue === true;
  }

  /** A large picture; null: another one was wanted meanwhile. @param {Wish} wish @returns {Promise<ImageBitmap | null>} */
  large(wish) {
    this.#large?.resolve(null);
    const { promise, resolve, reject } = Promise.withResolvers();
    this.#large = { wish, resolve, reject };
    this.#go();
    return promise;
  }

  /** Has small pictures of first frames fetched, in this order; earlier wishes no longer count. @param {{group: string, instance: string}[]} wishes */
  want(wishes) {
    this.#wanted = wishes
      .filter(({ group, instance }) => !this.#small.has(nameOf(group, instance)))
      .map((wish) => ({ ...wish, frame: 1 }));
    this.#go();
  }

  /** A small picture, or why there is none; undefined: it has not come. @param {string} group @param {string} instance */
  small(group, instance) {
    const name = nameOf(group, instance);
    const found = this.#small.get(name);
    if (found) {
      this.#small.delete(name);
      this.#small.set(name, found);
    }
    return found;
  }

  close() {
    this.#closed = true;
    this.#large?.resolve(null);
    this.#wanted = [];
    for (const small of this.#small.values()) free(small);
    this.#small.clear();
  }

  async #go() {
    if (this.#busy || this.#closed) return;
    this.#busy = true;
    while (!this.#closed && (this.#large || this.#wanted.length > 0)) {
      if (this.#large) await this.#serve(this.#large);
      else await this.#make(/** @type {Wish} */ (this.#wanted.shift()));
    }
    this.#busy = false;
  }

  /** @param {Waiting} waiting */
  async #serve(waiting) {
    this.#large = null;
    const { wish, resolve, reject } = waiting;
    try {
      const bitmap = await this.#pictures.frame(wish.group, wish.instance, wish.frame, wish.everyValue);
      if (!this.#closed) return resolve(bitmap);
      bitmap.close();
      resolve(null);
    } catch (error) {
      reject(error);
    }
  }

  /** @param {Wish} wish */
  async #make({ group, instance, frame }) {
    const why = (/** @type {unknown} */ error) => codeOf(error);
    const small = await this.#pictures.frame(group, instance, frame).then(smaller, why);
    if (this.#closed) return free(small);
    this.#small.set(nameOf(group, instance), small);
    for (const [name, old] of this.#small) {
      if (this.#small.size <= KEPT) break;
      free(old);
      this.#small.delete(name);
    }
    this.#served();
  }
}

/** @param {Small} small */
function free(small) {
  if (typeof small !== "string") small.close();
}

/** @param {string} group @param {string} instance */
function nameOf(group, instance) {
  return `${group} ${instance}`;
}

/** A small copy; the large one is given back. @param {ImageBitmap} bitmap */
function smaller(bitmap) {
  const scale = Math.min(SMALL / Math.max(bitmap.width, bitmap.height), 1);
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(Math.round(side * scale), 1));
  const canvas = new OffscreenCanvas(width, height); // resizing by createImageBitmap takes the page five times as long
  const context = canvas.getContext("2d", { alpha: false });
  if (context) context.imageSmoothingQuality = "medium";
  context?.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return canvas.transferToImageBitmap();
}
