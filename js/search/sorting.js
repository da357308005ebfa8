// @ts-check
/** The order of the table of series: chosen by its column heads, asked for as a term of the query; and what is said of unknown terms. */

/** @typedef {{by: string, descending: boolean}} Order   by: a column, as queries name it (index/search.py) */

export class Sorting {
  /** @type {Order | null} null: the latest studies first */ #order = null;
  #root;
  #changed;

  /** @param {HTMLElement} root   has the heads @param {() => void} changed   another order is chosen */
  constructor(root, changed) {
    this.#root = root;
    this.#changed = changed;
  }

  listen() {
    for (const head of this.#heads) head.addEventListener("click", () => this.#choose(head.dataset.sort ?? ""));
  }

  /** A query that asks for this order. @param {string} query */
  asked(query) {
    const { by, descending } = this.#order ?? {};
    return by ? `${descending ? "-" : ""}sort:${by} ${query}` : query;
  }

  /** By a column, then in the opposite order, then no more. @param {string} by */
  #choose(by) {
    const before = this.#order?.by === by ? this.#order : null;
    this.#order = before?.descending ? null : { by, descending: before !== null };
    for (const head of this.#heads) {
      if (head.dataset.sort !== this.#order?.by) head.parentElement?.removeAttribute("aria-sort");
      else head.parentElement?.setAttribute("aria-sort", this.#order?.descending ? "descending" : "ascending");
    }
    this.#changed();
  }

  get #heads() {
    return /** @type {NodeListOf<HTMLButtonElement>} */ (this.#root.querySelectorAll("[data-sort]"));
  }
}

/** Of a query that names fields that there are not: which there are. @param {import("../index/pages.js").SeriesPages["named"]} named */
export function unknownOf({ unknown, fields }) {
  if (unknown.length === 0) return "";
  const listed = (/** @type {string[]} */ names) => names.map((name) => `${name}:`).join(", ");
  return `There is no field ${listed(unknown)} – there are ${listed(fields)}.`;
}
