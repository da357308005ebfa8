// @ts-check
/** Signal: tells its listeners that something has changed; they look up how it is now. */

export class Signal {
  /** @type {Set<() => void>} */ #listeners = new Set();

  /** @param {() => void} listener @returns {() => void}  stops listening */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  send() {
    for (const listener of this.#listeners) listener();
  }
}
