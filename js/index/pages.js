// @ts-check
/**
 * The rows of an answer, fetched by pages as they are looked at. The latest question wins: answers to an earlier one,
 * and to what was asked before a refresh, are dropped.
 *
 * @typedef {import("../../worker/shared/protocol/index.js").SeriesRow} SeriesRow
 * @typedef {import("../../worker/shared/protocol/index.js").SeriesPage} SeriesPage
 * @typedef {Pick<import("./client.js").Catalogue, "search">} Searchable
 */

/** Rows of a page. A screen shows some 15 to 40. */
const PAGE_ROWS = 60;
/** Pages that are kept; the one that was looked at longest ago goes first. */
const MOST_PAGES = 30;

/** @type {SeriesPage} */
const NOTHING = { total: 0, rows: [], unknown: [], fields: [] };

export class SeriesPages {
  total = 0;
  /** @type {Pick<SeriesPage, "unknown" | "fields">} of the question: fields that it names and that there are not, and those that there are */
  named = { unknown: [], fields: [] };
  /** @type {Searchable | null} */ #source = null;
  #query = "";
  /** Whether the rows that are shown answer an earlier question. */ #isNew = true;
  /** A number for each question. */ #turn = 0;
  /** @type {Map<number, SeriesRow[]>} by the number of the page, the one looked at last at the end */ #pages =
    new Map();
  /** @type {Set<number>} pages of an earlier state of the index: shown until they are there anew */ #old = new Set();
  /** @type {Set<number>} */ #fetching = new Set();
  #changed;

  /** @param {(error?: unknown) => void} changed   called when rows came, or when they could not be had */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Asks anew. The rows that are shown stay until the first answer. @param {Searchable | null} source @param {string} query */
  async ask(source, query) {
    this.#source = source;
    this.#query = query;
    this.#isNew = true;
    return this.refresh();
  }

  /**
   * The same question, after the index has changed: rows stay until they are there anew.
   * @returns {Promise<boolean>}  false: there was another question meanwhile, or no answer
   */
  async refresh() {
    const turn = ++this.#turn;
    this.#fetching.clear();
    const answer = this.#source ? await this.#fetch(turn, 0) : NOTHING;
    if (!answer || turn !== this.#turn) return false;
    if (this.#isNew) this.#pages.clear();
    this.#isNew = false;
    this.#old = new Set(this.#pages.keys());
    this.#keep(0, answer);
    return true;
  }

  /** A row, or undefined while it is fetched. @param {number} index */
  row(index) {
    const page = Math.floor(index / PAGE_ROWS);
    const rows = this.#pages.get(page);
    if (rows) {
      this.#pages.delete(page);
      this.#pages.set(page, rows);
    }
    if (!rows || this.#old.has(page)) this.#want(page);
    return rows?.[index % PAGE_ROWS];
  }

  /** @param {number} page */
  async #want(page) {
    if (this.#fetching.has(page)) return;
    this.#fetching.add(page);
    const turn = this.#turn;
    const answer = await this.#fetch(turn, page);
    if (!answer || turn !== this.#turn) return;
    this.#fetching.delete(page);
    this.#keep(page, answer);
  }

  /** @param {number} turn @param {number} page @returns {Promise<SeriesPage | null>} */
  async #fetch(turn, page) {
    try {
      return (await this.#source?.search(this.#query, page * PAGE_ROWS, PAGE_ROWS)) ?? null;
    } catch (error) {
      if (turn === this.#turn) this.#changed(error);
      return null;
    }
  }

  /** @param {number} page @param {SeriesPage} answer */
  #keep(page, { total, rows, ...named }) {
    this.total = total;
    this.named = named;
    this.#old.delete(page);
    this.#pages.set(page, rows);
    if (this.#pages.size > MOST_PAGES) this.#pages.delete(this.#pages.keys().next().value ?? 0);
    this.#changed();
  }
}
