// @ts-check
/**
 * <series-table>: a table of any length, of which only the rows in sight are in the page. All rows have the same height,
 * so where one stands is known without the others.
 */

import { SeriesPages } from "../index/pages.js";
import { SeriesPictures } from "../index/pictures.js";
import { send } from "../intents.js";
import { copyOf, part } from "../page/dom.js";
import { mark, picture, write } from "./series-row.js";

/** Rows beyond each edge of what is in sight, so that scrolling finds them made. */
const MARGIN_ROWS = 6;

export class SeriesTable extends HTMLElement {
  /** @type {Set<string>} SeriesKeys of the ticked series, in whatever answer they are */ #ticks = new Set();
  /** @type {SeriesPictures | null} */ #pictures = null;
  #pages = new SeriesPages((error) => (error ? send(this, "series-failed", { error }) : this.#answered()));
  /** @type {Map<number, HTMLElement>} rows in the page, by their number */ #rows = new Map();
  /** @type {WeakMap<HTMLElement, unknown>} the SeriesRow that each of them shows */ #written = new WeakMap();
  /** Number of the row that the keyboard is at. */ #current = 0;
  #rowHeight = 1;
  #painting = 0;

  connectedCallback() {
    const grid = this.#grid;
    grid.addEventListener("scroll", () => this.#paintSoon(), { passive: true });
    grid.addEventListener("keydown", (event) => event.target === grid && this.#key(event));
    grid.addEventListener("click", (event) => this.#click(event));
    grid.addEventListener("dblclick", ({ target }) => {
      if (!(target instanceof HTMLInputElement)) this.#look(this.#current);
    });
    new ResizeObserver(() => this.#resized()).observe(grid);
  }

  get #total() {
    return this.#pages.total;
  }

  /** Shows these ticks from now on, and changes them. @param {Set<string>} ticks   SeriesKeys */
  set ticks(ticks) {
    this.#ticks = ticks;
  }

  /** Fields that the query names and that there are not, and those that there are. */
  get named() {
    return this.#pages.named;
  }

  /** Shows what a query finds, from its beginning. @param {import("../index/pages.js").Searchable | null} source @param {string} query */
  async show(source, query) {
    if (!(await this.#pages.ask(source, query))) return;
    this.#current = 0;
    this.#grid.scrollTop = 0;
    this.#paint();
  }

  /** The index has changed. */
  refresh() {
    return this.#pages.refresh();
  }

  /** Ticks or pictures are others. */
  marked() {
    for (const row of this.#rows.values()) {
      const key = row.dataset.key ?? "";
      mark(row, this.#ticks.has(key));
      picture(row, this.#pictures?.of(key) ?? "");
    }
  }

  /** Shows a picture in each row, or none. @param {import("../index/pictures.js").Source | null} source   draws them */
  set pictures(source) {
    this.#pictures?.close();
    this.#pictures = source && new SeriesPictures(source, () => this.marked());
    this.toggleAttribute("data-pictures", source !== null);
    this.marked();
    this.#paint();
  }

  /** Asks for the pictures of the rows in view of a person, not of those made in advance. */
  #picture() {
    const { first, last } = this.#range(0);
    const rows = [...this.#rows].filter(([number]) => number >= first && number < last).map(([, row]) => row);
    this.#pictures?.look(rows.map((row) => row.dataset.key ?? "").filter(Boolean));
  }

  #answered() {
    this.#paint();
    send(this, "series-counted", this.#total);
  }

  #resized() {
    const probe = this.#rows.values().next().value ?? this.#body.appendChild(copyOf("series", HTMLElement));
    const first = this.#grid.scrollTop / this.#rowHeight;
    this.#rowHeight = probe.offsetHeight || 1;
    if (this.#rows.size === 0) probe.remove();
    this.#written = new WeakMap(); // where each stands is another place
    this.#paint();
    this.#grid.scrollTop = first * this.#rowHeight;
  }

  /** @param {number} margin   rows */
  #range(margin) {
    const { scrollTop, clientHeight } = this.#grid;
    const first = Math.floor(scrollTop / this.#rowHeight) - margin;
    const last = Math.ceil((scrollTop + clientHeight - this.#headHeight) / this.#rowHeight) + margin;
    return { first: Math.max(0, first), last: Math.min(this.#total, last) };
  }

  #paintSoon() {
    this.#painting ||= requestAnimationFrame(() => this.#paint());
  }

  /** Puts the rows that are in sight into the page, using those again that went out of it. */
  #paint() {
    cancelAnimationFrame(this.#painting);
    this.#painting = 0;
    this.#current = Math.max(0, Math.min(this.#current, this.#total - 1));
    this.#body.style.height = `${this.#total * this.#rowHeight}px`;
    const { first, last } = this.#range(MARGIN_ROWS);
    const free = [...this.#rows.keys()].filter((number) => number < first || number >= last);
    for (let number = first; number < last; number++) this.#place(number, free);
    for (const number of free) {
      this.#rows.get(number)?.remove();
      this.#rows.delete(number);
    }
    this.#grid.ariaRowCount = String(this.#total + 1);
    this.#point();
    this.#picture();
  }

  /** @param {number} number @param {number[]} free   numbers of rows that are not needed where they are */
  #place(number, free) {
    let element = this.#rows.get(number);
    if (!element) {
      const spare = free.pop();
      element = spare === undefined ? copyOf("series", HTMLElement) : this.#rows.get(spare);
      if (!element) return;
      if (spare !== undefined) this.#rows.delete(spare);
      this.#insert(number, element);
      this.#written.delete(element);
    }
    const row = this.#pages.row(number);
    if (this.#written.has(element) && this.#written.get(element) === row) return;
    this.#written.set(element, row);
    element.id = `series-row-${number}`;
    element.ariaRowIndex = String(number + 2); // the head is the first
    element.style.translate = `0 ${number * this.#rowHeight}px`;
    write(element, row, row !== undefined && this.#ticks.has(row.key));
    picture(element, (row && this.#pictures?.of(row.key)) ?? "");
  }

  /** In the page, too, rows stand in their order: so a screen reader reads them. @param {number} number @param {HTMLElement} element */
  #insert(number, element) {
    const next = Math.min(...[...this.#rows.keys()].filter((other) => other > number));
    this.#body.insertBefore(element, this.#rows.get(next) ?? null);
    this.#rows.set(number, element);
  }

  /** Says which row the keyboard is at; it is announced when it is in the page. */
  #point() {
    for (const [number, row] of this.#rows) row.classList.toggle("current", number === this.#current);
    if (this.#rows.has(this.#current)) this.#grid.setAttribute("aria-activedescendant", `series-row-${this.#current}`);
    else this.#grid.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = this.#step(event.key);
    if (step !== null) this.#go(step);
    else if (event.key === " ") this.#tick(this.#current);
    else if (event.key === "Enter") this.#look(this.#current);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) send(this, "series-tick-all");
    else return;
    event.preventDefault();
  }

  /** Where a key leads, or null. @param {string} key */
  #step(key) {
    const page = Math.max(1, Math.floor((this.#grid.clientHeight - this.#headHeight) / this.#rowHeight) - 1);
    const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -this.#total, End: this.#total };
    return key in steps ? this.#current + steps[/** @type {keyof typeof steps} */ (key)] : null;
  }

  /** @param {number} number */
  #go(number) {
    this.#current = Math.max(0, Math.min(number, this.#total - 1));
    const grid = this.#grid;
    const top = this.#current * this.#rowHeight;
    const room = grid.clientHeight - this.#headHeight - this.#rowHeight;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top > grid.scrollTop + room) grid.scrollTop = top - room;
    this.#paint();
  }

  /** @param {MouseEvent} event */
  #click({ target }) {
    const row = target instanceof Element && target.closest('[role="row"][id]');
    if (!row) return;
    this.#current = Number(row.getAttribute("aria-rowindex")) - 2;
    this.#grid.focus({ preventScroll: true }); // a row that goes out of sight takes the focus with it
    if (target instanceof HTMLInputElement) this.#tick(this.#current);
    else if (target.closest("button")) this.#look(this.#current);
    this.#point();
  }

  /** @param {number} number */
  #tick(number) {
    const key = this.#pages.row(number)?.key;
    if (key === undefined) return;
    if (!this.#ticks.delete(key)) this.#ticks.add(key);
    this.marked();
    send(this, "series-ticked");
  }

  /** @param {number} number */
  #look(number) {
    const row = this.#pages.row(number);
    if (row) send(this, "series-look", row);
  }

  get #headHeight() {
    return part(this, "head", HTMLElement).offsetHeight;
  }

  get #grid() {
    return part(this, "grid", HTMLElement);
  }

  get #body() {
    return part(this, "body", HTMLElement);
  }
}

customElements.define("series-table", SeriesTable);
