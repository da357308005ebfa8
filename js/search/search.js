// @ts-check
/** Searching: indexes are opened when they are wanted, and let go of; and what is done with what was found. */
import { Catalogue } from "../index/client.js";
import { AskFirst } from "../page/confirm.js";
import { one } from "../page/dom.js";
import { counted } from "../page/format.js";
import { noteOf, Problem } from "../page/problem.js";
import { goTo } from "../page/steps.js";
import { Imaging } from "../threads/imaging.js";
import { MakeThumbnails } from "../thumbnails/dialog.js";
import { Thumbnails } from "../thumbnails/thumbnails.js";
import { SeriesSearch } from "./dialog.js";
import { farness } from "./index-status.js";
import { KeptIndex } from "./kept-index.js";
import { saveZip } from "./series-saving.js";
import { idOf, ORIGINALS, sourceOf, sourcesOf } from "./sources.js";

/**
 * @typedef {import("../../worker/shared/protocol/index.js").IndexOf} IndexOf
 * @typedef {import("./sources.js").Source} Source
 * @typedef {import("./dialog.js").Wish} Wish
 */

export class Searching {
  #session;
  #threads;
  #found;
  #panel = one(document, "series-search", SeriesSearch);
  #kept = one(document, "kept-index", KeptIndex);
  #ask = one(document, "ask-first", AskFirst);
  #maker = one(document, "make-thumbnails", MakeThumbnails);
  /** @type {Map<string, Catalogue>} those that are open, by the id of their source */ #open = new Map();
  /** @type {Thumbnails | null} of the index that is shown, if pictures were asked for */ #pictures = null;
  #wantsPictures = false;
  /** Id of the source that is shown. */ #wanted = "";
  /** @type {Promise<unknown>} one index is opened after the other */ #before = Promise.resolve();

  /**
   * @param {import("../session.js").Session} session
   * @param {{files: import("../threads/files.js").Files, pool: import("../threads/pool.js").Pool}} threads
   * @param {import("../app.js").Panels} panels
   */
  constructor(session, threads, panels) {
    this.#session = session;
    this.#threads = threads;
    this.#found = panels.found;
    // What had no picture may have one now.
    this.#maker.dialog.addEventListener("close", () => this.#pictures && this.#panel.picture(this.#pictures));
    Catalogue.kept().then((kept) => this.#session.label || this.#kept.show(kept));
  }

  /** Opens the panel on an index. @param {IndexOf} of @param {{start?: boolean}} [options]   start: brings it up to date */
  async search(of, { start = false } = {}) {
    const source = sourceOf(this.#session, of);
    this.#wanted = source.id;
    this.#unpicture();
    this.#panel.open();
    this.#panel.offer([source], source);
    this.#panel.show(source, null, { opening: true });
    this.closed();
    await this.#show(source, start).catch((error) => this.#failed(source, error));
  }

  /** @param {Source} source @param {boolean} start */
  async #show(source, start) {
    const sources = await sourcesOf(this.#session, this.#threads.files, source.of);
    if (this.#wanted !== source.id) return;
    if (!sources.some(({ id }) => id === source.id)) throw new Problem("NO_RUN");
    this.#panel.offer(sources, source);
    const catalogue = await this.#catalogue(source.of);
    if (this.#wanted !== source.id || !this.#panel.isOpen) return this.closed();
    this.#panel.show(source, catalogue);
    if (this.#wantsPictures) this.#picture(catalogue);
    if (start && source.mayStart && !catalogue.status.running) await this.start();
  }

  /** @param {Source} source @param {unknown} error */
  #failed(source, error) {
    if (this.#wanted !== source.id) return;
    if (!this.#open.has(source.id)) this.#panel.show(source, null);
    noteOf(this.#panel).showError(error);
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

  /** Pictures in the list from now on, or no more. @param {Wish} wish */
  async pictures({ catalogue }) {
    this.#wantsPictures = !this.#wantsPictures;
    if (this.#wantsPictures) this.#picture(catalogue);
    else this.#unpicture();
  }

  /** A series is looked at, with a worker of its own: that of the small pictures is let go of. */
  async looking() {
    this.#pictures?.close();
  }

  /** Those of all frames: of the ticked series, or of all that match. @param {Wish} wish */
  async thumbnails({ catalogue, keys, query }) {
    this.looking();
    this.#maker.ask(catalogue, keys.length > 0 ? keys : await catalogue.keys(query), this.#startImaging);
  }

  #startImaging = () => Imaging.start(this.#threads.pool, this.#threads.files);

  /** @param {Catalogue} catalogue */
  #picture(catalogue) {
    this.#pictures = new Thumbnails(catalogue, this.#startImaging);
    this.#panel.picture(this.#pictures);
  }

  #unpicture() {
    this.#panel.picture(null);
    this.#pictures?.close();
    this.#pictures = null;
  }

  /** What nobody looks at and nothing is read into is let go of, with its worker. */
  closed() {
    if (!this.#panel.isOpen) this.#unpicture();
    for (const [id, catalogue] of this.#open) {
      if (catalogue.status.running || (this.#panel.isOpen && id === this.#wanted)) continue;
      this.#open.delete(id);
      catalogue.close();
    }
  }

  /** Other files were picked: what is open is of others. */
  async picked() {
    this.#kept.show(null);
    Catalogue.kept().then((kept) => this.#found.offerIndex(kept !== null));
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
    const indexes = (await catalogue.files(keys)).map(({ index }) => index).filter((index) => index !== null);
    if (indexes.length === 0) throw new Problem("NOT_CHOSEN");
    await this.#session.take(indexes);
    this.#panel.close();
    goTo("found", { focus: true });
  }

  /** The results of the ticked series. @param {Wish} wish */
  zip(wish) {
    return saveZip(wish, this.#threads.files, this.#panel);
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
    if (source.of.kind === "run") return;
    this.#kept.show(null);
    this.#found.offerIndex(false);
  }

  /** The index that was offered after a reload. */
  async deleteKept() {
    const source = sourceOf(this.#session, ORIGINALS);
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
}
