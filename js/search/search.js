// @ts-check
/** Search: indexes are opened when they are wanted, and let go of; acts on what is wanted of the series that were found. */
import { Catalogue } from "../index/client.js";
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
import { farness } from "./index-status.js";
import { KeptIndex } from "./kept-index.js";
import { saveCsv, saveIndex, saveSeries } from "./series-saving.js";
import { idOf, mayTake, ORIGINALS, sourceOf, sourcesOf } from "./sources.js";

/**
 * @typedef {import("../../worker/shared/protocol/index.js").IndexOf} IndexOf
 * @typedef {import("./sources.js").Source} Source
 * @typedef {import("../intents.js").Wish} Wish
 */

export class Search {
  #threads;
  #store;
  #panel = one(document, "series-search", SeriesSearch);
  #ask = one(document, "ask-first", AskFirst);
  #maker = one(document, "make-thumbnails", MakeThumbnails);
  #viewer = one(document, "series-viewer", SeriesViewer);
  /** @type {Map<string, Catalogue>} those that are open, by the id of their source */ #open = new Map();
  /** @type {Thumbnails | null} of the index that is shown, if pictures were asked for */ #pictures = null;
  #wantsPictures = false;
  /** Whether the dialog is open. */ #isShown = false;
  /** Id of the source that is shown. */ #wanted = "";
  /** @type {Promise<unknown>} one index is opened after the other */ #before = Promise.resolve();

  /**
   * @param {{files: import("../threads/files.js").Files, pool: import("../threads/pool.js").Pool}} threads
   * @param {import("../state.js").Store} store
   */
  constructor(threads, store) {
    this.#threads = threads;
    this.#store = store;
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
    actOn(store, "search-in", "search", (of) => this.#search(of));
    actOn(store, "index-start", "search", () => this.#start());
    actOn(store, "index-stop", "search", () => this.#open.get(this.#wanted)?.stop());
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
    const catalogue = this.#open.get(idOf(of));
    if (!catalogue) throw new Problem("INDEX_FAILED");
    return catalogue;
  }

  /** Opens the panel on an index. @param {IndexOf} of @param {boolean} [start]   brings it up to date */
  async #search(of, start = false) {
    const source = sourceOf(this.#store.state, of);
    this.#wanted = source.id;
    this.#unpicture();
    this.#isShown = true;
    this.#store.note("search", null);
    this.#panel.open();
    this.#panel.offer([source], source);
    this.#panel.show(source, null, { opening: true });
    this.#letGo();
    await this.#show(source, start).catch((error) => this.#failed(source, error));
  }

  /** @param {Source} source @param {boolean} start */
  async #show(source, start) {
    const sources = await sourcesOf(this.#store.state, this.#threads.files, source.of);
    if (this.#wanted !== source.id) return;
    if (!sources.some(({ id }) => id === source.id)) throw new Problem("NO_RUN");
    this.#panel.offer(sources, source);
    const catalogue = await this.#catalogue(source.of);
    if (this.#wanted !== source.id || !this.#isShown) return this.#letGo();
    this.#panel.show(source, catalogue);
    if (this.#wantsPictures) this.#picture(catalogue);
    if (start && source.mayStart && !catalogue.status.running) await this.#start();
  }

  /** @param {Source} source @param {unknown} error */
  #failed(source, error) {
    if (this.#wanted !== source.id) return;
    if (!this.#open.has(source.id)) this.#panel.show(source, null);
    this.#store.note("search", noteFrom(error));
  }

  /** Reads the headers of the index that is shown. */
  async #start() {
    const [id, catalogue] = [this.#wanted, this.#open.get(this.#wanted)];
    await catalogue?.start().catch((error) => {
      if (this.#open.get(id) === catalogue) throw error; // else it was let go of meanwhile
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
    this.#letGo();
  }

  /** Lets go of each index that nobody looks at and nothing is read into, with its worker. */
  #letGo() {
    for (const [id, catalogue] of this.#open) {
      if (catalogue.status.running || (this.#isShown && id === this.#wanted)) continue;
      this.#open.delete(id);
      catalogue.close();
    }
  }

  /** Other files were picked: what is open is of others. */
  #picked() {
    Catalogue.kept().then((kept) => this.#store.update({ kept }));
    this.#panel.forget(idOf(ORIGINALS));
    const open = this.#open.get(idOf(ORIGINALS));
    this.#open.delete(idOf(ORIGINALS));
    open?.stop();
    open?.close();
  }

  /** Runs are deleted: their indexes go with them. @param {string[]} names */
  #runsDeleted(names) {
    for (const name of names) {
      this.#panel.forget(name);
      this.#open.get(name)?.close();
      this.#open.delete(name);
    }
  }

  /** Only the ticked series take part in the next run. @param {Wish} wish */
  async #take({ of, keys }) {
    const indexes = (await this.#of(of).files(keys)).map(({ index }) => index).filter((index) => index !== null);
    if (indexes.length === 0) throw new Problem("NOT_CHOSEN");
    if (!mayTake(this.#store.state)) throw new Problem("RUN_GOES_ON");
    send(this.#panel, "studies-chosen", await this.#threads.files.others(indexes));
    this.#panel.close();
    goTo("found", { focus: true });
  }

  /** Deletes an index, if the person agrees. @param {Catalogue} catalogue */
  async #delete(catalogue) {
    const { of } = catalogue;
    const what = `The index of ${counted(catalogue.status.series, "series", "series")} and its thumbnails are deleted from this browser.`;
    const stays = of.kind === "run" ? "The results stay." : "Your files stay as they are.";
    const title = "Delete this index?";
    if (!(await this.#ask.ask({ title, text: `${what} ${stays}`, yes: "Delete", danger: true }))) return;
    catalogue.stop();
    await catalogue.delete();
    this.#open.delete(idOf(of));
    this.#panel.forget(idOf(of));
    catalogue.close();
    if (of.kind === "originals") this.#store.update({ kept: null });
  }

  /** The index that was offered after a reload. */
  async #deleteKept() {
    await this.#delete(await this.#catalogue(ORIGINALS));
    this.#letGo();
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
    catalogue.changed.listen(() => {
      const { running } = catalogue.status;
      if (of.kind === "originals") this.#store.update({ indexing: running ? farness(catalogue.status) : "" });
      if (!running) this.#letGo();
    });
    return catalogue;
  }
}

/** @param {string} name   of a run @returns {IndexOf} */
const resultsOf = (name) => ({ kind: "run", name });
