// @ts-check
/**
 * <series-search>: a dialog over the page that searches one index at a time, while it is typed and while it is made.
 *
 * Ticks belong to an index and stay through all searches in it. The acts on them, and on the series that were found, are
 * sent as "search-take" and so on (WISHES), with a Wish, and done by search.js.
 */
import { on, send } from "../intents.js";
import { one, part } from "../page/dom.js";
import { count, counted } from "../page/format.js";
import { followNotes } from "../page/notes.js";
import { noteOf } from "../page/problem.js";
import { ZipProgress } from "../results/zip-progress.js";
import { IndexStatusLine } from "./index-status.js";
import { SeriesTable } from "./series-table.js";
import { Sorting, unknownOf } from "./sorting.js";
import { whyNotTaken } from "./sources.js";

/**
 * @typedef {import("../index/client.js").Catalogue} Catalogue
 * @typedef {import("./sources.js").Source} Source
 * @typedef {import("../../worker/shared/protocol/index.js").SeriesRow} SeriesRow
 */

/** Nothing is typed for so long before it is searched, in milliseconds. */
const PAUSE_MILLISECONDS = 80;
/** While headers are read, the list is brought up to date so often, in milliseconds. */
const REFRESH_MILLISECONDS = 1000;
const HOLDS = { originals: "Names patients; stays in this browser", "de-identified": "De-identified" };
/** The same of the library of a server. */
const HOLDS_THERE = { originals: "Has originals, which name patients", "de-identified": "De-identified" };
/** The act on ticked series, by the kind of index. */
const ACTS = { take: "originals", zip: "run", share: "server" };
const WISHES = /** @type {const} */ (["take", "zip", "share", "pictures", "thumbnails", "csv", "save", "delete"]);

export class SeriesSearch extends HTMLElement {
  /** @type {Source[]} */ #sources = [];
  /** @type {Source | null} */ #source = null;
  /** @type {Catalogue | null} */ #catalogue = null;
  /** @type {Map<string, Set<string>>} SeriesKeys that are ticked, by the id of the source */ #ticks = new Map();
  /** @type {number | undefined} */ #typing;
  /** @type {number | undefined} */ #refreshing;
  #opening = false;
  /** Rows of the answer that is shown. */ #total = 0;
  #sorting = new Sorting(this, () => this.#search());
  /** Stops listening to the index. */ #deafen = () => {};

