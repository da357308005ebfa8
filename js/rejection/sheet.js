// @ts-check
/** <results-sheet>: a contact sheet as large as the window, one tile for each series of a run, which are passed or rejected by keys. */

import { SeriesPages } from "../index/pages.js";
import { SeriesPictures } from "../index/pictures.js";
import { send } from "../intents.js";
import { copyOf, one, part } from "../page/dom.js";
import { count, counted } from "../page/format.js";
import { followNotes } from "../page/notes.js";
import { noteOf } from "../page/problem.js";
import { noPicture, reasons } from "../page/tables.js";
import { Tiles } from "../pixels/tiles.js";
import { farness } from "../search/index-status.js";
import { picture, titleOf } from "../search/series-row.js";
import { Verdicts } from "./verdicts.js";

/**
 * @typedef {import("../index/client.js").Catalogue} Catalogue
 * @typedef {import("../index/pictures.js").Source} Source
 * @typedef {import("./verdicts.js").Verdict} Verdict
 */

/** While headers are read, the sheet is brought up to date so often, in milliseconds. */
const REFRESH_MILLISECONDS = 1000;
const BADGES = { passed: "Passed", rejected: "Rejected", open: "" };
/** Verdict, or what else is done, by key. @type {Record<string, "passed" | "rejected" | "undo">} */
const KEYS = { p: "passed", " ": "passed", r: "rejected", z: "undo" };

export class ResultsSheet extends HTMLElement {
  #verdicts = new Verdicts();
  /** @type {Catalogue | null} */ #catalogue = null;
  #pages = new SeriesPages((error) => (error ? noteOf(this).showError(error) : this.#soon()));
  /** @type {SeriesPictures | null} */ #pictures = null;
  /** @type {Tiles<string> | null} */ #tiles = null;
  /** @type {Map<string, number>} place of each series among all */ #places = new Map();
  /** @type {string[]} series that are shown */ #keys = [];
  /** @type {number | undefined} */ #refreshing;
  #frame = 0;
  /** Ends listening to what is shown. */ #shown = new AbortController();

