// @ts-check
/** The indexes that are open, each in a worker of its own: opened when one is wanted, let go of when nobody looks at it. */

import { Problem } from "../page/problem.js";
import { Catalogue } from "./client.js";

/** @typedef {import("../../worker/shared/protocol/index.js").IndexOf} IndexOf */

/** Name of what an index is of; "" of originals. A run has a date in its name. @param {IndexOf} of */
export const idOf = (of) => (of.kind === "run" ? of.name : of.kind === "server" ? "library" : "");

export class OpenIndexes {
  #threads;
  #changed;
  /** Opens the index of the server. @type {() => Promise<Catalogue>} */ library = () =>
    Promise.reject(new Problem("SERVER_LOST"));
  /** @type {Map<string, Catalogue>} by id */ #open = new Map();
  /** @type {Map<object, string>} id of the index that each looks at */ #held = new Map();
  /** @type {Promise<unknown>} one is opened after the other */ #before = Promise.resolve();

  /**
   * @param {{files: import("../threads/files.js").Files, pool: import("../threads/pool.js").Pool}} threads
   * @param {(catalogue: Catalogue) => void} changed   called when the status of one is another
   */
  constructor(threads, changed) {
    this.#threads = threads;
    this.#changed = changed;
  }

  /** One that is open. @param {IndexOf} of */
  get(of) {
    return this.#open.get(idOf(of));
  }

  /** Opens one, unless it is open. Rejects with a Problem. @param {IndexOf} of @returns {Promise<Catalogue>} */
  async open(of) {
    const known = this.get(of);
    if (known) return known;
    const opening = this.#before.then(() => this.get(of) ?? this.#opened(of));
    this.#before = opening.catch(() => {});
    return opening;
  }

  /** @param {IndexOf} of */
  async #opened(of) {
    const { pool, files } = this.#threads;
    const catalogue = await (of.kind === "server" ? this.library() : Catalogue.open(pool, files, of));
    this.#open.set(idOf(of), catalogue);
    catalogue.changed.listen(() => {
      this.#changed(catalogue);
      if (!catalogue.status.running) this.#letGo();
    });
    return catalogue;
  }

  /** One index is looked at by this holder from now on, and no other; null: none. @param {object} holder @param {IndexOf | null} of */
  hold(holder, of) {
    if (of) this.#held.set(holder, idOf(of));
    else this.#held.delete(holder);
    this.#letGo();
  }

  /** Lets go of each that nobody looks at and nothing is read into, with its worker. */
  #letGo() {
    const held = new Set(this.#held.values());
    for (const [id, { of, status }] of this.#open) if (!status.running && !held.has(id)) this.close(of);
  }

  /** @param {IndexOf} of */
  close(of) {
    const catalogue = this.get(of);
    this.#open.delete(idOf(of));
    catalogue?.close();
  }
}
