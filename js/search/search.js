// @ts-check
/** Search: indexes are opened when they are wanted, and let go of; acts on what is wanted of the series that were found. */
import { Catalogue } from "../index/client.js";
import { idOf } from "../index/open-indexes.js";
import { on, send } from "../intents.js";
import { AskFirst } from "../page/confirm.js";
import { one } from "../page/dom.js";
import { counted } from "../page/format.js";
import { actOn, noteFrom } from "../page/notes.js";
import { Problem } from "../page/problem.js";
import { goTo } from "../page/steps.js";
import { Imaging } from "../threads/imaging.js";
import { MakeThumbnails } from "../thumbnails/dialog.js";
import { Thumbnails } from "../thumbnails/thumbnails.js";
import { SeriesViewer } from "../viewer/panel.js";
import { SeriesSearch } from "./dialog.js";
import { KeptIndex } from "./kept-index.js";
import { saveCsv, saveIndex, saveSeries } from "./series-saving.js";
import { LIBRARY, mayTake, ORIGINALS, sourceOf, sourcesOf } from "./sources.js";

/**
 * @typedef {import("../../worker/shared/protocol/index.js").IndexOf} IndexOf
 * @typedef {import("./sources.js").Source} Source
 * @typedef {import("../intents.js").Wish} Wish
 */

export class Search {
  #threads;
  #store;
  #indexes;
  #panel = one(document, "series-search", SeriesSearch);
  #ask = one(document, "ask-first", AskFirst);
  #maker = one(document, "make-thumbnails", MakeThumbnails);
  #viewer = one(document, "series-viewer", SeriesViewer);
  /** @type {Thumbnails | null} of the index that is shown, if pictures were asked for */ #pictures = null;
  #wantsPictures = false;
  /** Whether the dialog is open. */ #isShown = false;
  /** What the index that is shown is of. */ #wanted = ORIGINALS;

