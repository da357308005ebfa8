// @ts-check
/** <results-panel>: how a run ended, what was not written, and its downloads. */

import { one, part, tell } from "../page/dom.js";
import { bytes, counted, duration } from "../page/format.js";
import { noteOf } from "../page/problem.js";
import { UnwrittenFiles } from "./unwritten.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").RunSummary} RunSummary
 * @typedef {import("../../worker/shared/protocol/files.js").Progress} Progress
 */

const ENDS = { finished: "Done", cancelled: "Cancelled", stopped: "Stopped" };

export class ResultsPanel extends HTMLElement {
  /** Files of the run, reached or not. */
  #total = 0;
  /** How the last run ended, in words. */ how = "";

  connectedCallback() {
    for (const wish of ["zip", "audit", "log", "linkage", "search", "again"]) {
      part(this, wish, HTMLButtonElement).addEventListener("click", () => tell(this, wish));
    }
  }

  begin() {
    noteOf(this).clear();
    part(this, "status", HTMLElement).textContent = "";
    this.#total = 0;
    this.#unwritten.begin();
  }

  /** @param {Progress} progress */
  update(progress) {
    this.#total = progress.total;
    this.#unwritten.add(progress.unwritten);
  }

  /**
   * @param {RunSummary} summary
   * @param {string | null} folder  name of the chosen output folder
   * @param {boolean} linkage       whether there is a linkage file
   */
  end(summary, folder, linkage) {
    const { counts, end, error } = summary;
    this.dataset.end = end;
    this.how = `${ENDS[end]}: ${counts.written} written, ${counts.withheld} withheld, ${counts.skipped} skipped, ${counts.failed} failed`;
    part(this, "status", HTMLElement).textContent = this.how;
    part(this, "where", HTMLElement).replaceChildren(...this.#where(summary, folder));
    part(this, "zip", HTMLButtonElement).disabled = counts.written === 0;
    part(this, "search", HTMLButtonElement).hidden = counts.written === 0;
    for (const name of ["linkage", "linkage-hint"]) part(this, name, HTMLElement).hidden = !linkage;
    if (error) noteOf(this).show(error);
    this.#unwritten.show(summary.reasons);
  }

  /** @param {RunSummary} summary @param {string | null} folder @returns {(string | Node)[]} */
  #where({ counts, bytes_out, seconds, name }, folder) {
    const missed = this.#total - Object.values(counts).reduce((sum, files) => sum + files, 0);
    const rest = missed > 0 ? ` ${counted(missed, "file was", "files were")} not reached.` : "";
    if (counts.written === 0) return [`Nothing was written.${rest}`];
    const place = folder ? `folder “${folder}”` : "private storage in this browser";
    const where = document.createElement("span");
    where.className = "whole";
    where.textContent = name;
    const size = `${counted(counts.written, "file")}, ${bytes(bytes_out)}, in ${duration(seconds)}`;
    return [`${size}. They are in ${place}, under `, where, `.${rest}`];
  }

  get #unwritten() {
    return one(this, "unwritten-files", UnwrittenFiles);
  }
}

customElements.define("results-panel", ResultsPanel);
