// @ts-check
/** Which files go together in one request: few enough to be answered soon, and fewer where the PACS takes no more. */

/** At most so many files and bytes at once; one file can be longer. */
const [FILES, BYTES] = [20, 32 * 1024 * 1024];

/** @template {{size: number}} T */
export class Batches {
  #waiting;
  #bytes = BYTES;

  /** @param {T[]} files   in the order in which they go */
  constructor(files) {
    this.#waiting = [...files].reverse(); // taken from the end, which costs nothing
  }

  get isEmpty() {
    return this.#waiting.length === 0;
  }

  /** The next files that go together; none when all have gone. @returns {T[]} */
  next() {
    const batch = [];
    let bytes = 0;
    for (let file = this.#waiting.at(-1); file && batch.length < FILES; file = this.#waiting.at(-1)) {
      if (batch.length > 0 && bytes + file.size > this.#bytes) break;
      bytes += file.size;
      batch.push(file);
      this.#waiting.pop();
    }
    return batch;
  }

  /** Takes files back, to go again as the next ones. @param {T[]} files */
  back(files) {
    this.#waiting.push(...[...files].reverse());
  }

  /**
   * The PACS takes no batch of this size: from now on, half of it.
   * @param {T[]} batch
   * @returns {boolean}  false: it is one file, which cannot be halved
   */
  tooLarge(batch) {
    if (batch.length === 1) return false;
    const bytes = batch.reduce((sum, { size }) => sum + size, 0);
    this.#bytes = Math.max(1, Math.min(this.#bytes, Math.floor(bytes / 2)));
    this.back(batch);
    return true;
  }
}
