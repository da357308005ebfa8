// @ts-check
/** <stored-runs>: the runs in this page's private storage, there after a reload too, to be downloaded, gone on with or deleted. */

import { send } from "../intents.js";
import { AskFirst } from "../page/confirm.js";
import { copyOf, one, part } from "../page/dom.js";
import { bytes, count, counted, doneOf, moment } from "../page/format.js";
import { followNotes } from "../page/notes.js";
import { isWhole, outcomes } from "../page/outcome.js";
import { pacsAddress } from "../page/served.js";
import { ZipProgress } from "./zip-progress.js";

/** @typedef {import("../../worker/shared/protocol/files.js").StoredRun} StoredRun */

const TITLES = /** @type {const} */ ({
  "go-on": "Go on",
  "end-rejection": "Take the rejected ones out",
  "look-through": "Look through",
  search: "Search",
  zip: "ZIP",
  encrypted: "Encrypted ZIP",
  send: "Send",
  "audit.csv": "Audit CSV",
  "output.log": "Log",
  unwritten: "Files not written",
  linkage: "Linkage file",
  delete: "Delete",
});
/** Name of a run (js/run/run.js). */
const NAMED = /^dicom-deid-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2}).*$/;
const FOR_GOOD = "This cannot be taken back.";
const YOURS = "Your originals stay as they are.";

/** @typedef {keyof typeof TITLES} Get */

export class StoredRuns extends HTMLElement {
  /** @type {StoredRun[]} */ #runs = [];

  connectedCallback() {
    part(this, "delete-all", HTMLButtonElement).addEventListener("click", () => this.#deleteAll());
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["runs"], ({ runs }) => this.#show(runs));
    store.subscribe(["storage"], ({ storage }) => {
      part(this, "storage", HTMLElement).textContent =
        storage && `This page uses ${bytes(storage.used)} of this browser’s storage; ${bytes(storage.free)} are free.`;
    });
    one(this, "zip-progress", ZipProgress).follow(store, "stored");
    followNotes(this, store, "stored");
  }

  /** @param {StoredRun[]} runs */
  #show(runs) {
    this.#runs = [...runs].sort((a, b) => (a.name < b.name ? 1 : -1)); // newest first
    part(this, "runs", HTMLElement).replaceChildren(...this.#runs.map((run) => this.#item(run)));
    part(this, "none", HTMLElement).hidden = runs.length > 0;
    part(this, "delete-all", HTMLElement).hidden = this.#closed.length < 2;
  }

  /** Those that can be deleted. */
  get #closed() {
    return this.#runs.filter((run) => mayGet("delete", run));
  }

  /** @param {StoredRun} run */
  #item(run) {
    const item = copyOf("stored", HTMLLIElement);
    one(item, ".stored-source", HTMLElement).textContent = run.about?.source || "A run";
    one(item, "time", HTMLTimeElement).textContent = moment(begunAt(run.name));
    one(item, ".stored-name", HTMLElement).textContent = run.name;
    const about = one(item, ".stored-about", HTMLElement);
    about.textContent = aboutOf(run);
    about.toggleAttribute("data-short", !isWhole({ end: run.finished ? "finished" : "stopped", counts: run.counts }));
    one(item, ".stored-only", HTMLElement).textContent = onlyOf(run, this.#runs);
    one(item, ".stored-policy", HTMLElement).textContent = run.about?.policy ?? "";
    for (const get of /** @type {Get[]} */ (Object.keys(TITLES))) {
      const button = one(item, `[data-get="${get}"]`, HTMLButtonElement);
      button.hidden = !mayGet(get, run);
      button.setAttribute("aria-label", `${TITLES[get]} of ${run.name}`);
      if (get === "unwritten") button.textContent = `${TITLES[get]} (${count(run.unwritten)})`;
      button.addEventListener("click", () => this.#wish(get, run));
    }
    return item;
  }

  /** @param {Get} get @param {StoredRun} run */
  #wish(get, run) {
    if (get === "go-on") send(this, "go-on", run);
    else if (get === "delete") this.#delete(run);
    else if (get === "unwritten") send(this, "show-unwritten", run.name);
    else if (get === "search") send(this, "search-run", run.name);
    else if (get === "end-rejection") send(this, "end-rejection", run.name);
    else if (get === "look-through") send(this, "look-through", run.name);
    else if (get === "send") send(this, "send-run", run.name);
    else if (get === "encrypted") send(this, "encrypt-zip", run.name);
    else send(this, "get-stored", { name: run.name, file: get });
  }

