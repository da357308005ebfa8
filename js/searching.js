// @ts-check
/** Searching: which indexes there are, opening them when they are wanted, and what is done with what was found. */
import * as Comlink from "../vendor/comlink.mjs";
import { Catalogue } from "./catalogue.js";
import { counted } from "./format.js";
import { AskFirst } from "./panels/ask.js";
import { farness } from "./panels/index-status.js";
import { KeptIndex } from "./panels/kept-index.js";
import { ZipProgress } from "./panels/packing.js";
import { SeriesSearch } from "./panels/search.js";
import { one } from "./parts.js";
import { Problem } from "./problem.js";
import { save } from "./saving.js";
import { listAsCsv } from "./series-csv.js";
import { goTo } from "./steps.js";

/**
 * @typedef {import("../worker/protocol.js").IndexOf} IndexOf
 * @typedef {import("./panels/search.js").Source} Source
 * @typedef {import("./panels/search.js").Wish} Wish
 */

/** @type {IndexOf} */
const ORIGINALS = { kind: "originals" };
const NAMES_PATIENTS = "It names patients: whoever gets the file can read their names, dates and descriptions.";

/** @param {IndexOf} of */
const idOf = (of) => (of.kind === "run" ? of.name : "");

export class Searching {
  #session;
  #threads;
  #found;
  #panel = one(document, "series-search", SeriesSearch);
  #kept = one(document, "kept-index", KeptIndex);
  #ask = one(document, "ask-first", AskFirst);
  /** @type {Map<string, Catalogue>} those that are open, by the id of their source */ #open = new Map();
  /** Id of the source that is shown. */ #wanted = "";
  /** @type {Promise<unknown>} one index is opened after the other */ #before = Promise.resolve();

