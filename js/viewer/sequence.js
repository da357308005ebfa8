// @ts-check
/** The pictures of a series in a row: all frames of its first instance, then those of the next. Positions count from 0. */
import { count } from "../page/format.js";

/** @typedef {import("../../worker/shared/protocol/index.js").InstanceFound} InstanceFound */

export class Sequence {
  #instances;
  /** @type {number[]} position of each instance's first frame; behind them, how many there are in all */ #starts = [];

  /** @param {InstanceFound[]} instances   in the order in which they are looked through */
  constructor(instances) {
    this.#instances = instances.map(({ frames, ...rest }) => ({ ...rest, frames: Math.max(1, frames) }));
    this.#count();
  }

  #count() {
    let start = 0;
    this.#starts = [0];
    for (const { frames } of this.#instances) {
      start += frames;
      this.#starts.push(start);
    }
  }

  get total() {
    return this.#starts[this.#instances.length];
  }

  /** How many instances there are. */
  get instances() {
    return this.#instances.length;
  }

  /** @param {number} position @returns {{number: number, frame: number, instance: InstanceFound}} */
  at(position) {
    const behind = this.#starts.findIndex((start) => start > position);
    const number = behind < 0 ? this.#instances.length - 1 : behind - 1;
    return { number, frame: position - this.#starts[number], instance: this.#instances[number] };
  }

  /** The first frame of a file, by its number in the scan; the first of all if it is not there. @param {number | null} index */
  of(index) {
    const number = this.#instances.findIndex((instance) => instance.index === index);
    return this.#starts[Math.max(number, 0)];
  }

  /** The nearest position that there is. @param {number} position */
  within(position) {
    return Math.min(Math.max(Math.round(position) || 0, 0), this.total - 1);
  }

  /** The first frame of an instance so many further on. @param {number} position @param {number} step */
  besides(position, step) {
    const number = this.at(position).number + step;
    return this.#starts[Math.min(Math.max(number, 0), this.#instances.length - 1)];
  }

  /**
   * An instance turned out to have another number of frames than was known.
   * @param {InstanceFound} instance
   * @param {number} frames
   * @returns {boolean} whether that changes anything
   */
  learn(instance, frames) {
    if (instance.frames === frames) return false;
    instance.frames = frames;
    this.#count();
    return true;
  }

  /** "Slice 31 of 240, frame 2 of 10". @param {number} position */
  words(position) {
    const { number, frame, instance } = this.at(position);
    const slice = `Slice ${count(number + 1)} of ${count(this.#instances.length)}`;
    return instance.frames > 1 ? `${slice}, frame ${count(frame + 1)} of ${count(instance.frames)}` : slice;
  }
}
