// @ts-check
/** A thread in reserve: its code is loaded, so that it can start when the network is gone. */
import { Thread } from "./thread.js";

export class Spare {
  /** @type {Thread | null} */ #thread = null;

  /** The one in reserve, else a new one. */
  take() {
    const thread = this.#thread ?? new Thread();
    this.#thread = null;
    return thread;
  }

  /** Loads another one if there is none. */
  renew() {
    if (this.#thread) return;
    const thread = new Thread();
    const keep = () => {
      if (this.#thread)
        thread.end(); // two were made side by side
      else this.#thread = thread;
    };
    thread.alive(thread.python.load()).then(keep, () => thread.end());
  }

  end() {
    this.#thread?.end();
  }
}
