// @ts-check
/**
 * <series-viewer>: a dialog in which one looks through the pictures of a series: as they are, and as they would be
 * written. All of it is made when it is opened, and nothing is left of it in the page when it is closed.
 */

import { on } from "../intents.js";
import { Problem } from "../page/problem.js";

/**
 * @typedef {import("../../worker/shared/protocol/index.js").InstanceFound} InstanceFound
 * @typedef {import("../../worker/shared/protocol/index.js").IndexOf} IndexOf
 * @typedef {{of: IndexOf, instances(key: string): Promise<InstanceFound[]>}} Source   where series come from: a Catalogue
 *
 * @typedef {object} Parts   what the viewer works with
 * @property {import("../threads/files.js").Files} files
 * @property {import("../threads/pool.js").Pool} pool
 * @property {import("../explain/explain.js").Trial} trial
 * @property {import("../state.js").Store} store
 */

export class SeriesViewer extends HTMLElement {
  /** @type {Parts | null} */ #parts = null;
  /** @type {import("./dialog.js").ViewerDialog | null} */ #dialog = null;

  /** @param {Parts} parts */
  follow(parts) {
    this.#parts = parts;
    parts.store.subscribe(["policy"], () => this.#dialog?.close()); // one can be dropped on the dialog; so can other files
    on("picked", () => this.#dialog?.close());
  }

  /**
   * Opens the dialog for a series of the scan, without an index, at one of its files.
   * @param {{study: number, series: number, index: number | null}} sample
   */
  async showSample({ study, series, index }) {
    const files = (await this.#parts?.files.instances(study, series)) ?? [];
    const instances = async () => files.map((file) => ({ ...file, frames: 1 })); // how many there are is seen when they are
    await this.show({ of: { kind: "originals" }, instances }, "", [], index);
  }

  /**
   * Opens the dialog for a series.
   * @param {Source} source
   * @param {string} key      of the series
   * @param {string[]} others of the series among which it is, in their order
   * @param {number | null} [first]   number of the file in the scan to begin with
   */
  async show(source, key, others, first = null) {
    if (!this.#parts) return;
    const { ViewerDialog } = await import("./dialog.js").catch(() => {
      throw new Problem("PAGE_INCOMPLETE");
    });
    this.#dialog?.close();
    const { store, ...threads } = this.#parts;
    const { policy, passphrase } = store.state;
    const keys = others.includes(key) ? others : [key];
    const closed = () => {
      this.#dialog = null; // what it knew of the files goes with it
    };
    this.#dialog = new ViewerDialog(this, { ...threads, policy, passphrase, source, keys, closed });
    await this.#dialog.open(key, first);
  }
}

customElements.define("series-viewer", SeriesViewer);
