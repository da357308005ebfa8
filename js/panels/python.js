// @ts-check
/** <python-state>: one line that tells how far Python is. */
import { counted, duration } from "../format.js";
import { part } from "../parts.js";

/** @typedef {import("../pool.js").WorkerState} WorkerState */

const WAYS = { snapshot: "from snapshot", module: "from compiled packages", plain: "without snapshot" };

export class PythonState extends HTMLElement {
  /** @param {WorkerState[]} workers */
  show(workers) {
    const started = workers.map((worker) => worker.started).filter((begun) => begun !== null);
    const up = workers.filter(({ state }) => state === "ready" || state === "busy").length;
    if (up === 0 || workers.some(({ state }) => state === "booting"))
      return this.#text("booting", "Python is starting…");
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
