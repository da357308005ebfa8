// @ts-check
/**
 * Tiles: a sheet of any number of pictures, of which only those in sight are in the page. All have one size, so where one
 * stands is known without the others. It is a list box: the keyboard stays at the sheet, and goes from tile to tile.
 */

/** @typedef {{width: number, height: number}} Size   in CSS pixels */

/**
 * @template T
 * @typedef {object} Meaning
 * @property {() => HTMLElement} make                        an empty tile
 * @property {(tile: HTMLElement, item: T, picture: Size) => void} write   what is to be seen of an item; how large its picture is
 * @property {(item: T) => void} open                        it was chosen
 * @property {(item: T) => void} [pick]                      it was clicked; without this, that opens it
 * @property {(items: T[]) => void} seen                     these are in sight
 */

/** Rows beyond each edge of what is in sight, so that scrolling finds them made. */
const MARGIN_ROWS = 2;
const GAP = 8;
/** Milliseconds without scrolling, after which pictures are fetched for what is in sight. */
const SETTLED = 80;

/** @template T */
export class Tiles {
  #element;
  #body;
  #meaning;
  /** @type {readonly T[]} */ #items = [];
  /** @type {Map<number, HTMLElement>} tiles in the page, by their number */ #tiles = new Map();
  #current = 0;
  #size = { columns: 1, width: 1, height: 1 };
  /** Of the picture in a tile: asking each tile would have the browser lay them out one by one. @type {Size} */
  #picture = { width: 1, height: 1 };
  #painting = 0;
  #settling = 0;
  #observer;

