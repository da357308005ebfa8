// @ts-check
/** The list that a search finds as CSV: one row per series, fetched page by page. */
import { cell } from "../worker/audit.js";
import { SERIES_NUMBERS, SERIES_TEXTS } from "../worker/protocol.js";

/** Rows fetched at once. */
const PAGE_ROWS = 500;
const COLUMNS = /** @type {const} */ (["key", ...SERIES_TEXTS, ...SERIES_NUMBERS, "first_path"]);

/**
 * @param {import("./series-pages.js").Searchable} catalogue
 * @param {string} query
 * @returns {Promise<Blob>}
 */
export async function listAsCsv(catalogue, query) {
  const pieces = [`${COLUMNS.join(",")}\n`];
  for (let first = 0, total = 1; first < total; first += PAGE_ROWS) {
    const answer = await catalogue.search(query, first, PAGE_ROWS);
    total = answer.total;
    pieces.push(...answer.rows.map((row) => `${COLUMNS.map((column) => cell(row[column])).join(",")}\n`));
  }
  return new Blob(pieces, { type: "text/csv" });
}
