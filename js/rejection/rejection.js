// @ts-check
/** Looking through the results of a run: its index is opened for the sheet, and what was rejected is taken out of the results. */

import { send } from "../intents.js";
import { AskFirst } from "../page/confirm.js";
import { one } from "../page/dom.js";
import { counted } from "../page/format.js";
import { handlesOf, keepOutput, mayUse } from "../page/kept-handles.js";
import { actOn } from "../page/notes.js";
import { Problem } from "../page/problem.js";
import { pickOutput } from "../pick/pick.js";
import { Imaging } from "../threads/imaging.js";
import { Thumbnails } from "../thumbnails/thumbnails.js";
import { SeriesViewer } from "../viewer/panel.js";
import { moved, REASON, withoutRejected } from "./counts.js";
import { ResultsSheet } from "./sheet.js";
import { Verdicts } from "./verdicts.js";

/** @typedef {import("../../worker/shared/protocol/files.js").Rejected} Rejected */

export class Rejection {
  #threads;
  #store;
  #indexes;
  #sheet = one(document, "results-sheet", ResultsSheet);
  #viewer = one(document, "series-viewer", SeriesViewer);
  /** Name of the run that is looked through; "": none. */ #name = "";
  /** @type {Map<string, Verdicts>} by the name of the run: they stay until the page is closed */ #verdicts = new Map();
  /** @type {Thumbnails | null} */ #pictures = null;

  /**
   * @param {{files: import("../threads/files.js").Files, pool: import("../threads/pool.js").Pool}} threads
   * @param {import("../state.js").Store} store
   * @param {import("../index/open-indexes.js").OpenIndexes} indexes
   */
  constructor(threads, store, indexes) {
    this.#threads = threads;
    this.#store = store;
    this.#indexes = indexes;
    this.#sheet.follow(store);
    actOn(store, "look-through", "rejection", (name) => this.#open(name));
    actOn(store, "look-through-closed", "rejection", () => this.#close());
    actOn(store, "look-through-series", "rejection", (key) => this.#look(key));
    actOn(store, "take-rejected-out", "rejection", () => this.#takeOut());
    actOn(store, "end-rejection", "stored", (name) => this.#end(name));
  }

  /** @param {string} name   of a run that has ended */
  async #open(name) {
    this.#store.note("rejection", null);
    this.#name = name;
    const verdicts = this.#verdicts.get(name) ?? new Verdicts();
    this.#verdicts.set(name, verdicts);
    this.#sheet.open(verdicts);
    this.#indexes.hold(this, this.#of);
    const catalogue = await this.#indexes.open(this.#of);
    if (this.#name !== name) return this.#indexes.hold(this, this.#name ? this.#of : null);
    const { pool, files } = this.#threads;
    this.#pictures = new Thumbnails(catalogue, () => Imaging.start(pool, files));
    this.#sheet.show(catalogue, this.#pictures);
    await catalogue.start();
  }

  /** @returns {import("../../worker/shared/protocol/index.js").IndexOf} */
  get #of() {
    return { kind: "run", name: this.#name };
  }

  #close() {
    this.#name = "";
    this.#pictures?.close();
    this.#pictures = null;
    this.#indexes.hold(this, null);
  }

  /** Opens a series in the viewer, with a worker of its own. @param {string} key */
  async #look(key) {
    const catalogue = this.#indexes.get(this.#of);
    if (!catalogue) throw new Problem("INDEX_FAILED");
    this.#pictures?.close();
    await this.#viewer.show(catalogue, key, this.#sheet.keys);
  }

  async #takeOut() {
    const [name, catalogue] = [this.#name, this.#indexes.get(this.#of)];
    const verdicts = this.#verdicts.get(name);
    if (!catalogue || !verdicts) throw new Problem("INDEX_FAILED");
    const keys = verdicts.rejected;
    const paths = (await catalogue.files(keys)).map(({ path }) => path);
    if (!(await one(document, "ask-first", AskFirst).ask(questionOf(keys.length, paths.length)))) return;
    this.#store.note("rejection", null);
    this.#sheet.busy(true);
    const { order } = this.#store.state;
    if (order?.name === name && order.output) await keepOutput(name, order.output).catch(() => {}); // it can then be ended
    try {
      const rejected = await this.#threads.files.reject(name, paths);
      verdicts.forget(keys);
      this.#tell(name, rejected);
      this.#sheet.say(`${counted(rejected.files, "file was", "files were")} taken out of the results.`);
      await catalogue.start();
    } finally {
      this.#sheet.busy(false);
    }
  }

  /** Takes out of a chosen folder what stayed there, since the browser was killed. In a click: it may ask. @param {string} name */
  async #end(name) {
    const output = (await handlesOf(name)).output ?? (await pickOutput());
    if (!output) return;
    if (!(await mayUse(output, "readwrite"))) throw new Problem("NOT_ALLOWED");
    await this.#threads.files.endRejection(name, output);
    send(document, "runs-changed");
  }

  /** The counts of the page follow. @param {string} name @param {Rejected} rejected */
  #tell(name, rejected) {
    const { results, progress } = this.#store.state;
    send(document, "runs-changed");
    if (results?.name !== name) return;
    const unwritten = rejected.originals.map((original) => ({ ...original, ...NOT_WRITTEN }));
    if (progress) {
      const counts = moved(progress.counts, rejected.files);
      this.#store.update({ progress: { ...progress, counts, studies: [], unwritten } });
    }
    this.#store.update({ results: withoutRejected(results, rejected) });
  }
}

const NOT_WRITTEN = { status: /** @type {const} */ ("withheld"), reason: REASON, kind: -1 };

/** @param {number} series @param {number} files */
function questionOf(series, files) {
  const what = `${counted(series, "series", "series")} with ${counted(files, "file")}`;
  const text = `${what}: their outputs are deleted, and the audit says that they were rejected. This cannot be taken back. Your originals stay as they are.`;
  return { title: "Take the rejected ones out?", text, yes: "Take them out", danger: true };
}
