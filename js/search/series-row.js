// @ts-check
/** One row of the table of series: what stands in its cells. */

import { one } from "../page/dom.js";
import { bytes, counted } from "../page/format.js";

/** @typedef {import("../../worker/shared/protocol/index.js").SeriesRow} SeriesRow */

/** Of each cell: its first line, and the one below. @type {Record<string, (row: SeriesRow) => [string, string]>} */
const CELLS = {
  patient: (row) => [nameOf(row.patient_name) || row.patient_id, row.patient_name ? row.patient_id : ""],
  study: (row) => [day(row.study_date), row.study_description],
  series: (row) => [row.series_description || row.protocol_name || `Series ${row.series_number}`, aboutSeries(row)],
  modality: (row) => [row.modality, row.body_part],
  images: (row) => [
    counted(row.file_count, "file"),
    [row.holds, framesOf(row), bytes(row.bytes)].filter(Boolean).join(", "), // what is cut off is the size
  ],
};

/**
 * @param {HTMLElement} element   a copy of the template "series"
 * @param {SeriesRow | undefined} row   undefined: it is still fetched
 * @param {boolean} ticked
 */
export function write(element, row, ticked) {
  element.dataset.key = row?.key ?? "";
  element.ariaBusy = String(!row);
  for (const [name, lines] of Object.entries(CELLS)) {
    const cell = one(element, `.series-${name}`, HTMLElement);
    const [first, second] = row ? lines(row) : ["…", ""];
    const texts = [first || "–", second];
    for (const [at, text] of texts.entries()) {
      const line = /** @type {HTMLElement} */ (cell.children[at]);
      if (line.textContent !== text) line.textContent = text;
      line.title = text;
    }
  }
  const name = row ? spoken(row) : "";
  element.ariaLabel = row
    ? [name, row.patient_id, row.study_description, CELLS.images(row)[0]].filter(Boolean).join(", ")
    : "…";
  const box = one(element, "input", HTMLInputElement);
  Object.assign(box, { checked: ticked, disabled: !row, ariaLabel: `Tick ${name}` });
  Object.assign(one(element, "button", HTMLButtonElement), { disabled: !row, ariaLabel: `Look at ${name}` });
  mark(element, ticked);
}

/** @param {HTMLElement} element @param {boolean} ticked */
export function mark(element, ticked) {
  element.ariaSelected = String(ticked);
  one(element, "input", HTMLInputElement).checked = ticked;
}

/** @param {HTMLElement} element @param {string} address   "": none */
export function picture(element, address) {
  const image = one(element, "img", HTMLImageElement);
  if ((image.getAttribute("src") ?? "") === address) return;
  if (address) image.src = address;
  else image.removeAttribute("src");
}

/** What a series is called. @param {SeriesRow} row */
export const titleOf = (row) => CELLS.series(row)[0];

/** @param {SeriesRow} row */
function spoken(row) {
  return [titleOf(row), row.modality, nameOf(row.patient_name) || row.patient_id, day(row.study_date)]
    .filter(Boolean)
    .join(", ");
}

/** Components of a person name with spaces between: "Heron^Ardea" is "Heron Ardea". @param {string} name */
function nameOf(name) {
  return name.replaceAll("^", " ").trim();
}

/** "20240131" as "2024-01-31"; what is no date as it is. @param {string} date */
function day(date) {
  return date.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3");
}

/** @param {SeriesRow} row */
function aboutSeries({ series_number, series_description, protocol_name }) {
  const named = series_description || protocol_name;
  return [named && `Series ${series_number}`, series_description && protocol_name].filter(Boolean).join(", ");
}

/** @param {SeriesRow} row */
function framesOf({ file_count, frames }) {
  return frames > file_count ? counted(frames, "frame") : "";
}
