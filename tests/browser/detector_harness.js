// @ts-check
/** Script that test_detection.py runs in a page of the site: the real detector. Leaves `harness` there. */
async () => {
  const { Detector } = await import(new URL("./js/threads/detector.js", location.href).href);
  const RealWorker = globalThis.Worker;
  /** Every worker that was started, so that a test can end one behind its page's back. */
  const workers = /** @type {Worker[]} */ ([]);
  globalThis.Worker = class extends RealWorker {
    constructor(/** @type {URL} */ url, /** @type {WorkerOptions} */ options) {
      super(url, options);
      workers.push(this);
    }
  };

  const bytesOf = (/** @type {string} */ text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  let detector = new Detector();
  /** Another one, of these options. */
  const start = (options = {}) => {
    detector.close();
    detector = new Detector(options);
  };

  /** @param {string} kind @param {[number, number, string]} picture   rows, columns and base64 @param {boolean} words */
  const boxes = (kind, [rows, columns, text], words = false) =>
    detector.boxes(kind, { rows, columns, bytes: bytesOf(text) }, words);

  /** Lets a worker fail over the next picture as one that has run out of memory does. */
  const breakWorker = () => workers.at(-1)?.dispatchEvent(new ErrorEvent("error"));
  const open = () => detector.open();
  Object.assign(globalThis, { harness: { start, open, boxes, workers, breakWorker, close: () => detector.close() } });
};