  connectedCallback() {
    for (const verdict of /** @type {const} */ (["passed", "rejected"]))
      part(this, verdict, HTMLButtonElement).addEventListener("click", () => this.#judge(verdict));
    part(this, "undo", HTMLButtonElement).addEventListener("click", () => this.#undo());
    part(this, "look", HTMLButtonElement).addEventListener("click", () => this.#look(this.#tiles?.current));
    part(this, "take-out", HTMLButtonElement).addEventListener("click", () => send(this, "take-rejected-out"));
    part(this, "close", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    part(this, "filter", HTMLSelectElement).addEventListener("change", () => this.#show());
    const series = part(this, "series", HTMLElement);
    this.#dialog.addEventListener("keydown", (event) => event.target === series && this.#key(event), true);
    series.addEventListener("dblclick", () => this.#look(this.#tiles?.current));
    this.#dialog.addEventListener("close", () => this.#close());
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    followNotes(this, store, "rejection");
  }

  /** The series that are shown, in their order. */
  get keys() {
    return this.#keys;
  }

  /** Opens the sheet; what is on it comes with `show`. @param {Verdicts} verdicts */
  open(verdicts) {
    this.#dialog.close();
    this.#verdicts = verdicts;
    this.#shown = new AbortController();
    this.#listen(verdicts.changed);
    part(this, "filter", HTMLSelectElement).value = "all";
    this.#dialog.showModal();
    this.#tiles = new Tiles(part(this, "series", HTMLElement), {
      make: () => copyOf("results-tile", HTMLElement),
      write: (tile, key) => this.#write(tile, key),
      open: (key) => this.#look(key),
      pick: () => {},
      seen: (keys) => this.#pictures?.look(keys),
    });
    this.#tiles.focus();
    this.busy(false);
  }

  /** @param {Catalogue} catalogue @param {Source} source   draws the pictures */
  show(catalogue, source) {
    this.#catalogue = catalogue;
    this.#pictures = new SeriesPictures(source, () => this.#soon());
    this.#listen(catalogue.changed, () => this.#changed());
    this.#pages.ask(catalogue, "");
    reasons.whenThere(() => this.#soon());
    this.#load();
  }

  /** @param {import("../page/signal.js").Signal} signal @param {() => void} [act] */
  #listen(signal, act = () => this.#soon()) {
    this.#shown.signal.addEventListener("abort", signal.listen(act));
  }

  /** Nothing is left in the page of what was looked at. */
  #close() {
    this.#shown.abort();
    clearTimeout(this.#refreshing);
    cancelAnimationFrame(this.#frame);
    [this.#refreshing, this.#frame, this.#catalogue] = [undefined, 0, null];
    this.#pictures?.close();
    this.#tiles?.show([], 0);
    this.#tiles?.close();
    [this.#pictures, this.#tiles] = [null, null];
    this.#places.clear();
    this.#keys = [];
    this.#pages.ask(null, "");
    send(this, "look-through-closed");
  }

  /** The index has changed. */
  #changed() {
    if (this.#catalogue?.status.running) this.#refreshing ??= setTimeout(() => this.#load(), REFRESH_MILLISECONDS);
    else this.#load();
  }

  async #load() {
    clearTimeout(this.#refreshing);
    this.#refreshing = undefined;
    const catalogue = this.#catalogue;
    const keys = (await catalogue?.keys("").catch(() => null)) ?? null;
    if (!keys || catalogue !== this.#catalogue) return;
    this.#places = new Map(keys.map((key, place) => [key, place]));
    await this.#pages.refresh();
    if (catalogue === this.#catalogue) this.#show();
  }

  /** Shows the series that the filter lets through; the keyboard stays at its series. */
  #show() {
    const filter = part(this, "filter", HTMLSelectElement).value;
    const current = this.#tiles?.current;
    this.#keys = [...this.#places.keys()].filter((key) => filter === "all" || this.#verdicts.of(key) === filter);
    this.#tiles?.show(this.#keys, this.#keys.indexOf(current ?? ""));
    this.#summarise();
  }

  /** Shows before the browser does so next, once, however much has changed. */
  #soon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#tiles?.refresh();
      this.#summarise();
    });
  }

  #summarise() {
    const all = [...this.#places.keys()];
    const { passed, rejected, open } = this.#verdicts.counts(all);
    const running = this.#catalogue?.status.running ?? true;
    part(this, "state", HTMLElement).textContent = this.#catalogue
      ? `${counted(all.length, "series", "series")}: ${count(passed)} passed, ${count(rejected)} rejected, ${count(open)} not judged.`
      : "";
    part(this, "reading", HTMLElement).textContent = this.#catalogue
      ? running
        ? `Reading headers: ${farness(this.#catalogue.status)}`
        : ""
      : "Opening the index…";
    part(this, "nothing", HTMLElement).hidden = this.#keys.length > 0 || running;
    for (const name of ["passed", "rejected", "look"])
      part(this, name, HTMLButtonElement).disabled = this.#keys.length === 0;
    part(this, "undo", HTMLButtonElement).disabled = this.#verdicts.undoable === "";
    const takeOut = part(this, "take-out", HTMLButtonElement);
    takeOut.disabled = rejected === 0 || running || this.#dialog.ariaBusy === "true";
    takeOut.textContent = `Take the rejected ones out${rejected > 0 ? ` (${count(rejected)})` : ""}`;
  }

  /** @param {HTMLElement} tile @param {string} key */
  #write(tile, key) {
    const row = this.#pages.row(this.#places.get(key) ?? 0);
    const known = row?.key === key ? row : undefined;
    const verdict = this.#verdicts.of(key);
    const texts = {
      title: known ? titleOf(known) : "…",
      about: known
        ? [known.modality, counted(known.file_count, "file"), known.patient_id].filter(Boolean).join(" · ")
        : "",
      badge: BADGES[verdict],
    };
    for (const [name, text] of Object.entries(texts)) one(tile, `.tile-${name}`, HTMLElement).textContent = text;
    tile.dataset.verdict = verdict;
    const address = this.#pictures?.of(key) ?? "";
    picture(tile, address);
    const why = this.#pictures?.why(key);
    const none = one(tile, ".tile-none", HTMLElement);
    none.hidden = address !== "" || why === undefined;
    none.textContent = none.hidden ? "" : noPicture(why ?? "");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = KEYS[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (act === "undo") this.#undo();
    else this.#judge(act);
  }

  /** Judges the series that the keyboard is at, and goes to the next. @param {Verdict} verdict */
  #judge(verdict) {
    const key = this.#tiles?.current;
    if (key === undefined) return;
    this.#verdicts.judge(key, verdict);
    this.say(BADGES[verdict]);
    this.#tiles?.go(this.#keys.indexOf(key) + 1);
    this.#tiles?.focus();
  }

  #undo() {
    const key = this.#verdicts.undo();
    if (!key) return;
    this.say("Taken back");
    if (this.#keys.includes(key)) this.#tiles?.go(this.#keys.indexOf(key));
    this.#tiles?.focus();
  }

  /** @param {string | undefined} key */
  #look(key) {
    if (key !== undefined) send(this, "look-through-series", key);
  }

  /** @param {string} words */
  say(words) {
    part(this, "spoken", HTMLElement).textContent = words;
  }

  /** @param {boolean} busy   outputs are being taken out */
  busy(busy) {
    this.#dialog.ariaBusy = String(busy);
    if (!busy) this.#tiles?.focus();
    this.#summarise();
  }

  get #dialog() {
    return part(this, "dialog", HTMLDialogElement);
  }
}

customElements.define("results-sheet", ResultsSheet);