  /**
   * @param {import("./session.js").Session} session
   * @param {{files: import("./files.js").Files, pool: import("./pool.js").Pool}} threads
   * @param {import("./app.js").Panels} panels
   */
  constructor(session, threads, panels) {
    this.#session = session;
    this.#threads = threads;
    this.#found = panels.found;
    Catalogue.kept().then((kept) => this.#session.label || this.#kept.show(kept));
  }

  /** Opens the panel on an index. @param {IndexOf} of @param {{start?: boolean}} [options]   start: brings it up to date */
  async search(of, { start = false } = {}) {
    const sources = await this.#sources(of);
    const source = /** @type {Source} */ (sources.find(({ id }) => id === idOf(of)));
    this.#wanted = source.id;
    this.#panel.open(sources, source);
    this.#panel.show(source, null);
    this.closed();
    const catalogue = await this.#catalogue(of);
    if (this.#wanted !== source.id || !this.#panel.isOpen) return this.closed();
    this.#panel.show(source, catalogue);
    if (start && source.mayStart && !catalogue.status.running) await this.start();
  }

  /** Reads the headers of the index that is shown. */
  async start() {
    const [id, catalogue] = [this.#wanted, this.#open.get(this.#wanted)];
    await catalogue?.start().catch((error) => {
      if (this.#open.get(id) === catalogue) throw error; // else it was let go of meanwhile
    });
  }

  async stop() {
    this.#open.get(this.#wanted)?.stop();
  }

  /** What nobody looks at and nothing is read into is let go of, with its worker. */
  closed() {
    for (const [id, catalogue] of this.#open) {
      if (catalogue.status.running || (this.#panel.isOpen && id === this.#wanted)) continue;
      this.#open.delete(id);
      catalogue.close();
    }
  }

  /** Other files were picked: what is open is of others. */
  async picked() {
    this.#kept.show(null);
    this.#panel.forget(idOf(ORIGINALS));
    const open = this.#open.get(idOf(ORIGINALS));
    this.#open.delete(idOf(ORIGINALS));
    open?.stop();
    open?.close();
  }

  /** A run is deleted: its index goes with it. @param {string} name */
  async runDeleted(name) {
    this.#panel.forget(name);
    this.#open.get(name)?.close();
    this.#open.delete(name);
  }

  /** Only the ticked series take part in the next run. @param {Wish} wish */
  async take({ catalogue, keys }) {
    const files = await catalogue.files(keys);
    await this.#session.take(files.map(({ index }) => index).filter((index) => index !== null));
    this.#panel.close();
    goTo("found", { focus: true });
  }

  /** @param {Wish} wish */
  async zip({ source, catalogue, keys }) {
    const packing = one(this.#panel, "zip-progress", ZipProgress);
    if (packing.busy) return;
    packing.update(0, 0);
    try {
      const files = await catalogue.files(keys);
      const report = Comlink.proxy((/** @type {number} */ done, /** @type {number} */ total) =>
        packing.update(done, total),
      );
      const paths = files.map(({ path }) => path);
      save(await this.#threads.files.zip(source.id, report, paths), `${source.id}-series.zip`);
    } catch {
      throw new Problem("NOT_SAVED");
    } finally {
      packing.end();
    }
  }

  /** @param {Wish} wish */
  async csv({ source, catalogue, query }) {
    if (!(await this.#mayLeave(source, "Save this list?"))) return;
    save(await listAsCsv(catalogue, query), source.id ? `${source.id}-series.csv` : "series-naming-patients.csv");
  }

  /** @param {Wish} wish */
  async save({ source, catalogue }) {
    if (!(await this.#mayLeave(source, "Save this index?"))) return;
    save(await catalogue.save(), source.id ? `${source.id}-index.sqlite` : "index-naming-patients.sqlite");
  }

  /** Of originals nothing leaves the browser unasked. @param {Source} source @param {string} title */
  async #mayLeave({ of }, title) {
    return of.kind === "run" || this.#ask.ask({ title, text: NAMES_PATIENTS, yes: "Save it" });
  }

  /** @param {{source: Source, catalogue: Catalogue}} wish */
  async delete({ source, catalogue }) {
    const what = `The index of ${counted(catalogue.status.series, "series", "series")} and its thumbnails are deleted from this browser.`;
    const stays = source.of.kind === "run" ? "The results stay." : "Your files stay as they are.";
    const title = "Delete this index?";
    if (!(await this.#ask.ask({ title, text: `${what} ${stays}`, yes: "Delete", danger: true }))) return;
    catalogue.stop();
    await catalogue.delete();
    this.#open.delete(source.id);
    this.#panel.forget(source.id);
    catalogue.close();
    this.#kept.show(null);
  }

  /** The index that was offered after a reload. */
  async deleteKept() {
    const source = this.#originals();
    await this.delete({ source, catalogue: await this.#catalogue(ORIGINALS) });
    this.closed();
  }

  /** @param {IndexOf} of */
  async #catalogue(of) {
    const id = idOf(of);
    const known = this.#open.get(id);
    if (known) return known;
    const opening = this.#before.then(() => this.#open.get(id) ?? this.#opened(id, of));
    this.#before = opening.catch(() => {});
    return opening;
  }

  /** @param {string} id @param {IndexOf} of */
  async #opened(id, of) {
    const catalogue = await Catalogue.open(this.#threads.pool, this.#threads.files, of);
    this.#open.set(id, catalogue);
    catalogue.addEventListener("change", () => {
      if (of.kind === "originals") this.#found.indexing(catalogue.status.running ? farness(catalogue.status) : "");
      if (!catalogue.status.running) this.closed();
    });
    return catalogue;
  }

  /** What can be searched: originals that are picked or kept, and the runs in private storage. @param {IndexOf} of */
  async #sources(of) {
    const originals =
      of.kind === "originals" || this.#session.label || (await Catalogue.kept()) ? [this.#originals()] : [];
    const runs = (await this.#threads.files.runs()).filter(
      ({ place, files, open }) => place === "private" && files > 0 && !open,
    );
    return [
      ...originals,
      ...runs.map(({ name }) => {
        /** @type {Source} */
        const source = {
          id: name,
          of: { kind: "run", name },
          label: `Results of ${name}`,
          mayStart: true,
          mayTake: false,
        };
        return source;
      }),
    ];
  }

  /** @returns {Source} */
  #originals() {
    const { label, mayTake } = this.#session;
    return {
      id: idOf(ORIGINALS),
      of: ORIGINALS,
      label: `Originals${label ? `: ${label}` : ""}`,
      mayStart: label !== "",
      mayTake,
    };
  }
}
