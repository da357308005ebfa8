// @ts-check
/** <results-panel>: the end of a run in words, its downloads, and the files that were not written. */
import { send } from "../intents.js";
import { one, part } from "../page/dom.js";
import { bytes, count, counted, duration } from "../page/format.js";
import { followNotes } from "../page/notes.js";
import { endOf, isWhole } from "../page/outcome.js";
import { noteOf } from "../page/problem.js";
import { pacsAddress } from "../page/served.js";
import { PatientList } from "./patient-list.js";
import { UnwrittenFiles } from "./unwritten.js";
import { ZipProgress } from "./zip-progress.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").RunSummary} RunSummary
 * @typedef {import("../../worker/shared/protocol/files.js").Progress} Progress
 */

/** File of the run that each button gives. */
const FILES = /** @type {const} */ ({ zip: "zip", audit: "audit.csv", log: "output.log", linkage: "linkage" });

export class ResultsPanel extends HTMLElement {
  /** Files of the run, reached or not. */
  #total = 0;
  /** Name of the run. */ #name = "";
  /** Name of the run whose files it took alone. */ #earlier = "";

  connectedCallback() {
    for (const [name, file] of Object.entries(FILES)) {
      part(this, name, HTMLButtonElement).addEventListener("click", () => send(this, "get", file));
    }
    part(this, "encrypt", HTMLButtonElement).addEventListener("click", () => send(this, "encrypt-zip", this.#name));
    part(this, "send", HTMLButtonElement).addEventListener("click", () => send(this, "send-run", this.#name));
    part(this, "search", HTMLButtonElement).addEventListener("click", () => send(this, "search-results"));
    part(this, "look-through", HTMLButtonElement).addEventListener("click", () =>
      send(this, "look-through", this.#name),
    );
    part(this, "list", HTMLButtonElement).addEventListener("click", () => send(this, "show-unwritten", this.#name));
    part(this, "earlier", HTMLButtonElement).addEventListener("click", () =>
      send(this, "show-unwritten", this.#earlier),
    );
    part(this, "again", HTMLButtonElement).addEventListener("click", () => send(this, "again"));
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["phase", "pick", "results"], ({ phase, results, order, found }) => {
      if (phase !== "finished") this.#begin();
      else if (results && order) this.#end(results, order, found?.kinds ?? []);
    });
    store.subscribe(["progress"], ({ progress }) => progress && this.#update(progress));
    one(this, "patient-list", PatientList).follow(store);
    one(this, "zip-progress", ZipProgress).follow(store, "results");
    followNotes(this, store, "results");
  }

  #begin() {
    noteOf(this).clear();
    part(this, "status", HTMLElement).textContent = "";
    this.#total = 0;
    this.#unwritten.begin();
  }

  /** @param {Progress} progress */
  #update(progress) {
    this.#total = progress.total;
    this.#unwritten.add(progress.unwritten);
  }

  /**
   * @param {RunSummary} summary
   * @param {import("../state.js").Order} order
   * @param {import("../../worker/shared/protocol/files.js").Found["kinds"]} kinds
   */
  #end(summary, { output, linkage, policy, only }, kinds) {
    const { counts, error, name, end } = summary;
    this.#name = name;
    this.#earlier = only?.run ?? "";
    this.dataset.end = isWhole(summary) ? "whole" : "partly";
    part(this, "status", HTMLElement).textContent = endOf(summary);
    part(this, "where", HTMLElement).replaceChildren(...this.#where(summary, output?.name ?? null));
    part(this, "only", HTMLElement).hidden = !only;
    for (const zip of ["zip", "encrypt"]) part(this, zip, HTMLButtonElement).disabled = counts.written === 0;
    part(this, "search", HTMLButtonElement).hidden = counts.written === 0;
    part(this, "look-through", HTMLButtonElement).hidden = counts.written === 0 || end !== "finished";
    const maySend = pacsAddress() !== "" && counts.written > 0 && end === "finished";
    part(this, "send", HTMLButtonElement).hidden = !maySend;
    for (const name of ["linkage", "linkage-hint"]) part(this, name, HTMLElement).hidden = !linkage;
    if (error) noteOf(this).show(error);
    const left = counts.withheld + counts.skipped + counts.failed;
    part(this, "list", HTMLButtonElement).hidden = left === 0;
    part(this, "list", HTMLButtonElement).textContent = `Files not written (${count(left)})`;
    this.#unwritten.show({ name, policy, kinds });
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