  /**
   * @param {{files: import("../threads/files.js").Files, pool: import("../threads/pool.js").Pool}} threads
   * @param {import("../state.js").Store} store
   * @param {import("../index/open-indexes.js").OpenIndexes} indexes
   */
  constructor(threads, store, indexes) {
    this.#threads = threads;
    this.#store = store;
    this.#indexes = indexes;
    one(document, "kept-index", KeptIndex).follow(store);
    this.#panel.follow(store);
    store.subscribe(["pick"], () => this.#picked());
    Catalogue.kept().then((kept) => store.update({ kept }));
    this.#listen();
  }

  #listen() {
    const store = this.#store;
    actOn(store, "search-originals", "found", () => this.#search(ORIGINALS, true));
    actOn(store, "search-results", "results", () => this.#search(resultsOf(store.state.order?.name ?? ""), true));
    actOn(store, "search-run", "stored", (name) => this.#search(resultsOf(name), true));
    actOn(store, "search-kept", "search", () => this.#search(ORIGINALS));
    actOn(store, "search-library", "library", () => this.#search(LIBRARY));
    actOn(store, "search-in", "search", (of) => this.#search(of));
    actOn(store, "index-start", "search", () => this.#start());
    actOn(store, "index-stop", "search", () => this.#shown?.stop());
    actOn(store, "search-closed", "search", () => this.#closed());
    actOn(store, "search-take", "search", (wish) => this.#take(wish));
    actOn(store, "search-zip", "search", ({ of, keys }) => saveSeries(this.#of(of), keys, this.#threads.files, store));
    actOn(store, "search-look", "search", (wish) => this.#look(wish));
    actOn(store, "search-pictures", "search", ({ of }) => this.#togglePictures(this.#of(of)));
    actOn(store, "search-thumbnails", "search", (wish) => this.#thumbnails(wish));
    actOn(store, "search-csv", "search", ({ of, query }) => saveCsv(this.#of(of), query));
    actOn(store, "search-save", "search", ({ of }) => saveIndex(this.#of(of)));
    actOn(store, "search-delete", "search", ({ of }) => this.#delete(this.#of(of)));
    actOn(store, "delete-kept", "choose", () => this.#deleteKept());
    actOn(store, "delete-runs", "stored", (names) => this.#runsDeleted(names));
    // A series that had no picture may have one now.
    on("thumbnails-closed", () => this.#pictures && this.#panel.picture(this.#pictures));
  }

  /** The open index of a source. Throws a Problem when it was let go of meanwhile. @param {IndexOf} of */
  #of(of) {
    const catalogue = this.#indexes.get(of);
    if (!catalogue) throw new Problem("INDEX_FAILED");
    return catalogue;
  }

  /** The open index that is shown. */
  get #shown() {
    return this.#indexes.get(this.#wanted);
  }

  /** Opens the panel on an index. @param {IndexOf} of @param {boolean} [start]   brings it up to date */
  async #search(of, start = false) {
    const source = sourceOf(this.#store.state, of);
    this.#wanted = of;
    this.#unpicture();
    this.#isShown = true;
    this.#store.note("search", null);
    this.#panel.open();
    this.#panel.offer([source], source);
    this.#panel.show(source, null, { opening: true });
    this.#indexes.hold(this, of);
    await this.#show(source, start).catch((error) => this.#failed(source, error));
  }

  /** @param {Source} source @param {boolean} start */
  async #show(source, start) {
    const sources = await sourcesOf(this.#store.state, this.#threads.files, source.of);
    if (idOf(this.#wanted) !== source.id) return;
    if (!sources.some(({ id }) => id === source.id)) throw new Problem("NO_RUN");
    this.#panel.offer(sources, source);
    const catalogue = await this.#indexes.open(source.of);
    if (idOf(this.#wanted) !== source.id || !this.#isShown)
      return this.#indexes.hold(this, this.#isShown ? this.#wanted : null);
    this.#panel.show(source, catalogue);
    if (this.#wantsPictures) this.#picture(catalogue);
    if (start && source.mayStart && !catalogue.status.running) await this.#start();
  }

  /** @param {Source} source @param {unknown} error */
  #failed(source, error) {
    if (idOf(this.#wanted) !== source.id) return;
    if (!this.#indexes.get(source.of)) this.#panel.show(source, null);
    this.#store.note("search", noteFrom(error));
  }

  /** Reads the headers of the index that is shown. */
  async #start() {
    const catalogue = this.#shown;
    await catalogue?.start().catch((error) => {
      if (this.#indexes.get(catalogue.of) === catalogue) throw error; // else it was let go of meanwhile
    });
  }

  /** Pictures in the list from now on, or no more. @param {Catalogue} catalogue */
  #togglePictures(catalogue) {
    this.#wantsPictures = !this.#wantsPictures;
    if (this.#wantsPictures) this.#picture(catalogue);
    else this.#unpicture();
  }

  /** Opens the viewer for a series, with a worker of its own: that of the small pictures is let go of. @param {{of: IndexOf, query: string, key: string}} wish */
  async #look({ of, query, key }) {
    this.#pictures?.close();
    const catalogue = this.#of(of);
    await this.#viewer.show(catalogue, key, await catalogue.keys(query));
  }

  /** Makes the thumbnails of all frames: of the ticked series, or of all that match. @param {Wish} wish */
  async #thumbnails({ of, keys, query }) {
    const catalogue = this.#of(of);
    this.#pictures?.close();
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

  #closed() {
    this.#isShown = false;
    this.#unpicture();
    this.#indexes.hold(this, null);
  }

  /** Other files were picked: what is open is of others. */
  #picked() {
    Catalogue.kept().then((kept) => this.#store.update({ kept }));
    this.#panel.forget(idOf(ORIGINALS));
    this.#indexes.get(ORIGINALS)?.stop();
    this.#indexes.close(ORIGINALS);
  }

  /** Runs are deleted: their indexes go with them. @param {string[]} names */
  #runsDeleted(names) {
    for (const name of names) {
      this.#panel.forget(name);
      this.#indexes.close(resultsOf(name));
    }
  }

  /** Only the ticked series take part in the next run. @param {Wish} wish */
  async #take({ of, keys }) {
    const indexes = (await this.#of(of).files(keys)).map(({ index }) => index).filter((index) => index !== null);
    if (indexes.length === 0) throw new Problem("NOT_CHOSEN");
    if (!mayTake(this.#store.state)) throw new Problem("RUN_GOES_ON");
    const { kinds } = this.#store.state.leftOut; // what was decided about kinds of files holds for these series, too
    send(this.#panel, "studies-chosen", await this.#threads.files.others(indexes, kinds));
    this.#panel.close();
    goTo("found", { focus: true });
  }

  /** Deletes an index, if the person agrees. @param {Catalogue} catalogue */
  async #delete(catalogue) {
    const { of } = catalogue;
    const what = `The index of ${counted(catalogue.status.series_count, "series", "series")} and its thumbnails are deleted from this browser.`;
    const stays = of.kind === "run" ? "The results stay." : "Your files stay as they are.";
    const title = "Delete this index?";
    if (!(await this.#ask.ask({ title, text: `${what} ${stays}`, yes: "Delete", danger: true }))) return;
    catalogue.stop();
    await catalogue.delete();
    this.#panel.forget(idOf(of));
    this.#indexes.close(of);
    if (of.kind === "originals") this.#store.update({ kept: null });
  }

  /** The index that was offered after a reload. */
  async #deleteKept() {
    await this.#delete(await this.#indexes.open(ORIGINALS));
    this.#indexes.hold(this, null);
  }
}

/** @param {string} name   of a run @returns {IndexOf} */
const resultsOf = (name) => ({ kind: "run", name });
