// @ts-check
/** Saving from an index: the list of series, the index itself, results of series as a ZIP. Whatever names patients is asked about first. */
import { cell } from "../../worker/shared/csv.js";
import { SERIES_NUMBERS, SERIES_TEXTS } from "../../worker/shared/protocol/index.js";
import { AskFirst } from "../page/confirm.js";
import { one } from "../page/dom.js";
import { Problem } from "../page/problem.js";
import { save } from "../page/save-file.js";
import { saveZip } from "../results/packing.js";

/**
 * @typedef {import("../index/client.js").Catalogue} Catalogue
 * @typedef {import("../../worker/shared/protocol/index.js").IndexOf} IndexOf
 */

const NAMES_PATIENTS = "It names patients: whoever gets the file can read their names, dates and descriptions.";
/** Rows fetched at once. */
const PAGE_ROWS = 500;
const COLUMNS = /** @type {const} */ (["key", ...SERIES_TEXTS, ...SERIES_NUMBERS, "first_path"]);

/** Saves all that a search finds, one row for each series. @param {Catalogue} catalogue @param {string} query */
export async function saveCsv(catalogue, query) {
  const { of } = catalogue;
  if (!(await mayLeave(of, "Save this list?"))) return;
  save(await listAsCsv(catalogue, query), of.kind === "run" ? `${of.name}-series.csv` : "series-naming-patients.csv");
}

/** @param {Catalogue} catalogue */
export async function saveIndex(catalogue) {
  const { of } = catalogue;
  if (!(await mayLeave(of, "Save this index?"))) return;
  save(await catalogue.save(), of.kind === "run" ? `${of.name}-index.sqlite` : "index-naming-patients.sqlite");
}

/**
 * Saves the outputs of some series of a run as a ZIP.
 * @param {Catalogue} catalogue
 * @param {string[]} keys
 * @param {import("../threads/files.js").Files} files
 * @param {import("../state.js").Store} store
 */
export async function saveSeries(catalogue, keys, files, store) {
  const name = catalogue.of.kind === "run" ? catalogue.of.name : "";
  const make = async (/** @type {(done: number, total: number) => void} */ report) => {
    const paths = (await catalogue.files(keys)).map(({ path }) => path);
    return files.zip(name, report, { paths });
  };
  await saveZip(store, "search", make, `${name}-series.zip`).catch(() => {
    throw new Problem("NOT_SAVED");
  });
}

/** @param {import("../index/pages.js").Searchable} catalogue @param {string} query */
async function listAsCsv(catalogue, query) {
  const pieces = [`${COLUMNS.join(",")}\n`];
  for (let first = 0, total = 1; first < total; first += PAGE_ROWS) {
    const answer = await catalogue.search(query, first, PAGE_ROWS);
    total = answer.total;
    pieces.push(...answer.rows.map((row) => `${COLUMNS.map((column) => cell(row[column])).join(",")}\n`));
  }
  return new Blob(pieces, { type: "text/csv" });
}

/** @param {IndexOf} of @param {string} title */
async function mayLeave(of, title) {
  const question = { title, text: NAMES_PATIENTS, yes: "Save it" };
  return of.kind === "run" || one(document, "ask-first", AskFirst).ask(question);
}
