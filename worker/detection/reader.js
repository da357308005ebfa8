// @ts-check
/**
 * Reading: whether a place reads as text, by a recognition model of PP-OCR.
 *
 * @typedef {import("./numbers.js").Reading} Reading
 * @typedef {import("./sizes.js").Picture} Picture
 * @typedef {import("./networks.js").Network} Network
 * @typedef {{text: string, sure: number}} Said   sure: the mean chance of the characters, 0 to 1
 */
import { release } from "../shared/buffers.js";
import { cropped, resized, turned } from "./sizes.js";

/** A standing place that is no taller than this times its width may also be a level line of a few letters. */
const SQUARE = 1.6;
/** Letters up to which a longer text is the better one. */
const COUNTED = 3;

export class Reader {
  #network;
  #characters;
  #numbers;

  /** @param {Network} network @param {string[]} characters @param {Reading} numbers */
  constructor(network, characters, numbers) {
    this.#network = network;
    this.#characters = characters;
    this.#numbers = numbers;
  }

  /** The text at a place, upright or turned. @param {Picture} picture @param {import("./boxes.js").Rectangle} place @returns {Promise<Said>} */
  async read(picture, place) {
    const crop = cropped(picture, ...place);
    let best = { text: "", sure: 0 };
    if (Math.min(crop.rows, crop.columns) < 2) return best;
    for (const way of ways(crop)) {
      const said = await this.#line(way);
      if (worth(said) > worth(best)) best = said;
    }
    return best;
  }

  /** @param {Picture} crop */
  async #line(crop) {
    const { planes, width } = line(crop, this.#numbers);
    const shape = [1, 3, this.#numbers.height, width];
    const said = await this.#network.run(planes, shape, (data, [, , classes]) =>
      decoded(data, classes, this.#characters),
    );
    release(planes);
    return said;
  }
}

/**
 * Whether a place of a picture that reads like this is text; a large one has to be surer, or a long line of many letters.
 * @param {Said} said
 * @param {import("./boxes.js").Rectangle} place
 * @param {Reading} numbers
 */
export function isText({ text, sure }, [left, top, right, bottom], numbers) {
  const letters = lengthOf(text);
  if (letters < numbers.letters || sure < numbers.certain) return false;
  const [short, long] = [right - left, bottom - top].sort((one, other) => one - other);
  const isLine = long >= numbers.large_long * short && letters * short >= numbers.large_letters * long;
  return short <= numbers.large || sure >= numbers.large_certain || isLine;
}

/** Letters as Python counts them. @param {string} text */
const lengthOf = (text) => [...text].length;

/** @param {Said} said */
const worth = ({ text, sure }) => sure * Math.min(lengthOf(text), COUNTED);

/** In which ways a crop may be a level line. @param {Picture} crop */
export function ways(crop) {
  if (crop.columns >= crop.rows) return [crop];
  const once = turned(crop);
  const thrice = turned(turned(once));
  return crop.rows <= SQUARE * crop.columns ? [once, thrice, crop] : [once, thrice];
}

/** Planes for the model, of -1 to 1, filled up with 0 at the right. @param {Picture} crop @param {Reading} numbers */
export function line(crop, numbers) {
  const { height, widest, narrowest } = numbers;
  const wanted = Math.floor((height * crop.columns) / crop.rows + 0.5);
  const columns = Math.min(widest, Math.max(narrowest, wanted));
  const { bytes } = resized(crop, height, columns);
  const width = Math.max(numbers.padded, Math.ceil(columns / numbers.step) * numbers.step);
  const planes = new Float32Array(3 * height * width);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < columns; column++) {
      for (let plane = 0; plane < 3; plane++)
        planes[(plane * height + row) * width + column] = (bytes[at++] / 255 - 0.5) / 0.5;
    }
  }
  return { planes, width };
}

/**
 * The text of chances (steps, classes): class 0 is the blank of CTC, those after the characters are spaces. A class that
 * is the likeliest of several steps in a row counts once.
 * @param {Float32Array} chances @param {number} classes @param {string[]} characters
 * @returns {Said}
 */
export function decoded(chances, classes, characters) {
  let [text, sum, count, before] = ["", 0, 0, 0];
  for (let begin = 0; begin < chances.length; begin += classes) {
    let best = 0;
    for (let number = 0; number < classes; number++) {
      if (!Number.isFinite(chances[begin + number])) throw new RangeError(); // a place is not acquitted by that
      if (chances[begin + number] > chances[begin + best]) best = number;
    }
    if (best !== 0 && best !== before) {
      text += characters[best - 1] ?? " ";
      sum += chances[begin + best];
      count++;
    }
    before = best;
  }
  return { text: text.trim(), sure: count ? sum / count : 0 };
}
