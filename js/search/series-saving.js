// @ts-check
/** What is taken out of an index: its list, itself, the results of ticked series. What names patients is asked about first. */
import * as Comlink from "../../worker/shared/comlink.js";
import { cell } from "../../worker/shared/csv.js";
import { SERIES_NUMBERS, SERIES_TEXTS } from "../../worker/shared/protocol/index.js";
import { AskFirst } from "../page/confirm.js";
import { one } from "../page/dom.js";
import { Problem } from "../page/problem.js";
import { save } from "../page/save-file.js";
import { ZipProgress } from "../results/zip-progress.js";

/** @typedef {import("./dialog.js").Wish} Wish */

const NAMES_PATIENTS = "It names patients: whoever gets the file can read their names, dates and descriptions.";
/** Rows fetched at once. */
const PAGE_ROWS = 500;
const COLUMNS = /** @type {const} */ (["key", ...SERIES_TEXTS, ...SERIES_NUMBERS, "first_path"]);

/** All that a search finds, one row per series. @param {Wish} wish */
export async function saveCsv({ source, catalogue, query }) {
  if (!(await mayLeave(source, "Save this list?"))) return;
  const list = await listAsCsv(catalogue, query);
  save(list, source.id ? `${source.id}-series.csv` : "series-naming-patients.csv");
}

/** @param {Wish} wish */
export async function saveIndex({ source, catalogue }) {
  if (!(await mayLeave(source, "Save this index?"))) return;
  save(await catalogue.save(), source.id ? `${source.id}-index.sqlite` : "index-naming-patients.sqlite");
}

/**
 * The outputs of the ticked series as a ZIP.
 * @param {Wish} wish
 * @param {import("../threads/files.js").Files} files
 * @param {HTMLElement} panel   shows how far it is
 */
export async function saveZip({ source, catalogue, keys }, files, panel) {
  const packing = one(panel, "zip-progress", ZipProgress);
  if (packing.busy) return;
  packing.update(0, 0);
  try {
    const paths = (await catalogue.files(keys)).map(({ path }) => path);
    const report = (/** @type {number} */ done, /** @type {number} */ total) => packing.update(done, total);
    save(await files.zip(source.id, Comlink.proxy(report), paths), `${source.id}-series.zip`);
  } catch {
    throw new Problem("NOT_SAVED");
  } finally {
    packing.end();
  }
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

/** @param {Wish["source"]} source @param {string} title */
async function mayLeave({ of }, title) {
  const question = { title, text: NAMES_PATIENTS, yes: "Save it" };
  return of.kind === "run" || one(document, "ask-first", AskFirst).ask(question);
}
