// @ts-check
/** A look at one file, at its first bytes alone: is it DICOM, which instance is it, and what decides its outcome. */

import { instead, LOOK_BYTES, recognise } from "../dicom/is-dicom.js";
import { peek } from "../dicom/peek.js";
import { PacsInstance } from "../pacs/instances.js";
import { openFile } from "../pick/sources.js";
import { readRange } from "../shared/blob.js";
import { CodedError, codeOf } from "../shared/errors.js";
import { ArchiveEntry } from "../zip/entry.js";
import { aboutOf } from "./about.js";

/** Read when the first bytes end before the UIDs: long sequences can stand before them. */
const LONG_LOOK_BYTES = 64 * 1024;
/** Read of a file in a folder at once. Most headers, but for long private elements, end within. */
const HEAD_BYTES = 16 * 1024;
/** A file up to this length is read whole: to make a slice of it costs more than its bytes. */
const WHOLE_BYTES = 64 * 1024;

/**
 * @typedef {import("../pick/sources.js").Looked & {preamble: boolean, peek: import("../dicom/peek.js").Peek | null,
 *   facts: import("../shared/forecast.js").Facts | null,
 *   about: () => import("../shared/protocol/files.js").About}} Look   about: read when it is asked for, of one file of a study
 */

/**
 * Looks at one file. Never rejects: a file that cannot be read gets a reason.
 * @param {import("../pick/walk.js").Candidate} candidate
 * @param {import("./facts.js").FactsReader | null} facts
 * @returns {Promise<Look>}
 */
export async function look({ origin, handle, reason }, facts) {
  /** @type {Look} */
  const seen = { size: 0, modified: 0, reason: "", preamble: false, peek: null, facts: null, about: nobody };
  try {
    if (origin === null) throw new CodedError(reason ?? "READ_FAILED");
    const { size, modified, head } = await openHead(origin, handle ?? null);
    Object.assign(seen, { size, modified });
    if (origin instanceof ArchiveEntry && origin.reason) throw new CodedError(origin.reason);
    if (size === 0) throw new CodedError("EMPTY");
    let first = await head(origin instanceof ArchiveEntry ? LOOK_BYTES : size <= WHOLE_BYTES ? size : HEAD_BYTES);
    const shape = recognise(first, size);
    if (!shape) throw new CodedError(instead(first));
    seen.preamble = shape.preamble;
    seen.peek = peek(first.subarray(0, LOOK_BYTES), shape.start);
    if (seen.peek.short && size > LOOK_BYTES) {
      first = await head(LONG_LOOK_BYTES);
      seen.peek = peek(first, shape.start);
    }
    seen.facts = facts?.read(first, shape.start, size) ?? null;
    seen.about = () => aboutOf(first, shape.start, size);
  } catch (error) {
    seen.reason = codeOf(error, "READ_FAILED");
  }
  return seen;
}

const nobody = () => ({ patient: "", id: "", date: "", description: "" });

/** @param {import("../pick/sources.js").Origin} origin @param {FileSystemFileHandle | null} handle */
async function openHead(origin, handle) {
  if (origin instanceof ArchiveEntry) {
    return { size: origin.size, modified: 0, head: (/** @type {number} */ bytes) => origin.head(bytes) };
  }
  if (origin instanceof PacsInstance) {
    const blob = await origin.load();
    return {
      size: blob.size,
      modified: 0,
      head: (/** @type {number} */ bytes) => readRange(blob, 0, Math.min(bytes, blob.size)),
    };
  }
  const file = await openFile(handle ?? origin);
  const head = (/** @type {number} */ bytes) => readRange(file, 0, bytes);
  return { size: file.size, modified: file.lastModified, head };
}
