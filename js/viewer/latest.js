// @ts-check
/** One thing after the other, and of those that wait only the newest: nothing queues, and nothing old is served. */

/** @template T */
export class Latest {
  busy = false;
  #serve;
  #settled;
  /** @type {{wish: T} | null} */ #next = null;

  /**
   * @param {(wish: T) => Promise<void>} serve
   * @param {() => void} [settled]   nothing waits any more
   */
  constructor(serve, settled = () => {}) {
    this.#serve = serve;
    this.#settled = settled;
  }

  /** @param {T} wish */
  ask(wish) {
    this.#next = { wish };
    if (!this.busy) this.#go();
  }

  /** Drops the wish that waits. */
  drop() {
    this.#next = null;
  }

  async #go() {
    this.busy = true;
    while (this.#next) {
      const { wish } = this.#next;
      this.#next = null;
      await this.#serve(wish);
    }
    this.busy = false;
    this.#settled();
  }
}
