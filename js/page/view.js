// @ts-check
/**
 * Which part of a picture is seen, and how large. One view serves both panes, so that they stay in step.
 *
 * @typedef {{columns: number, rows: number, aspect: number}} Shape   of a picture; aspect: how high a pixel is, its width being 1
 * @typedef {{left: number, top: number, width: number, height: number}} Box   in device pixels
 */

const LARGEST = 32;
const SMALLEST = 1 / 32;

export class View {
  /** Device pixels for a pixel of the picture along its shorter side; null: as large as fits. @type {number | null} */
  #scale = null;
  /** Point of the picture in the middle of the pane, as parts of its width and height. */
  #x = 0.5;
  #y = 0.5;

  fit() {
    this.#scale = null;
    this.#x = this.#y = 0.5;
  }

  /** One device pixel for one pixel of the picture, where it is square. */
  oneToOne() {
    this.#scale = 1;
  }

  /** @param {Shape} shape @param {Box} box */
  scaleIn(shape, box) {
    const { width, height } = natural(shape);
    return this.#scale ?? Math.max(Math.min(box.width / width, box.height / height), Number.EPSILON);
  }

  /**
   * Where the whole picture comes to lie.
   * @param {Shape} shape
   * @param {Box} box   the pane
   * @returns {Box}
   */
  place(shape, box) {
    const scale = this.scaleIn(shape, box);
    const { width, height } = natural(shape);
    return {
      left: box.left + box.width / 2 - this.#x * width * scale,
      top: box.top + box.height / 2 - this.#y * height * scale,
      width: width * scale,
      height: height * scale,
    };
  }

  /**
   * The part of the picture under a point stays there.
   * @param {number} factor
   * @param {Shape} shape
   * @param {Box} box
   * @param {{x: number, y: number}} [point]   in device pixels; else the middle
   */
  zoom(factor, shape, box, point = middle(box)) {
    const before = this.place(shape, box);
    this.#scale = Math.min(Math.max(this.scaleIn(shape, box) * factor, SMALLEST), LARGEST);
    const after = this.place(shape, box);
    const away = (/** @type {Box} */ at) => ({
      x: (point.x - at.left) / at.width,
      y: (point.y - at.top) / at.height,
    });
    const [was, is] = [away(before), away(after)];
    this.#moveTo(this.#x + was.x - is.x, this.#y + was.y - is.y);
  }

  /** @param {number} right @param {number} down @param {Shape} shape @param {Box} box   in device pixels */
  pan(right, down, shape, box) {
    const { width, height } = this.place(shape, box);
    this.#scale ??= this.scaleIn(shape, box);
    this.#moveTo(this.#x - right / width, this.#y - down / height);
  }

  /** The middle of the pane never leaves the picture. @param {number} x @param {number} y */
  #moveTo(x, y) {
    this.#x = Math.min(Math.max(x, 0), 1);
    this.#y = Math.min(Math.max(y, 0), 1);
  }
}

/** Its size when its shorter pixels' sides take one device pixel: in its true shape, with no pixel left out. @param {Shape} shape */
function natural({ columns, rows, aspect }) {
  return aspect < 1 ? { width: columns / aspect, height: rows } : { width: columns, height: rows * aspect };
}

/** @param {Box} box */
function middle(box) {
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}
