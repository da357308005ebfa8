// @ts-check
/**
 * The order in which audit.csv and output.log are handed out, which the key gives: by source id. A roster in the order of
 * the names of folders would else say who is who. `report.py` does the same natively.
 */

import { auditHeader, wholeLines } from "./audit.js";

/** @typedef {import("./journal.js").JournalName} JournalName */

/** Bytes of lines that are put in order at once. */
const AT_ONCE = 8 * 1024 * 1024;
/** Lines handed on at once. */
const LINES_AT_ONCE = 500;
const ROW = /^([0-9a-f]{20}),/;
/** A line of output.log about one file. */
const OWNED = /^\S+Z (?:(?:written|withheld|skipped|failed) [A-Z0-9_]+ )?([0-9a-f]{20})(?: |$)/;
const PREFIX_DIGITS = 4;

/**
 * @param {JournalName} name
 * @param {Blob} file
 * @param {number} last   lines of the log's end, which stay there
 * @param {number} [most]   bytes of lines that are put in order in memory; the file is gone through once for each
 * @returns {AsyncGenerator<string>}  the whole text, in pieces
 */
export async function* ordered(name, file, last, most = AT_ONCE) {
  if (name === "audit.csv") {
    yield auditHeader;
    yield* inOrder(file, ROW, true, most);
    return;
  }
  /** @type {string[]} of the end */
  const ends = [];
  for await (const line of aboutTheRun(file)) {
    ends.push(line);
    if (ends.length > last) yield/** @type {string} */ (ends.shift());
  }
  const time = `${new Date().toISOString().slice(0, 19)}Z`;
  for await (const text of inOrder(file, OWNED, false, most)) yield text.replaceAll(/^\S+/gm, time);
  yield ends.join("");
}

/** The lines that are about no file, as they came. @param {Blob} file */
async function* aboutTheRun(file) {
  for await (const line of wholeLines(file, false)) if (!OWNED.test(line)) yield `${line}\n`;
}

/**
 * The lines that belong to files, by source id; those of one file as they came.
 * @param {Blob} file
 * @param {RegExp} owner   its first group is the source id
 * @param {boolean} header   whether the first line is one
 * @param {number} most
 */
async function* inOrder(file, owner, header, most) {
  const parts = Math.floor(file.size / most) + 1;
  const ids = 16 ** PREFIX_DIGITS;
  for (let part = 0; part < parts; part++) {
    /** @type {[string, string][]} */
    const chosen = [];
    for await (const line of wholeLines(file, header)) {
      const id = owner.exec(line)?.[1];
      if (id && Math.floor((Number.parseInt(id.slice(0, PREFIX_DIGITS), 16) * parts) / ids) === part)
        chosen.push([id, `${line}\n`]);
    }
    chosen.sort(([one], [other]) => (one < other ? -1 : Number(one > other)));
    for (let at = 0; at < chosen.length; at += LINES_AT_ONCE)
      yield chosen
        .slice(at, at + LINES_AT_ONCE)
        .map(([, line]) => line)
        .join("");
  }
}
