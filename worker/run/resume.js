// @ts-check
/** Resuming a run: the rows of its earlier session, as far as they are whole and true, and outputs without a row. */

import { auditHeader, auditRow, wholeLines } from "../report/audit.js";
import { CodedError } from "../shared/errors.js";
import { fingerprint } from "../shared/fingerprint.js";
import { AUDIT_COLUMNS } from "../shared/protocol/tasks.js";
import { patiently } from "../shared/timeouts.js";
import { fileOf, inside, readFile, removeFrom, textOf, writePieces } from "../storage/folders.js";
import { filesOf, OUTPUT_PATH, readBegun } from "../storage/run-folders.js";

const SOURCE_ID = /^[0-9a-f]{20}$/;
const STATUSES = new Set(["written", "withheld", "skipped", "failed"]);
/** Outputs looked at at the same time. */
const LOOKS_IN_FLIGHT = 16;
/** The prefix behind the preamble of a DICOM file (PS3.10 7.1). */
const PREFIX = "DICM";
const PREFIX_AT = 128;
/** Rows written to the new audit at once. */
const ROWS_AT_ONCE = 500;

/**
 * @typedef {Record<typeof AUDIT_COLUMNS[number], string>} Row
 * @typedef {import("../storage/run-folders.js").Place} Place
 */

/**
 * A run goes on only with the plan and the key that it was begun with. Throws a CodedError.
 * @param {FileSystemDirectoryHandle} folder
 * @param {Pick<import("../shared/protocol/policy.js").PlanText, "document" | "key_check">} plan   as it would be now
 */
export async function checkPlan(folder, plan) {
  const known = planOf((await textOf(folder, "plan.json")) ?? "");
  const now = planOf(plan.document);
  if (!known) throw new CodedError("NO_RUN");
  if (known.digest !== now?.digest) throw new CodedError("OTHER_POLICY");
  const check = known.key_check ?? (await readBegun(folder))?.key_check;
  if (check !== plan.key_check) throw new CodedError("WRONG_KEY");
}

/** @param {string} text @returns {{digest?: unknown, key_check?: unknown} | null} */
function planOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Leaves in the audit the rows that stand and that are to be kept, and in the folder the outputs of those rows alone.
 * @param {Place} place
 * @param {(row: Row) => boolean} keep   told each row that stands, in order
 * @returns {Promise<Set<number>>}        fingerprints of the paths of the outputs that stay
 */
export async function takeStock({ folder, journalFolder }, keep) {
  const sizes = await outputSizes(folder);
  /** @type {Set<number>} fingerprints of the paths of outputs that have a row */
  const claimed = new Set();
  await rewriteAudit(journalFolder, (line) => {
    const row = auditRow(line);
    if (!row || !stands(row, sizes) || !keep(row)) return null;
    if (row.status === "written") claimed.add(fingerprint(row.output_path));
    return line;
  });
  for await (const { path, handle, parent } of outputsOf(folder)) {
    if (!claimed.has(fingerprint(path))) await removeFrom(parent, handle.name);
  }
  return claimed;
}

/**
 * Whether a row is true: the output of a written file is there, with its size.
 * @param {Row} row
 * @param {Map<number, number>} sizes
 */
function stands(row, sizes) {
  if (!SOURCE_ID.test(row.source_id) || !STATUSES.has(row.status)) return false;
  if (row.status !== "written") return true;
  return OUTPUT_PATH.test(row.output_path) && String(sizes.get(fingerprint(row.output_path))) === row.bytes_out;
}

/**
 * The files below out/, and what was begun there under a name of the browser's own.
 * @param {FileSystemDirectoryHandle} folder
 */
async function* outputsOf(folder) {
  const out = await inside(folder, "out").catch(() => null);
  if (out) yield* filesOf(out, undefined, "out/");
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @returns {Promise<Map<number, number>>}  fingerprint of an output's path -> bytes
 */
async function outputSizes(folder) {
  /** @type {Map<number, number>} */
  const sizes = new Map();
  /** @type {Set<Promise<unknown>>} */
  const looking = new Set();
  for await (const { path, handle } of outputsOf(folder)) {
    const look = soundSize(handle).then(
      (size) => sizes.set(fingerprint(path), size),
      () => {}, // it is done again
    );
    looking.add(look);
    look.finally(() => looking.delete(look));
    if (looking.size >= LOOKS_IN_FLIGHT) await Promise.race(looking);
  }
  await Promise.all(looking);
  return sizes;
}

/**
 * Outputs are not forced to the disk one by one: that would cost most of the speed. An output that a power cut damaged can have
 * its size and hold zeros, as far as the disk had not got it.
 * @param {FileSystemFileHandle} handle
 * @returns {Promise<number>}  bytes; rejects where the beginning is missing
 */
async function soundSize(handle) {
  const file = await fileOf(handle);
  if ((await patiently(() => file.slice(PREFIX_AT, PREFIX_AT + PREFIX.length).text())) !== PREFIX)
    throw new CodedError("WRITE_FAILED");
  return file.size;
}

/**
 * Makes the audit anew: it is there in its new state or as it was.
 * @param {FileSystemDirectoryHandle} journalFolder
 * @param {(line: string) => string | null} change   the line that takes the place of each; null: none does
 */
export async function rewriteAudit(journalFolder, change) {
  const audit = await readFile(journalFolder, "audit.csv");
  await writePieces(journalFolder, "audit.csv", changed(audit ? wholeLines(audit) : [], change));
}

/** The header and the lines, many at once. @param {AsyncIterable<string> | string[]} rows @param {(line: string) => string | null} change */
async function* changed(rows, change) {
  let lines = [auditHeader];
  for await (const line of rows) {
    const after = change(line);
    if (after !== null) lines.push(`${after}\n`);
    if (lines.length < ROWS_AT_ONCE) continue;
    yield lines.join("");
    lines = [];
  }
  yield lines.join("");
}

/**
 * Which outputs of an unfinished run may be handed out: those that have a row.
 * @param {Place["folder"]} journalFolder
 * @returns {Promise<(path: string) => boolean>}
 */
export async function committedPaths(journalFolder) {
  /** @type {Set<number>} */
  const claimed = new Set();
  const audit = await readFile(journalFolder, "audit.csv");
  for await (const line of audit ? wholeLines(audit) : []) {
    const row = auditRow(line);
    if (row?.status === "written") claimed.add(fingerprint(row.output_path));
  }
  return (path) => !path.startsWith("out/") || claimed.has(fingerprint(path));
}
