// @ts-check
/** <run-status>: the details of a run that goes on: its workers, its stages, what waits, and memory over time. */

import { part } from "../page/dom.js";
import { bytes, count, counted, duration } from "../page/format.js";
import { Memory } from "../page/memory.js";

/** @typedef {import("../../worker/shared/protocol/files.js").RunStatus} RunStatus */

/** @type {Record<string, string>} */
const STAGES = { scan: "Scan", read: "Read", deidentify: "De-identify", write: "Write" };
/** Least time between two paintings, in milliseconds. */
const PAINT_MILLISECONDS = 500;
/** The picture's own units. */
const WIDTH = 300;
const HEIGHT = 60;

export class StatusDetails extends HTMLElement {
  #memory = new Memory();
  /** @type {RunStatus | null} */ #status = null;
  #painted = 0;

  connectedCallback() {
    part(this, "details", HTMLDetailsElement).addEventListener("toggle", () => this.#paint());
  }

  begin() {
    this.#memory = new Memory();
    this.#status = null;
    this.#painted = 0;
  }

  /** @param {RunStatus} status */
  update(status) {
    const heaps = Object.values(status.workers).reduce((sum, { heap }) => sum + heap, 0);
    this.#memory.see(heaps, status.bytesInFlight);
    this.#status = status;
    if (performance.now() - this.#painted >= PAINT_MILLISECONDS) this.#paint();
  }

  #paint() {
    if (!this.#status || !part(this, "details", HTMLDetailsElement).open) return;
    this.#painted = performance.now();
    const { workers, stages, queued, underWay, bytesInFlight } = this.#status;
    part(this, "waiting", HTMLElement).textContent =
      `${counted(underWay, "file")} under way, ${count(queued)} of them waiting for Python; ${bytes(bytesInFlight)} held for them.`;
    part(this, "stages", HTMLElement).replaceChildren(...Object.entries(stages).map(stageRow));
    part(this, "workers", HTMLElement).replaceChildren(...Object.entries(workers).map(workerRow));
    this.#draw();
  }

  #draw() {
    const { samples, most } = this.#memory;
    const line = samples.map((value, index) => `${x(index, samples.length)},${y(value, most)}`).join(" ");
    part(this, "line", SVGPolylineElement).setAttribute("points", line);
    part(this, "memory", HTMLElement).textContent =
      `Memory: ${bytes(samples.at(-1) ?? 0)} now, ${bytes(most)} at most in this run.`;
  }
}

/** @param {number} index @param {number} length */
const x = (index, length) => Math.round((index / Math.max(1, length - 1)) * WIDTH);
/** From zero, so that a small change does not look like a large one. @param {number} value @param {number} most */
const y = (value, most) => Math.round(HEIGHT - 2 - (value / Math.max(1, most)) * (HEIGHT - 6));

/** @param {[string, {items: number, seconds: number}]} stage */
function stageRow([name, { items, seconds }]) {
  const title = STAGES[name] ?? name;
  const rate = seconds > 0 ? `${count(Math.round(items / seconds))}/s` : "–";
  return row(title, count(items), duration(seconds), rate);
}

/** @param {[string, {busy: boolean, heap: number, files: number}]} worker */
function workerRow([number, { busy, heap, files }]) {
  return row(`Worker ${Number(number) + 1}`, busy ? "at work" : "waits", count(files), bytes(heap));
}

/** @param {string} head @param {string[]} cells */
function row(head, ...cells) {
  const made = document.createElement("tr");
  const first = document.createElement("th");
  first.scope = "row";
  first.textContent = head;
  made.append(first);
  for (const cell of cells) made.insertCell().textContent = cell;
  return made;
}

customElements.define("run-status", StatusDetails);
