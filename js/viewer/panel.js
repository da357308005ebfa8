// @ts-check
/**
 * <series-viewer>: a dialog in which one looks through the pictures of a series: as they are, and as they would be
 * written. All of it is made when it is opened, and nothing is left of it in the page when it is closed.
 */

import { Problem } from "../page/problem.js";
import { plainPolicy } from "../policy/policy.js";

/**
 * @typedef {import("../../worker/shared/protocol/index.js").InstanceFound} InstanceFound
 * @typedef {import("../../worker/shared/protocol/index.js").IndexOf} IndexOf
 * @typedef {{of: IndexOf, instances(key: string): Promise<InstanceFound[]>}} Source   where series come from: a Catalogue
 * @typedef {HTMLElement & {passphrase: string}} PolicyPanel
 *
 * @typedef {object} Parts   what the viewer works with
 * @property {import("../threads/files.js").Files} files
 * @property {import("../threads/pool.js").Pool} pool
 * @property {import("../explain/explain.js").Trial} trial
 * @property {PolicyPanel} policy
 */

export class SeriesViewer extends HTMLElement {
  /** @type {Parts | null} */ #parts = null;
  #policy = plainPolicy();
  /** @type {import("./dialog.js").ViewerDialog | null} */ #dialog = null;

  /** @param {Parts} parts */
  connect(parts) {
    this.#parts = parts;
    parts.policy.addEventListener("policy-changed", (event) => {
      this.#policy = /** @type {CustomEvent} */ (event).detail;
      this.#dialog?.close(); // a policy can be dropped on the dialog; so can other files
    });
    document.addEventListener("picked", () => this.#dialog?.close());
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
    const { policy: panel, ...threads } = this.#parts;
    const tried = { policy: this.#policy, passphrase: panel.passphrase };
    const keys = others.includes(key) ? others : [key];
    const closed = () => {
      this.#dialog = null; // what it knew of the files goes with it
    };
    this.#dialog = new ViewerDialog(this, { ...threads, ...tried, source, keys, closed });
    await this.#dialog.open(key, first);
  }
}

customElements.define("series-viewer", SeriesViewer);
