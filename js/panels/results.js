// @ts-check
/** <results-panel>: how a run ended, what was not written, and its downloads. */
import { bytes, counted, duration } from "../format.js";
import { one, part, tell } from "../parts.js";
import { noteOf } from "../problem.js";
import { UnwrittenFiles } from "./unwritten.js";

/**
 * @typedef {import("../../worker/protocol.js").RunSummary} RunSummary
 * @typedef {import("../../worker/protocol.js").Progress} Progress
 */

const ENDS = { finished: "Done", cancelled: "Cancelled", stopped: "Stopped" };

export class ResultsPanel extends HTMLElement {
  connectedCallback() {
    for (const wish of ["zip", "audit", "log", "again"]) {
      part(this, wish, HTMLButtonElement).addEventListener("click", () => tell(this, wish));
    }
  }

  begin() {
    noteOf(this).clear();
    part(this, "status", HTMLElement).textContent = "";
    this.#unwritten.begin();
  }

  /** @param {Progress} progress */
  update(progress) {
    this.#unwritten.add(progress.unwritten);
  }

  /** @param {RunSummary} summary @param {string | null} folder  name of the chosen output folder */
  end(summary, folder) {
    const { counts, end, error, seconds, name } = summary;
    this.dataset.end = end;
    part(this, "status", HTMLElement).textContent =
      `${ENDS[end]}: ${counts.written} written, ${counts.withheld} withheld, ${counts.skipped} skipped, ${counts.failed} failed`;
    const place = folder ? `folder “${folder}”` : "private storage in this browser";
    const where = document.createElement("span");
    where.className = "whole";
    where.textContent = name;
    const size = `${counted(counts.written, "file")}, ${bytes(summary.bytes_out)}, in ${duration(seconds)}`;
    part(this, "where", HTMLElement).replaceChildren(`${size}. They are in ${place}, under `, where, ".");
    part(this, "zip", HTMLButtonElement).disabled = counts.written === 0;
    if (error) noteOf(this).show(error);
    this.#unwritten.show(summary.reasons);
  }

  get #unwritten() {
    return one(this, "unwritten-files", UnwrittenFiles);
  }
}

customElements.define("results-panel", ResultsPanel);
