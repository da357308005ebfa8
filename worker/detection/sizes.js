// @ts-check
/**
 * Sizes: a picture doubled, halved, turned, in tiles, and a line of it at the reader's height; in whole numbers.
 *
 * py/dicom_deid/pixels/detection/sizes.py does the same, to the last bit, and explains the numbers.
 *
 * @typedef {import("./numbers.js").Sizes} Sizes
 * @typedef {import("../shared/protocol/detection.js").Rectangle} Rectangle
 * @typedef {{rows: number, columns: number, bytes: Uint8Array}} Picture   three bytes a pixel: blue, green, red
 */

const CUBIC = [
  [-3, 29, 111, -9],
  [-9, 111, 29, -3],
];
const SHIFT = 14;
const UNIT = 1 << 12;
const SAMPLES = 3;

/** A grey, RGB or RGBA frame as the models take it. @param {import("../shared/protocol/detection.js").Shown} shown @returns {Picture} */
export function blueFirst({ rows, columns, bytes: from }) {
  const samples = from.length / (rows * columns);
  if (![1, 3, 4].includes(samples)) throw new RangeError();
  const bytes = new Uint8Array(rows * columns * SAMPLES);
  const [red, green, blue] = samples === 1 ? [0, 0, 0] : [0, 1, 2];
  for (let at = 0, source = 0; at < bytes.length; at += SAMPLES, source += samples) {
    bytes[at] = from[source + blue];
    bytes[at + 1] = from[source + green];
    bytes[at + 2] = from[source + red];
  }
  return { rows, columns, bytes };
}

/** In which sizes a picture is looked at, the smaller first. @param {Picture} picture @param {Sizes} sizes */
export function scales({ rows, columns }, sizes) {
  return Math.max(rows, columns) <= sizes.small_side ? [1, 2] : [0.5, 1];
}

/** A picture at a scale of 2, 1 or 0.5. @param {Picture} picture @param {number} scale */
export function scaled(picture, scale) {
  if (scale === 1) return picture;
  return scale > 1 ? doubled(picture) : halved(picture);
}