  /** @param {StoredRun} run */
  async #delete(run) {
    const stays = run.place === "folder" ? " What is in the output folder stays there." : "";
    const text = `${run.name}: ${aboutOf(run)}. ${FOR_GOOD}${stays} ${YOURS}`;
    await this.#deleteIf({ title: "Delete this run?", text, yes: "Delete" }, [run]);
  }

  async #deleteAll() {
    const doomed = this.#closed;
    const files = doomed.reduce((sum, { counts }) => sum + counts.written, 0);
    const size = doomed.reduce((sum, run) => sum + run.bytes, 0);
    const linkages = doomed.filter(({ linkage }) => linkage).length;
    const what = [`${counted(doomed.length, "run")} with ${counted(files, "file")}`, bytes(size)];
    if (linkages > 0) what.push(counted(linkages, "linkage file"));
    const stays = doomed.some(({ place }) => place === "folder") ? " What is in output folders stays there." : "";
    const text = `${what.join(", ")}. ${FOR_GOOD}${stays} ${YOURS}`;
    await this.#deleteIf({ title: "Delete all runs?", text, yes: "Delete all" }, doomed);
  }

  /** @param {{title: string, text: string, yes: string}} question @param {StoredRun[]} doomed */
  async #deleteIf(question, doomed) {
    if (!(await one(document, "ask-first", AskFirst).ask({ ...question, danger: true }))) return;
    const names = doomed.map(({ name }) => name);
    send(this, "delete-runs", names);
    one(document, "#runs-title", HTMLElement).focus(); // the button goes
  }
}

const ELSEWHERE = "; the results are in the folder that you chose";
const STILL_THERE = ", and so are files that were rejected: the browser was closed before they were taken out";

/** When a run was begun, by its name, which is in UTC. @param {string} name */
export function begunAt(name) {
  return new Date(NAMED.test(name) ? name.replace(NAMED, "$1-$2-$3T$4:$5:$6Z") : "");
}

/** "the run of 21 Jun 2026, 09:30 (Folder “scans”)". @param {StoredRun} run */
export function whichOf({ name, about }) {
  return `the run of ${moment(begunAt(name)) || name}${about?.source ? ` (${about.source})` : ""}`;
}

/** @param {StoredRun} run */
export function aboutOf({ counts, bytes: size, finished, done, open, begun, place, linkage, rejecting }) {
  if (linkage === "alone") return `linkage file${ELSEWHERE}`;
  const parts = [`${counted(counts.written, "file")} written`, ...outcomes({ ...counts, written: 0 })];
  const written = `${parts.join(", ")}; ${bytes(size)}${linkage ? ", linkage file" : ""}`;
  if (finished) return written + (place === "folder" ? ELSEWHERE : "") + (rejecting ? STILL_THERE : "");
  const where = place === "folder" ? ", in its output folder" : "";
  const rest = begun ? `, not finished: ${doneOf(done, begun.total)}` : ", not finished";
  return `${written}${where}${rest}${open ? "; open in another tab" : ""}`;
}

/** Of a run over files that an earlier one had withheld: which one; "" of any other. @param {StoredRun} run @param {StoredRun[]} runs */
export function onlyOf({ about }, runs) {
  if (!about?.only) return "";
  const earlier = runs.find(({ name }) => name === about.only);
  const which = earlier
    ? [earlier.about?.source, moment(begunAt(about.only)), about.only].filter(Boolean).join(", ")
    : `${about.only}, which is not kept here any more`;
  return `Took only files that an earlier run had withheld: ${which}.`;
}

/** @param {Get} get @param {StoredRun} run */
function mayGet(get, { place, open, begun, linkage, counts, unwritten, finished, rejecting }) {
  if (get === "linkage") return linkage !== undefined && !open;
  if (get === "delete") return !open;
  if (linkage === "alone") return false;
  if (get === "unwritten") return unwritten > 0 && !open;
  if (get === "end-rejection") return rejecting && !open;
  if (get === "go-on") return begun !== null && !open;
  if (get === "send") return pacsAddress() !== "" && finished && !rejecting && !open && counts.written > 0;
  if (get === "search") return place === "private" && !open && counts.written > 0;
  if (get === "look-through") return place === "private" && !open && counts.written > 0 && finished;
  return (get !== "zip" && get !== "encrypted") || place === "private";
}

customElements.define("stored-runs", StoredRuns);
