// @ts-check
/** <python-state>: one line that tells how far Python is. */

import { part } from "../page/dom.js";
import { counted, duration } from "../page/format.js";

/** @typedef {import("./pool.js").WorkerState} WorkerState */

const WAYS = { snapshot: "from snapshot", module: "from compiled packages", plain: "without snapshot" };

export class PythonState extends HTMLElement {
  /** Once all were ready, one that is replaced is not worth a word. */
  #wasReady = false;

  /** @param {WorkerState[]} workers */
  show(workers) {
    const started = workers.map((worker) => worker.started).filter((begun) => begun !== null);
    const up = workers.filter(({ state }) => state === "ready" || state === "busy" || state === "resting").length;
    const starting = workers.some(({ state }) => state === "booting");
    if (up === 0 || (starting && !this.#wasReady)) return this.#text("booting", "Python is starting…");
    this.#wasReady = true;
    const seconds = Math.max(...started.map(({ milliseconds }) => milliseconds)) / 1000;
    this.#text("ready", `Python is ready (${counted(up, "worker")}, ${WAYS[started[0].way]}, ${duration(seconds)})`);
  }

  fail() {
    this.#text("failed", "Python could not be started");
  }

  /** @param {"booting" | "ready" | "failed"} state @param {string} text */
  #text(state, text) {
    this.dataset.state = state;
    part(this, "text", HTMLElement).textContent = text;
  }
}

customElements.define("python-state", PythonState);