/** @param {Picture} picture @returns {Picture} */
function doubled({ rows, columns, bytes }) {
  const out = new Uint8Array(rows * columns * 4 * SAMPLES);
  const width = columns * 2 * SAMPLES;
  // Rows at twice the width, times 128: four at a time are wanted, the one above, and so on.
  const wide = Array.from({ length: 4 }, () => new Int32Array(width));
  const kept = [-1, -1, -1, -1];
  for (let row = 0; row < rows * 2; row++) {
    const weights = CUBIC[row % 2];
    const first = (row >> 1) - 2 + (row % 2);
    const near = weights.map((_, number) => {
      const source = Math.min(rows - 1, Math.max(0, first + number));
      if (kept[source % 4] !== source) {
        widen(bytes.subarray(source * columns * SAMPLES, (source + 1) * columns * SAMPLES), wide[source % 4]);
        kept[source % 4] = source;
      }
      return wide[source % 4];
    });
    const [a, b, c, d] = near;
    const [p, q, r, s] = weights;
    for (let at = 0, to = row * width; at < width; at++, to++) {
      const value = (p * a[at] + q * b[at] + r * c[at] + s * d[at] + (1 << (SHIFT - 1))) >> SHIFT;
      out[to] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
  return { rows: rows * 2, columns: columns * 2, bytes: out };
}

/** Twice as many columns of a row, bicubic, times 128. @param {Uint8Array} row @param {Int32Array} out */
function widen(row, out) {
  const last = row.length - SAMPLES;
  for (let to = 0; to < out.length; to += SAMPLES) {
    const column = to / SAMPLES;
    const [p, q, r, s] = CUBIC[column % 2];
    const first = ((column >> 1) - 2 + (column % 2)) * SAMPLES;
    const a = Math.min(last, Math.max(0, first));
    const b = Math.min(last, Math.max(0, first + SAMPLES));
    const c = Math.min(last, first + 2 * SAMPLES);
    const d = Math.min(last, first + 3 * SAMPLES);
    for (let n = 0; n < SAMPLES; n++) out[to + n] = p * row[a + n] + q * row[b + n] + r * row[c + n] + s * row[d + n];
  }
}

/** The mean of four pixels each; at an odd edge of what is there. @param {Picture} picture @returns {Picture} */
function halved({ rows, columns, bytes }) {
  const half = { rows: (rows + 1) >> 1, columns: (columns + 1) >> 1 };
  const out = new Uint8Array(half.rows * half.columns * SAMPLES);
  let to = 0;
  for (let row = 0; row < half.rows; row++) {
    const above = row * 2 * columns * SAMPLES;
    const below = Math.min(rows - 1, row * 2 + 1) * columns * SAMPLES;
    for (let column = 0; column < half.columns; column++) {
      const left = column * 2 * SAMPLES;
      const right = Math.min(columns - 1, column * 2 + 1) * SAMPLES;
      for (let n = 0; n < SAMPLES; n++) {
        const sum =
          bytes[above + left + n] + bytes[above + right + n] + bytes[below + left + n] + bytes[below + right + n];
        out[to++] = (sum + 2) >> 2;
      }
    }
  }
  return { ...half, bytes: out };
}

/** Turned as numpy.rot90 does: row r, column c becomes row columns - 1 - c, column r. @param {Picture} picture @returns {Picture} */
export function turned({ rows, columns, bytes }) {
  const out = new Uint8Array(bytes.length);
  let to = 0;
  for (let column = columns - 1; column >= 0; column--) {
    for (let row = 0; row < rows; row++) {
      const at = (row * columns + column) * SAMPLES;
      for (let n = 0; n < SAMPLES; n++) out[to++] = bytes[at + n];
    }
  }
  return { rows: columns, columns: rows, bytes: out };
}

/** Where tiles begin and end along a side: as few as can be, all of one length. @param {number} length @param {Sizes} sizes */
export function parts(length, sizes) {
  if (length <= sizes.tile) return [[0, length]];
  const count = Math.ceil((length - sizes.overlap) / (sizes.tile - sizes.overlap));
  const each = Math.ceil((length + (count - 1) * sizes.overlap) / count);
  const size = Math.min(length, Math.ceil(each / sizes.step) * sizes.step);
  return Array.from({ length: count }, (_, number) => {
    const begin = Math.floor((number * (length - size)) / (count - 1));
    return [begin, begin + size];
  });
}

/**
 * The steps from pixel to pixel of a picture, so that a turned one need not be made: where the first is, a row further,
 * a column further; in pixels.
 * @typedef {{rows: number, columns: number, bytes: Uint8Array, first: number, down: number, along: number}} Steps
 */

/** @param {Picture} picture @returns {Steps} */
export function upright(picture) {
  return { ...picture, first: 0, down: picture.columns, along: 1 };
}

/** As `turned` would make it. @param {Picture} picture @returns {Steps} */
export function turnedSteps({ rows, columns, bytes }) {
  return { rows: columns, columns: rows, bytes, first: columns - 1, down: -1, along: columns };
}

/**
 * What a model takes of a part: three planes of so many rows and columns, filled up with what is at its edge.
 * @param {Steps} picture
 * @param {Rectangle} part
 * @param {Float32Array} planes   is filled
 * @param {{rows: number, columns: number, table: Float32Array[]}} wanted   table: what each value becomes, by plane
 */
export function fillPlanes(
  { bytes, first, down, along },
  [left, top, right, bottom],
  planes,
  { rows, columns, table },
) {
  for (let plane = 0, to = 0; plane < SAMPLES; plane++) {
    const values = table[plane];
    for (let row = 0; row < rows; row++) {
      const begin = first + Math.min(top + row, bottom - 1) * down;
      for (let column = 0; column < columns; column++)
        planes[to++] = values[bytes[(begin + Math.min(left + column, right - 1) * along) * SAMPLES + plane]];
    }
  }
}

/** A part of a picture. @param {Picture} picture @param {number} left @param {number} top @param {number} right @param {number} bottom @returns {Picture} */
export function cropped({ columns, bytes }, left, top, right, bottom) {
  const out = new Uint8Array((bottom - top) * (right - left) * SAMPLES);
  for (let row = top; row < bottom; row++) {
    const line = bytes.subarray((row * columns + left) * SAMPLES, (row * columns + right) * SAMPLES);
    out.set(line, (row - top) * (right - left) * SAMPLES);
  }
  return { rows: bottom - top, columns: right - left, bytes: out };
}

/** A picture in another size: triangle filter, as wide as a pixel of the smaller size. @param {Picture} picture @param {number} rows @param {number} columns @returns {Picture} */
export function resized(picture, rows, columns) {
  const width = picture.columns * SAMPLES;
  const tall = new Uint8Array(rows * width);
  weights(picture.rows, rows).forEach(({ first, whole }, row) => {
    for (let at = 0; at < width; at++) {
      let sum = UNIT / 2;
      for (let n = 0; n < whole.length; n++) sum += whole[n] * picture.bytes[(first + n) * width + at];
      tall[row * width + at] = sum >> 12;
    }
  });
  const out = new Uint8Array(rows * columns * SAMPLES);
  weights(picture.columns, columns).forEach(({ first, whole }, column) => {
    for (let at = 0; at < rows * SAMPLES; at++) {
      const row = Math.floor(at / SAMPLES);
      const from = row * width + first * SAMPLES + (at % SAMPLES);
      let sum = UNIT / 2;
      for (let n = 0; n < whole.length; n++) sum += whole[n] * tall[from + n * SAMPLES];
      out[(row * columns + column) * SAMPLES + (at % SAMPLES)] = sum >> 12;
    }
  });
  return { rows, columns, bytes: out };
}

/** Of each wanted pixel the first of those that there are, and their weights, which add up to UNIT. @param {number} length @param {number} wanted */
function weights(length, wanted) {
  const scale = length / wanted;
  const reach = Math.max(scale, 1);
  return Array.from({ length: wanted }, (_, number) => {
    const centre = (number + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach));
    const last = Math.min(length, Math.floor(centre + reach) + 1);
    const shares = Array.from({ length: last - first }, (_, n) =>
      Math.max(0, 1 - Math.abs((first + n + 0.5 - centre) / reach)),
    );
    const total = shares.reduce((sum, share) => sum + share, 0);
    const whole = shares.map((share) => Math.floor((share / total) * UNIT + 0.5));
    whole[whole.indexOf(Math.max(...whole))] += UNIT - whole.reduce((sum, share) => sum + share, 0);
    return { first, whole };
  });
}
