// @ts-check
/** Files taken out of a run folder, of the last run or of a stored one: ZIP, audit, log, linkage file; the list of stored runs. */
import { on } from "../intents.js";
import { storageUse } from "../page/capabilities.js";
import { forgetHandles, forgetOthers } from "../page/kept-handles.js";
import { noteWith } from "../page/notes.js";
import { Problem } from "../page/problem.js";
import { save } from "../page/save-file.js";
import { saveZip } from "./packing.js";

/**
 * @typedef {import("../intents.js").RunFile} RunFile
 * @typedef {import("../state.js").Place} Place
 */

/** In so many milliseconds the locks of a tab that was closed or killed are free. */
const LOCK_MILLISECONDS = 3000;

export class Downloads {
  #files;
  #store;

  /** @param {import("../threads/files.js").Files} files @param {import("../state.js").Store} store */
  constructor(files, store) {
    this.#files = files;
    this.#store = store;
    on("get", (file) => this.#try("results", () => this.#get(store.state.order?.name ?? "", file, "results")));
    on("get-stored", ({ name, file }) => this.#try("stored", () => this.#get(name, file, "stored")));
    on("delete-runs", (names) => this.#try("stored", () => this.#delete(names)));
    on("view-shown", (view) => view === "runs" && store.state.phase !== "running" && this.#list());
    on("resume-later", () => this.#list());
    on("runs-changed", () => this.#list());
    store.subscribe(["results"], ({ results }) => results && this.#list());
    this.#list().then(() => {
      // A run that another tab held when it was killed is one to go on with.
      if (store.state.runs.some(({ open }) => open)) setTimeout(() => this.#list(), LOCK_MILLISECONDS);
    });
  }

  /** Lists the runs in private storage, and forgets the handles of those that are gone. */
  async #list() {
    const stored = await this.#files.runs().catch(() => []);
    const { phase, order } = this.#store.state;
    const runs = stored.filter(({ name }) => !(phase === "running" && name === order?.name));
    this.#store.update({ runs, storage: await storageUse().catch(() => null) });
    await forgetOthers(runs.map(({ name }) => name)).catch(() => {});
  }

  /** @param {Place} place @param {() => Promise<unknown>} act */
  async #try(place, act) {
    this.#store.note(place, null);
    await act().catch(() => this.#store.note(place, noteWith("NOT_SAVED")));
  }

  /** @param {string} name   of the run @param {RunFile} file @param {Place} place */
  async #get(name, file, place) {
    if (file === "zip") return saveZip(this.#store, place, (report) => this.#files.zip(name, report), `${name}.zip`);
    const linkage = file === "linkage";
    const made = linkage ? await this.#files.linkage(name) : await this.#files.read(name, file);
    if (!made) throw new Problem("NOT_SAVED");
    save(made, linkage ? `${name}.linkage` : `${name}-${file}`);
  }

  /** @param {string[]} names */
  async #delete(names) {
    let whole = true;
    for (const name of names) {
      whole = (await this.#files.remove(name)) && whole;
      await forgetHandles(name).catch(() => {});
    }
    await this.#list();
    if (!whole) this.#store.note("stored", noteWith("RUN_OPEN"));
  }
}