  /** @param {HTMLElement} element   scrolls, and holds an element for the tiles @param {Meaning<T>} meaning */
  constructor(element, meaning) {
    this.#element = element;
    this.#body = /** @type {HTMLElement} */ (element.firstElementChild);
    this.#meaning = meaning;
    element.addEventListener("scroll", () => this.#paintSoon(), { passive: true });
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("click", (event) => this.#click(event));
    this.#observer = new ResizeObserver(() => this.#measure());
    this.#observer.observe(element);
  }

  close() {
    this.#observer.disconnect();
    cancelAnimationFrame(this.#painting);
    clearTimeout(this.#settling);
  }

  /** Shows these; the keyboard is at the item of that number. @param {readonly T[]} items @param {number} current */
  show(items, current) {
    this.#items = items;
    for (const tile of this.#tiles.values()) tile.remove();
    this.#tiles.clear();
    this.#current = Math.max(0, Math.min(current, items.length - 1));
    this.#measure();
    this.go(this.#current);
  }

  /** The same tiles, of items that have changed. @param {readonly T[]} items */
  refresh(items = this.#items) {
    this.#items = items;
    for (const [number, tile] of this.#tiles)
      if (number < items.length) this.#meaning.write(tile, items[number], this.#picture);
  }

  /** The item that the keyboard is at. @returns {T | undefined} */
  get current() {
    return this.#items[this.#current];
  }

  focus() {
    this.#element.focus({ preventScroll: true });
  }

  /** Brings a tile into sight, and the keyboard to it. @param {number} number */
  go(number) {
    this.#current = Math.max(0, Math.min(number, this.#items.length - 1));
    const { columns, height } = this.#size;
    const top = Math.floor(this.#current / columns) * height;
    const room = this.#element.clientHeight - height;
    if (top < this.#element.scrollTop) this.#element.scrollTop = top;
    else if (top > this.#element.scrollTop + room) this.#element.scrollTop = Math.max(top - Math.max(room, 0), 0);
    this.#paint();
  }

  #measure() {
    if (this.#element.clientHeight === 0) return; // it is not shown
    const probe = this.#body.appendChild(this.#meaning.make());
    probe.style.width = "";
    const [width, height] = [probe.offsetWidth || 1, probe.offsetHeight || 1];
    const canvas = probe.querySelector("canvas");
    const around = width - (canvas?.clientWidth ?? 0);
    const high = canvas?.clientHeight ?? 1;
    probe.remove();
    const room = this.#body.clientWidth;
    const columns = Math.max(Math.floor((room + GAP) / (width + GAP)), 1);
    this.#size = { columns, width: (room - GAP * (columns - 1)) / columns, height: height + GAP };
    this.#picture = { width: this.#size.width - around, height: high };
    for (const [number, tile] of this.#tiles) this.#place(tile, number);
    this.refresh(); // their pictures have another size, too
    this.#paint();
  }

  #paintSoon() {
    this.#painting ||= requestAnimationFrame(() => this.#paint());
  }

  /** @param {number} margin   rows */
  #range(margin) {
    const { columns, height } = this.#size;
    const { scrollTop, clientHeight } = this.#element;
    const first = (Math.floor(scrollTop / height) - margin) * columns;
    const last = (Math.ceil((scrollTop + clientHeight) / height) + margin) * columns;
    return { first: Math.max(first, 0), last: Math.min(last, this.#items.length) };
  }

  #paint() {
    cancelAnimationFrame(this.#painting);
    this.#painting = 0;
    if (this.#element.clientHeight === 0) return;
    this.#body.style.height = `${Math.ceil(this.#items.length / this.#size.columns) * this.#size.height}px`;
    const { first, last } = this.#range(MARGIN_ROWS);
    const free = [...this.#tiles.keys()].filter((number) => number < first || number >= last);
    for (let number = first; number < last; number++) if (!this.#tiles.has(number)) this.#use(number, free.pop());
    for (const number of free) {
      this.#tiles.get(number)?.remove();
      this.#tiles.delete(number);
    }
    this.#point();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#tell(), SETTLED);
  }

  /** Says what is in sight, when scrolling has come to rest. */
  #tell() {
    if (this.#element.clientHeight === 0) return;
    const { first, last } = this.#range(0);
    this.#meaning.seen(this.#items.slice(first, last));
  }

  /** Has a tile show an item: one that went out of sight, or a new one. @param {number} number @param {number | undefined} spare */
  #use(number, spare) {
    const tile = (spare !== undefined && this.#tiles.get(spare)) || this.#meaning.make();
    if (spare !== undefined) this.#tiles.delete(spare);
    const next = Math.min(...[...this.#tiles.keys()].filter((other) => other > number));
    this.#body.insertBefore(tile, this.#tiles.get(next) ?? null); // in their order, as a screen reader reads them
    this.#tiles.set(number, tile);
    tile.id = `${this.#element.dataset.part}-tile-${number}`;
    tile.ariaPosInSet = String(number + 1);
    tile.ariaSetSize = String(this.#items.length);
    this.#place(tile, number);
    this.#meaning.write(tile, this.#items[number], this.#picture);
  }

  /** @param {HTMLElement} tile @param {number} number */
  #place(tile, number) {
    const { columns, width, height } = this.#size;
    tile.style.width = `${width}px`;
    tile.style.translate = `${(number % columns) * (width + GAP)}px ${Math.floor(number / columns) * height}px`;
  }

  /** Says at which tile the keyboard is. */
  #point() {
    for (const [number, tile] of this.#tiles) tile.ariaSelected = String(number === this.#current);
    const tile = this.#tiles.get(this.#current);
    if (tile) this.#element.setAttribute("aria-activedescendant", tile.id);
    else this.#element.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { columns, height } = this.#size;
    const page = Math.max(Math.floor(this.#element.clientHeight / height), 1) * columns;
    const all = this.#items.length;
    const down = { ArrowUp: -columns, ArrowDown: columns, PageUp: -page, PageDown: page, Home: -all, End: all };
    /** @type {Record<string, number>} */ const steps = { ArrowLeft: -1, ArrowRight: 1, ...down };
    if (event.key in steps) this.go(this.#current + steps[event.key]);
    else if ((event.key === "Enter" || event.key === " ") && this.current !== undefined)
      this.#meaning.open(this.current);
    else return;
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  #click({ target }) {
    const tile = target instanceof Element && target.closest('[role="option"]');
    const number = [...this.#tiles].find(([, one]) => one === tile)?.[0];
    if (number === undefined) return;
    this.focus();
    this.go(number);
    (this.#meaning.pick ?? this.#meaning.open)(this.#items[number]);
  }
}
