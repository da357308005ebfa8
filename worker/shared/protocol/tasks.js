// @ts-check
/** Messages between the Python workers of a run and the files worker: tasks out, answers back. */

/** The columns of audit.csv, in order. `report.AUDIT_COLUMNS` in Python is the same list, and a test compares them. */
export const AUDIT_COLUMNS = /** @type {const} */ ([
  "source_id",
  "status",
  "reason",
  "output_path",
  "patient_id",
  "study_instance_uid",
  "series_instance_uid",
  "sop_instance_uid",
  "sop_class_uid",
  "modality",
  "transfer_syntax_uid",
  "bytes_in",
  "bytes_out",
  "removed",
  "emptied",
  "replaced",
  "cleaned",
  "uids_remapped",
  "dates_shifted",
  "pixels",
  "milliseconds",
]);

/**
 * @typedef {"written" | "withheld" | "skipped" | "failed"} Status
 * @typedef {Partial<Record<typeof AUDIT_COLUMNS[number], string | number>>} AuditRow  a missing field is an empty cell
 */

/**
 * One file to decide, with the bytes read of it so far.
 * @typedef {object} Task
 * @property {number} id
 * @property {string} sourceId     keyed; the path stays with the files worker
 * @property {number} size         bytes of the whole file
 * @property {boolean} repeat      an earlier file of this scan has the same SOP Instance UID: the output gets a name of its own
 * @property {{start: number, bytes: Uint8Array}[]} ranges
 * @property {Fragments | null} fragments   the answer to a `fragments` request
 */

/**
 * Where encapsulated pixel data end, and what in them no picture shows. `end` is the offset behind the sequence
 * delimiter, or the offset at which the walk failed; `asides` are start and end of one after the other, `images` is
 * the number of codestreams, -1 where these cannot be followed.
 * @typedef {{start: number, end: number, count: number, complete: boolean, asides: number[], images: number}} Fragments
 */

/**
 * A part of an output: new bytes, a range of the source, or a byte repeated.
 * @typedef {{bytes: Uint8Array} | {copy: [number, number]} | {fill: [number, number]} | Stripes} Segment  copy: [start, end); fill: [count, byte]
 * @typedef {{stripes: [number, number, number, number], laid: number[][]}} Stripes
 * The bytes [start, end) of the source with the same laid over each row: stripes are [start, end, step, rows], laid are
 * [offset in the row, count, ...the bytes that are there so many times].
 */

/**
 * @typedef {{kind: "need", id: number, start: number, end: number} | {kind: "fragments", id: number, start: number}} Wanting
 * @typedef {Wanting
 *   | {kind: "outcome", id: number, row: AuditRow, segments: Segment[], log: string[], link?: Link}} Answer
 * An outcome's `row` has status, reason and output_path ("out/…/x.dcm", relative to the run folder); only a `written` one has segments.
 */

/**
 * The link of an output to its source: pairs of old and new. It identifies people, and is there only if it was asked for.
 * @typedef {object} Link
 * @property {[string, string]} patient
 * @property {[string, string]} study
 * @property {[string, string]} series
 * @property {[string, string]} instance
 * @property {number} weeks   by how many weeks dates went back; 0: not at all
 * @property {[string, string][]} uids   all UIDs that were replaced
 */

/**
 * @typedef {object} WorkApi   what the files worker offers a Python worker
 * @property {() => Promise<Task[] | null>} take   waits until there is work or a pause ends; null: the run is over
 * @property {(answers: Answer[], heap: number, milliseconds: number) => Promise<void>} deliver   heap: bytes of the worker's WebAssembly memory
 */
