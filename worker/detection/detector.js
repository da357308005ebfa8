// @ts-check
/**
 * The detector: the places of a picture that may be burned-in text. py/dicom_deid/pixels/detection/detector.py is its twin.
 *
 * @typedef {import("../shared/protocol/detection.js").Box} Box
 * @typedef {import("./numbers.js").Numbers} Numbers
 * @typedef {import("./numbers.js").Search} Search
 * @typedef {import("./sizes.js").Picture} Picture
 * @typedef {import("./boxes.js").Place} Place
 */
import { refuse } from "../shared/errors.js";
import { grown, places, shorter, turnedBack } from "./boxes.js";
import { cropped, parts, scaled, scales, turned } from "./sizes.js";

export class Detector {
  #search;
  #network;
  #reader;
  #numbers;
  #table;

  /** @param {Search} search @param {import("./networks.js").Network} network @param {import("./reader.js").Reader} reader @param {Numbers} numbers */
  constructor(search, network, reader, numbers) {
    this.#search = search;
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
   * @param {boolean} words   every box is read
   */
  async boxes(picture, words) {
    const kept = /** @type {Box[]} */ ([]);
    for (const box of await this.#found(picture)) {
      const must = shorter(box.inner) > this.#search.read_above;
      if (must || words) {
        const said = await this.#reader.read(picture, box.inner);
        if (must && !this.#reader.isText(said)) continue;
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
      for (const place of await this.#places(sized, limit * scale)) found.push(grown(place, scale, picture, limits));
      if (scale !== scales(picture, sizes)[1]) continue;
      for (const { place, peak } of await this.#places(turned(sized), limit * scale))
        found.push(grown({ place: turnedBack(place, sized.columns), peak }, scale, picture, limits));
    }
    return found;
  }

  /** @param {Picture} picture @param {number} limit @returns {Promise<Place[]>} */
  async #places(picture, limit) {
    const { limits, sizes } = this.#numbers;
    const found = /** @type {Place[]} */ ([]);
    for (const [top, bottom] of parts(picture.rows, sizes)) {
      for (const [left, right] of parts(picture.columns, sizes)) {
        const { chances, columns } = await this.#chances(cropped(picture, left, top, right, bottom));
        for (const { place, peak } of places(chances, columns, limit, limits)) {
          const [a, b, c, d] = place;
          found.push({ place: [a + left, b + top, c + left, d + top], peak });
        }
      }
    }
    return found;
  }

  /** How likely each pixel of a tile is text, of 255; its sides are filled up to a whole step. @param {Picture} tile */
  async #chances(tile) {
    const { step } = this.#numbers.sizes;
    const [rows, columns] = [tile.rows, tile.columns].map((side) => Math.ceil(side / step) * step);
    const { data, shape } = await this.#network.run(this.#planes(tile, rows, columns), [1, 3, rows, columns]);
    const chances = new Uint8Array(rows * columns);
    if (data.length !== chances.length || shape[3] !== columns) refuse("DETECTOR_LOST");
    for (let at = 0; at < data.length; at++) {
      const chance = data[at];
      if (!Number.isFinite(chance)) refuse("DETECTOR_LOST");
      chances[at] = Math.floor(Math.min(1, Math.max(0, chance)) * 255 + 0.5);
    }
    return { chances, columns };
  }

  /** What the model takes, filled up with what is at the edge. @param {Picture} tile @param {number} rows @param {number} columns */
  #planes(tile, rows, columns) {
    const planes = new Float32Array(3 * rows * columns);
    for (let plane = 0, to = 0; plane < 3; plane++) {
      const table = this.#table[plane];
      for (let row = 0; row < rows; row++) {
        const begin = Math.min(row, tile.rows - 1) * tile.columns;
        for (let column = 0; column < columns; column++)
          planes[to++] = table[tile.bytes[(begin + Math.min(column, tile.columns - 1)) * 3 + plane]];
      }
    }
    return planes;
  }
}
