// @ts-check
/**
 * The rows of audit.csv: source ids, the rows that do not come from Python, their text, and the reading of it. The columns
 * are in shared/protocol/tasks.js.
 */

import { chunksOf } from "../shared/blob.js";
import { cell } from "../shared/csv.js";
import { digestBy, hexOf } from "../shared/key.js";
import { AUDIT_COLUMNS } from "../shared/protocol/tasks.js";

/** Hex digits of a source id. */
const SOURCE_ID_DIGITS = 20;
const ZEROS = { bytes_out: 0, removed: 0, emptied: 0, replaced: 0, cleaned: 0, uids_remapped: 0, dates_shifted: 0 };

/** Reasons of files that are skipped without being wrong; any other reason given here means a failure. */
const SKIPPED = new Set(["NOT_DICOM", "EMPTY", "ARCHIVE"]);

/**
 * @param {Uint8Array} key
 * @returns {Promise<(path: string) => Promise<string>>}  names a source without telling its path
 */
export async function sourceNaming(key) {
  const digest = await digestBy(key);
  return async (path) => hexOf(await digest("source", path)).slice(0, SOURCE_ID_DIGITS);
}

/** Bytes of an original file as they are told: the next power of two, since exact ones are known elsewhere. @param {number} size */
export function coarse(size) {
  let unit = size > 0 ? 1 : 0;
  while (unit < size) unit *= 2;
  return unit;
}

/**
 * @param {string} reason
 * @returns {import("../shared/protocol/tasks.js").AuditRow}
 */
export function plainRow(reason) {
  return { status: SKIPPED.has(reason) ? "skipped" : "failed", reason, ...ZEROS };
}

export const auditHeader = `${AUDIT_COLUMNS.join(",")}\n`;

/** @param {import("../shared/protocol/tasks.js").AuditRow} row */
export const auditLine = (row) => `${AUDIT_COLUMNS.map((column) => cell(row[column])).join(",")}\n`;

/** A cell and what ends it. */
const CELL = /("(?:[^"]|"")*"|[^",]*)(,|$)/y;

/**
 * Reads a line back. A cell that was made neutral keeps its apostrophe.
 * @param {string} line
 * @returns {Record<typeof AUDIT_COLUMNS[number], string> | null}  null: it is no whole row
 */
export function auditRow(line) {
  /** @type {string[]} */
  const cells = [];
  CELL.lastIndex = 0;
  for (let ended = false; !ended; ) {
    const found = CELL.exec(line);
    if (!found) return null;
    cells.push(found[1].startsWith('"') ? found[1].slice(1, -1).replaceAll('""', '"') : found[1]);
    ended = found[2] === "";
  }
  if (cells.length !== AUDIT_COLUMNS.length) return null;
  return /** @type {any} */ (Object.fromEntries(AUDIT_COLUMNS.map((column, i) => [column, cells[i]])));
}

/**
 * The complete lines of an audit.csv behind its header, or of a text without one; a last line that was cut off is left out.
 * @param {Blob} file
 * @param {boolean} [header]   whether the first line is one
 */
export async function* wholeLines(file, header = true) {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of chunksOf(file)) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    if (header && parts.length > 0) header = parts.shift() === undefined;
    yield* parts;
  }
}