  connectedCallback() {
    const query = part(this, "query", HTMLInputElement);
    query.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#search(), PAUSE_MILLISECONDS);
    });
    query.addEventListener("keydown", (event) => this.#key(event));
    part(this, "hints", HTMLElement).addEventListener("click", ({ target }) => {
      if (target instanceof HTMLElement && target.dataset.word) this.#insert(target.dataset.word);
    });
    part(this, "source", HTMLSelectElement).addEventListener("change", ({ target }) => {
      const { value } = /** @type {HTMLSelectElement} */ (target);
      const source = this.#sources.find(({ id }) => id === value);
      if (source) send(this, "search-in", source.of);
    });
    part(this, "close", HTMLButtonElement).addEventListener("click", () => this.close());
    this.#dialog.addEventListener("close", () => send(this, "search-closed"));
    this.#listenToTable();
    for (const wish of WISHES) {
      part(this, wish, HTMLButtonElement).addEventListener("click", () => this.#wish(wish));
    }
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    followNotes(this, store, "search");
    one(this, "zip-progress", ZipProgress).follow(store, "search");
  }

  #listenToTable() {
    const table = this.#table;
    this.#sorting.listen();
    part(this, "tick-all", HTMLButtonElement).addEventListener("click", () => this.#tickAll());
    part(this, "untick", HTMLButtonElement).addEventListener("click", () => this.#untick());
    on("series-tick-all", () => this.#tickAll(), table);
    on("series-ticked", () => this.#summarise(), table);
    on("series-counted", (total) => this.#counted(total), table);
    on("series-failed", ({ error }) => noteOf(this).showError(error), table);
    on("series-look", (row) => this.#look(row), table);
  }

  /** @param {number} total */
  #counted(total) {
    this.#total = total;
    this.#summarise();
  }

  open() {
    noteOf(this).clear();
    if (this.#dialog.open) return;
    this.#dialog.showModal();
    part(this, "query", HTMLInputElement).focus();
  }

  /** Offers sources to choose from. @param {Source[]} sources @param {Source} source   the one that is */
  offer(sources, source) {
    this.#sources = sources;
    const options = sources.map(({ id, label }) => new Option(label, id, false, id === source.id));
    part(this, "source", HTMLSelectElement).replaceChildren(...options);
  }

  /** @param {Source} source @param {Catalogue | null} catalogue   null: there is none, or not yet: it is opened */
  show(source, catalogue, { opening = false } = {}) {
    this.#leave();
    this.#opening = opening;
    const other = this.#source?.id !== source.id;
    this.#source = source;
    this.#catalogue = catalogue;
    if (!this.#ticks.has(source.id)) this.#ticks.set(source.id, new Set());
    this.#table.ticks = this.#ticked;
    const originals = source.of.kind === "originals";
    for (const [name, kind] of Object.entries(ACTS)) part(this, name, HTMLElement).hidden = kind !== source.of.kind;
    const own = source.of.kind !== "server"; // that of a server is not this browser's
    for (const name of ["more", "more-acts"]) part(this, name, HTMLElement).hidden = !own;
    const holds = part(this, "holds", HTMLElement);
    const held =
      source.of.kind === "server"
        ? (catalogue?.status.holds ?? "originals")
        : originals
          ? "originals"
          : "de-identified";
    holds.dataset.holds = held;
    holds.textContent = source.of.kind === "server" ? HOLDS_THERE[held] : HOLDS[held];
    this.#deafen = catalogue?.changed.listen(() => this.#changed()) ?? this.#deafen;
    if (other || catalogue) this.#search();
    this.#tell();
  }

  /** Nothing is shown any more, and the ticks of this index are gone with it. @param {string} id */
  forget(id) {
    this.#ticks.delete(id);
    if (this.#source?.id !== id) return;
    this.#leave();
    this.#source = null;
    this.#table.show(null, "");
    this.close();
  }

  /** Shows pictures, or none. @param {import("../index/pictures.js").Source | null} source   draws them */
  picture(source) {
    this.#table.pictures = source;
    part(this, "pictures", HTMLButtonElement).ariaPressed = String(source !== null);
  }

  close() {
    this.#dialog.close();
  }

  /** Lets go of the catalogue. */
  #leave() {
    this.#deafen();
    this.#catalogue = null;
    clearTimeout(this.#refreshing);
    this.#refreshing = undefined;
  }

  #search() {
    clearTimeout(this.#typing);
    noteOf(this).clear();
    return this.#table.show(this.#catalogue, this.#asked);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const query = part(this, "query", HTMLInputElement);
    if (event.key === "ArrowDown" || event.key === "Enter") part(this, "grid", HTMLElement).focus();
    else if (event.key === "Escape" && query.value) {
      query.value = "";
      this.#search();
    } else return;
    event.preventDefault();
  }

  /** Puts a word of the language behind what is there. @param {string} word */
  #insert(word) {
    part(this, "hints", HTMLElement).hidePopover();
    const query = part(this, "query", HTMLInputElement);
    query.value = `${query.value.trim()} ${word}`.trim();
    query.focus();
    this.#search();
  }

  /** The index has changed. */
  #changed() {
    this.#tell();
    if (!this.#catalogue?.status.running || this.#total === 0) this.#refresh();
    else this.#refreshing ??= setTimeout(() => this.#refresh(), REFRESH_MILLISECONDS);
  }

  #refresh() {
    clearTimeout(this.#refreshing);
    this.#refreshing = undefined;
    this.#table.refresh();
  }

  /** How far the index is, and what may be done with it. */
  #tell() {
    const status = this.#catalogue?.status;
    const line = one(this, "index-status", IndexStatusLine);
    line.hidden = !status;
    if (status && this.#source) line.show(status, this.#source.mayStart);
    this.#summarise();
  }

  #summarise() {
    const total = this.#total;
    const ticks = this.#ticked;
    const all = this.#catalogue?.status.series_count ?? 0;
    const some = this.#query.trim() !== "";
    const of = some ? `${count(total)} of ${counted(all, "series", "series")}` : counted(total, "series", "series");
    const counts = part(this, "count", HTMLElement);
    counts.ariaLive = this.#catalogue?.status.running ? "off" : "polite"; // else it would be read out each second
    counts.textContent = this.#catalogue ? of : this.#opening ? "Opening the index…" : "";
    const nothing = part(this, "nothing", HTMLElement);
    nothing.hidden = total > 0 || !this.#catalogue;
    nothing.textContent =
      some && all > 0 ? `No series fits. ${unknownOf(this.#table.named)}` : "There are no series in this index yet.";
    part(this, "tick-all", HTMLButtonElement).disabled = total === 0;
    for (const name of ["untick", ...Object.keys(ACTS)])
      part(this, name, HTMLButtonElement).disabled = ticks.size === 0;
    for (const name of ["csv", "thumbnails"]) part(this, name, HTMLButtonElement).disabled = total === 0;
    for (const name of ["save", "delete"])
      part(this, name, HTMLButtonElement).disabled = !this.#catalogue?.status.files_processed;
    if (!this.#source?.mayTake) part(this, "take", HTMLButtonElement).disabled = true;
    part(this, "ticked", HTMLElement).textContent =
      ticks.size > 0
        ? `${counted(ticks.size, "series", "series")} ticked. ${whyNotTaken(this.#source)}`
        : "Nothing is ticked.";
  }

  async #tickAll() {
    const ticks = this.#ticked;
    for (const key of (await this.#catalogue?.keys(this.#asked)) ?? []) ticks.add(key);
    this.#table.marked();
    this.#summarise();
  }

  #untick() {
    this.#ticked.clear();
    this.#table.marked();
    this.#summarise();
  }

  /** @param {typeof WISHES[number]} name */
  #wish(name) {
    if (!this.#source || !this.#catalogue) return;
    noteOf(this).clear();
    send(this, `search-${name}`, { of: this.#source.of, query: this.#asked, keys: [...this.#ticked] });
  }

  /** @param {SeriesRow} row */
  #look(row) {
    if (!this.#source || !this.#catalogue) return;
    noteOf(this).clear();
    send(this, "search-look", { of: this.#source.of, query: this.#asked, key: row.key });
  }

  /** SeriesKeys that are ticked in the index that is shown. @returns {Set<string>} */
  get #ticked() {
    return this.#ticks.get(this.#source?.id ?? "") ?? new Set();
  }

  get #query() {
    return part(this, "query", HTMLInputElement).value;
  }

  /** The query with the order of the table. */
  get #asked() {
    return this.#sorting.asked(this.#query);
  }

  get #dialog() {
    return part(this, "dialog", HTMLDialogElement);
  }

  get #table() {
    return one(this, "series-table", SeriesTable);
  }
}

customElements.define("series-search", SeriesSearch);
