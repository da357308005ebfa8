// @ts-check
/** The memory of this page over a run: the heaps of Python, and what the browser says of the rest. */

/** Least time between two samples, in milliseconds. */
const SAMPLE_MILLISECONDS = 3000;
/** Samples that are kept: when there are more, every other one goes, and they are taken half as often. */
const MOST_SAMPLES = 120;
/** The browser measures when it collects garbage, which can take it this long; it is asked no more often. */
const MEASURE_MILLISECONDS = 20_000;
const PYTHON = "/worker/python.worker.js";

/** @typedef {{bytes: number, attribution: {url: string}[]}} Part */

export class Memory {
  /** @type {number[]} bytes */ samples = [];
  most = 0;
  #every = SAMPLE_MILLISECONDS;
  #sampled = Number.NEGATIVE_INFINITY;
  #measured = Number.NEGATIVE_INFINITY;
  /** Bytes of all threads but the Python workers; null: the browser does not say. @type {number | null} */ #rest =
    null;

  /**
   * @param {number} heaps         bytes of the Python workers
   * @param {number} bytesInFlight counted where the browser does not say what the other threads have
   */
  see(heaps, bytesInFlight) {
    const now = performance.now();
    this.#measure(now);
    if (now - this.#sampled < this.#every) return;
    this.#sampled = now;
    const bytes = heaps + (this.#rest ?? bytesInFlight);
    this.most = Math.max(this.most, bytes);
    this.samples.push(bytes);
    if (this.samples.length <= MOST_SAMPLES) return;
    this.samples = this.samples.filter((_, index) => index % 2 === 0);
    this.#every *= 2;
  }

  /** @param {number} now */
  #measure(now) {
    if (now - this.#measured < MEASURE_MILLISECONDS) return;
    this.#measured = Number.POSITIVE_INFINITY;
    const took = measured().then((breakdown) => {
      if (breakdown) this.#rest = breakdown.reduce((sum, part) => sum + restOf(part), 0);
    });
    took.catch(() => {}).then(() => (this.#measured = performance.now()));
  }
}

/**
 * Has what was loaded to start Python collected, in the page and its workers: measuring makes the browser do so. What is left
 * lying then is not given back later, and is a hundred megabytes.
 */
export async function collectStart() {
  await measured().catch(() => {});
}

/** What the browser says of each thread; null: it says nothing. @returns {Promise<Part[] | null>} */
async function measured() {
  const measure = /** @type {any} */ (performance).measureUserAgentSpecificMemory;
  return measure && globalThis.crossOriginIsolated ? (await measure.call(performance)).breakdown : null;
}

/** @param {Part} part */
const restOf = ({ bytes, attribution }) => (attribution.some(({ url }) => url.endsWith(PYTHON)) ? 0 : bytes);
