// @ts-check
/** <stored-runs>: the runs in this page's private storage, there after a reload too, to be downloaded, gone on with or deleted. */

import { send } from "../intents.js";
import { copyOf, one, part } from "../page/dom.js";
import { bytes, count, counted, doneOf } from "../page/format.js";
import { followNotes } from "../page/notes.js";
import { ZipProgress } from "./zip-progress.js";

/** @typedef {import("../../worker/shared/protocol/files.js").StoredRun} StoredRun */

const TITLES = /** @type {const} */ ({
  "go-on": "Go on",
  search: "Search",
  zip: "ZIP",
  "audit.csv": "Audit CSV",
  "output.log": "Log",
  unwritten: "Files not written",
  linkage: "Linkage file",
  delete: "Delete",
});

/** @typedef {keyof typeof TITLES} Get */

export class StoredRuns extends HTMLElement {
  /** @type {StoredRun | null} */
  #doomed = null;

  connectedCallback() {
    const dialog = part(this, "dialog", HTMLDialogElement);
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "delete" && this.#doomed) send(this, "delete-run", this.#doomed.name);
      this.#doomed = null;
    });
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["runs"], ({ runs }) => this.#show(runs));
    one(this, "zip-progress", ZipProgress).follow(store, "stored");
    followNotes(this, store, "stored");
  }

  /** @param {StoredRun[]} runs */
  #show(runs) {
    const newestFirst = [...runs].sort((a, b) => (a.name < b.name ? 1 : -1));
    part(this, "runs", HTMLElement).replaceChildren(...newestFirst.map((run) => this.#item(run)));
    this.hidden = runs.length === 0;
  }

  /** @param {StoredRun} run */
  #item(run) {
    const item = copyOf("stored", HTMLLIElement);
    one(item, ".stored-name", HTMLElement).textContent = run.name;
    one(item, ".stored-about", HTMLElement).textContent = aboutOf(run);
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
    else if (get === "delete") this.#ask(run);
    else if (get === "unwritten") send(this, "show-unwritten", run.name);
    else if (get === "search") send(this, "search-run", run.name);
    else send(this, "get-stored", { name: run.name, file: get });
  }

  /** @param {StoredRun} run */
  #ask(run) {
    this.#doomed = run;
    const dialog = part(this, "dialog", HTMLDialogElement);
    dialog.returnValue = "";
    const stays = run.place === "folder" ? " What is in the output folder stays there." : "";
    part(this, "delete-text", HTMLElement).textContent =
      `${run.name}: ${aboutOf(run)}. This cannot be taken back.${stays} Your originals stay as they are.`;
    dialog.showModal();
  }
}

const ELSEWHERE = "; the results are in the folder that you chose";

/** @param {StoredRun} run */
function aboutOf({ files, bytes: size, finished, done, open, begun, place, linkage }) {
  if (linkage === "alone") return `linkage file${ELSEWHERE}`;
  const written = `${counted(files, "file")}, ${bytes(size)}${linkage ? ", linkage file" : ""}`;
  if (finished) return written + (place === "folder" ? ELSEWHERE : "");
  const where = place === "folder" ? ", in its output folder" : "";
  const rest = begun ? `, not finished: ${doneOf(done, begun.total)}` : ", not finished";
  return `${written}${where}${rest}${open ? "; open in another tab" : ""}`;
}

/** @param {Get} get @param {StoredRun} run */
function mayGet(get, { place, open, begun, linkage, files, unwritten }) {
  if (get === "linkage") return linkage !== undefined && !open;
  if (get === "delete") return !open;
  if (linkage === "alone") return false;
  if (get === "unwritten") return unwritten > 0 && !open;
  if (get === "go-on") return begun !== null && !open;
  if (get === "search") return place === "private" && !open && files > 0;
  return get !== "zip" || place === "private";
}

customElements.define("stored-runs", StoredRuns);
