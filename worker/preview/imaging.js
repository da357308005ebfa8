// @ts-check
/**
 * Calls of the Python worker that decodes and paints frames of files that it was lent.
 *
 * Nothing that Python throws leaves this module: an error's text can hold an identifier.
 *
 * @typedef {import("../shared/protocol/imaging.js").ImagingApi} ImagingApi
 */
import { release } from "../shared/buffers.js";
import * as Comlink from "../shared/comlink.js";
import { callPython } from "../shared/errors.js";

const PANES = 2;

/** @implements {ImagingApi} */
export class Pictures {
  #heap;
  /** @type {any[]} Pane of dicom_deid.browser.imaging */ #panes;
  /** @type {any} Drawer of dicom_deid.browser.imaging */ #drawer;

  /**
   * @param {any} imaging          the module dicom_deid.browser.imaging
   * @param {() => number} heap    bytes of WebAssembly memory
   */
  constructor(imaging, heap) {
    this.#heap = heap;
    this.#panes = Array.from({ length: PANES }, () => imaging.Pane());
    this.#drawer = imaging.Drawer();
  }

  /** @type {ImagingApi["open"]} */
  async open(pane, file) {
    return this.#seen(this.#call(() => this.#panes[pane].open(file.size, readerOf(file))));
  }

  /** @type {ImagingApi["paint"]} */
  async paint(pane, frame, tuning) {
    const began = performance.now();
    const told = this.#call(() => this.#panes[pane].paint(frame, tuning));
    if ("error" in told) return this.#seen(told);
    const milliseconds = performance.now() - began;
    const { rows, columns, ...rest } = told;
    const bitmap = await bitmapOf(this.#panes[pane], columns, rows).catch(() => null);
    if (!bitmap) return this.#seen({ error: "PIXELS_TOO_LARGE" });
    return Comlink.transfer(this.#seen({ ...rest, bitmap, milliseconds }), [bitmap]);
  }

  /** @type {ImagingApi["openThumbnails"]} */
  async openThumbnails(file) {
    return this.#seen(this.#call(() => this.#drawer.open(file.size, readerOf(file))));
  }

  /** @type {ImagingApi["thumbnail"]} */
  async thumbnail(frame) {
    const drawn = this.#call(() => this.#drawer.draw(frame));
    return Comlink.transfer(this.#seen(drawn), "png" in drawn ? [drawn.png.buffer] : []);
  }

  /**
   * @template T
   * @param {T} answer
   */
  #seen(answer) {
    return { heap: this.#heap(), answer };
  }

  /** Any other error than Python's own means that the interpreter is broken: then the page ends the worker. @param {() => any} run */
  #call(run) {
    return callPython(run, () => ({ error: "INTERNAL_ERROR" }));
  }
}

/** Reads ranges of a file at once: Python waits for them. A range is good until the next one is read. @param {Blob} file */
export function readerOf(file) {
  const reader = new FileReaderSync();
  let range = new Uint8Array(0);
  return (/** @type {number} */ start, /** @type {number} */ end) => {
    release(range);
    range = new Uint8Array(reader.readAsArrayBuffer(file.slice(start, end)));
    return range;
  };
}

/** The pixels of a pane, taken out of Python's memory once. @param {any} pane @param {number} columns @param {number} rows */
async function bitmapOf(pane, columns, rows) {
  const pixels = pane.pixels;
  const buffer = pixels.getBuffer("u8clamped");
  try {
    return await createImageBitmap(new ImageData(buffer.data, columns, rows));
  } finally {
    buffer.release();
    pixels.destroy();
  }
}
