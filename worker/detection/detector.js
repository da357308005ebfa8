// @ts-check
/**
 * The detector: the places of a picture that may be burned-in text. py/dicom_deid/pixels/detection/detector.py is its twin.
 *
 * @typedef {import("../shared/protocol/detection.js").Box} Box
 * @typedef {import("./numbers.js").Numbers} Numbers
 * @typedef {import("../shared/protocol/detection.js").Kind} Kind
 * @typedef {import("./sizes.js").Picture} Picture
 * @typedef {import("./sizes.js").Steps} Steps
 * @typedef {import("./boxes.js").Place} Place
 * @typedef {import("./boxes.js").Rectangle} Rectangle
 */
import { release } from "../shared/buffers.js";
import { refuse } from "../shared/errors.js";
import { grown, places, shorter, turnedBack } from "./boxes.js";
import { isText } from "./reader.js";
import { fillPlanes, parts, scaled, scales, turnedSteps, upright } from "./sizes.js";

export class Detector {
  #network;
  #reader;
  #numbers;
  #table;
  #input = new Float32Array(0);
  #chanced = new Uint8Array(0);

  /** @param {import("./networks.js").Network} network @param {import("./reader.js").Reader} reader @param {Numbers} numbers */
  constructor(network, reader, numbers) {
    this.#network = network;
    this.#reader = reader;
    this.#numbers = numbers;
    this.#table = numbers.mean.map((mean, plane) =>
      Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / numbers.deviation[plane]),
    );
  }

  /**
   * They may overlap. DETECTOR_LOST where the model gives no sound answer.
   * @param {Picture} picture
   * @param {Kind} kind
   * @param {boolean} words   every box is read
   */
  async boxes(picture, kind, words) {
    const unread = this.#numbers.read_above[kind];
    const kept = /** @type {Box[]} */ ([]);
    for (const box of await this.#found(picture)) {
      const must = shorter(box.inner) > unread;
      if (must || words) {
        const said = await this.#reader.read(picture, box.inner);
        if (must && !isText(said, box.inner, this.#numbers.reading)) continue;
        box.text = said.text;
      }
      kept.push(box);
    }
    return kept;
  }

  /** Boxes of the picture in two sizes, and of the larger one turned. @param {Picture} picture */
  async #found(picture) {
    const { limits, sizes } = this.#numbers;
    const limit = Math.max(limits.tallest_pixels, limits.tallest * Math.min(picture.rows, picture.columns));
    const found = /** @type {Box[]} */ ([]);
    for (const scale of scales(picture, sizes)) {
      const sized = scaled(picture, scale);
      for (const place of await this.#places(upright(sized), limit * scale))
        found.push(grown(place, scale, picture, limits));
      if (scale === scales(picture, sizes)[1]) {
        for (const { place, peak } of await this.#places(turnedSteps(sized), limit * scale))
          found.push(grown({ place: turnedBack(place, sized.columns), peak }, scale, picture, limits));
      }
      if (sized !== picture) release(sized.bytes);
    }
    return found;
  }

  /** @param {Steps} picture @param {number} limit @returns {Promise<Place[]>} */
  async #places(picture, limit) {
    const { limits, sizes } = this.#numbers;
    const found = /** @type {Place[]} */ ([]);
    for (const [top, bottom] of parts(picture.rows, sizes)) {
      for (const [left, right] of parts(picture.columns, sizes)) {
        const { chances, columns } = await this.#chances(picture, [left, top, right, bottom]);
        for (const { place, peak } of places(chances, columns, limit, limits)) {
          const [a, b, c, d] = place;
          found.push({ place: [a + left, b + top, c + left, d + top], peak });
        }
      }
    }
    return found;
  }

  /**
   * How likely each pixel of a tile is text, of 255; its sides are filled up to a whole step. Good until the next one.
   * @param {Steps} picture @param {Rectangle} tile
   */
  async #chances(picture, tile) {
    const { step } = this.#numbers.sizes;
    const [left, top, right, bottom] = tile;
    const [rows, columns] = [bottom - top, right - left].map((side) => Math.ceil(side / step) * step);
    const [planes, chances] = this.#buffers(rows * columns);
    fillPlanes(picture, tile, planes, { rows, columns, table: this.#table });
    await this.#network.run(planes, [1, 3, rows, columns], (data, shape) => {
      if (shape[3] !== columns) refuse("DETECTOR_LOST");
      inWhole(data, chances);
    });
    return { chances, columns };
  }

  /** Of a tile of so many pixels what the model is given, and its chances: in memory that is used again. @param {number} pixels */
  #buffers(pixels) {
    if (this.#chanced.length < pixels) {
      this.#input = new Float32Array(pixels * 3);
      this.#chanced = new Uint8Array(pixels);
    }
    return /** @type {const} */ ([this.#input.subarray(0, pixels * 3), this.#chanced.subarray(0, pixels)]);
  }
}

/** Chances as parts of 255. @param {Float32Array} data @param {Uint8Array} chances   is filled */
function inWhole(data, chances) {
  if (data.length !== chances.length) refuse("DETECTOR_LOST");
  for (let at = 0; at < data.length; at++) {
    const chance = data[at];
    if (!Number.isFinite(chance)) refuse("DETECTOR_LOST");
    chances[at] = Math.floor(Math.min(1, Math.max(0, chance)) * 255 + 0.5);
  }
}
