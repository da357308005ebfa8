// @ts-check
/** The outputs of a run that has ended, as they may be sent: what the audit calls written, and each as the audit says it is. */

import { readElements, textOf, uidOf } from "../dicom/header.js";
import { recognise } from "../dicom/is-dicom.js";
import { auditRow, wholeLines } from "../report/audit.js";
import { readRange } from "../shared/blob.js";
import { CodedError } from "../shared/errors.js";
import { fileOf, handleIn, inside, readFile, textOf as textIn } from "../storage/folders.js";
import { OUTPUT_PATH, REJECTED } from "../storage/run-folders.js";

const [SOP_CLASS, SOP_INSTANCE, PATIENT] = [0x00080016, 0x00080018, 0x00100020];
const [IDENTITY_REMOVED, STUDY, SERIES] = [0x00120062, 0x0020000d, 0x0020000e];
const [MEDIA_SOP_CLASS, MEDIA_SOP_INSTANCE] = [0x00020002, 0x00020003];
const WANTED = new Set([SOP_CLASS, SOP_INSTANCE, PATIENT, IDENTITY_REMOVED, STUDY, SERIES]);
const DEFLATED = "1.2.840.10008.1.2.1.99";
/** Bytes that are read to find them: first, and where long elements stand before them. */
const HEADS = [16 * 1024, 1024 * 1024];
/** A Patient ID that is the same in the audit and in a header, whatever the character set. */
const PLAIN = /^[\w. -]*$/;
/** What the column `pixels` says of an output with regions that nobody has approved. */
const NOT_REVIEWED = /not reviewed/;

/**
 * One written output of a run, as its row says; `objection`: why it stays, as far as the audit tells that, "": it may go.
 * @typedef {{path: string, size: number, patient: string, study: string, series: string, instance: string, sopClass: string,
 *   syntax: string, objection: string}} Output
 */

/**
 * Throws a CodedError where nothing of the run may be sent. The rules are those of py/dicom_deid/pacs/outgoing.py.
 * @param {import("../storage/run-folders.js").Place} place   of a run that has ended
 * @returns {Promise<Output[]>}   in the order of their series
 */
export async function outputsOf({ journalFolder }) {
  if (await textIn(journalFolder, REJECTED)) throw new CodedError("REJECTED"); // some are still to be taken out
  const audit = await readFile(journalFolder, "audit.csv");
  if (!audit) throw new CodedError("NO_RUN");
  const unreviewed = await isUnreviewed(journalFolder);
  /** @type {Output[]} */
  const outputs = [];
  /** @type {Map<string, number>} */
  const often = new Map();
  for await (const line of wholeLines(audit)) {
    const row = auditRow(line);
    if (!row) throw new CodedError("AUDIT_DAMAGED");
    if (row.status !== "written") continue;
    often.set(row.sop_instance_uid, (often.get(row.sop_instance_uid) ?? 0) + 1);
    const doubtful = NOT_REVIEWED.test(row.pixels) && (unreviewed || row.pixels.startsWith("cleaned"));
    outputs.push({
      ...{ path: row.output_path, size: Number(row.bytes_out), patient: row.patient_id },
      ...{ study: row.study_instance_uid, series: row.series_instance_uid, instance: row.sop_instance_uid },
      ...{ sopClass: row.sop_class_uid, syntax: row.transfer_syntax_uid },
      objection: doubtful ? "PIXELS_NOT_REVIEWED" : "",
    });
  }
  for (const output of outputs) if ((often.get(output.instance) ?? 0) > 1) output.objection = "SAME_SOP_INSTANCE";
  return outputs.sort((one, other) => order(one.study, other.study) || order(one.series, other.series));
}

/** Whether the run wrote pixels that nobody had reviewed. @param {FileSystemDirectoryHandle} folder */
async function isUnreviewed(folder) {
  try {
    return JSON.parse((await textIn(folder, "plan.json")) ?? "").pixels_unreviewed === true;
  } catch {
    throw new CodedError("PLAN_UNREADABLE");
  }
}

/** @param {string} one @param {string} other */
const order = (one, other) => (one === other ? 0 : one < other ? -1 : 1);

/** Opens outputs of a run folder one after the other; those of a series lie side by side. */
export class Opening {
  #root;
  #path = "";
  /** @type {FileSystemDirectoryHandle | null} */ #folder = null;

  /** @param {FileSystemDirectoryHandle} root   the run folder */
  constructor(root) {
    this.#root = root;
  }

  /**
   * A file that is what the audit says. Throws a CodedError.
   * @param {Output} output
   * @returns {Promise<File>}
   */
  async open(output) {
    const file = await this.#file(output.path);
    if (!file) throw new CodedError("OUTPUT_MISSING");
    const said = file.size === output.size ? await saidBy(file) : null;
    if (!said) throw new CodedError("OUTPUT_CHANGED");
    if (said.removed !== "YES") throw new CodedError("NOT_DEIDENTIFIED");
    const { instance, sopClass, syntax, study, series } = output;
    const patient = PLAIN.test(output.patient) ? output.patient : said.patient;
    if (said.text !== [instance, sopClass, syntax, sopClass, instance, study, series, patient].join("\n"))
      throw new CodedError("OUTPUT_CHANGED");
    return file;
  }

  /** @param {string} path @returns {Promise<File | null>} */
  async #file(path) {
    if (!OUTPUT_PATH.test(path)) return null;
    const names = path.split("/");
    const last = names.pop() ?? "";
    try {
      if (this.#folder === null || names.join("/") !== this.#path) {
        let folder = this.#root;
        for (const name of names) folder = await inside(folder, name);
        [this.#folder, this.#path] = [folder, names.join("/")];
      }
      return await fileOf(await handleIn(this.#folder, last));
    } catch {
      return null;
    }
  }
}

/** What the header of a file says of itself, "" of what is not found; null: it is no DICOM. @param {File} file */
async function saidBy(file) {
  for (const bytes of HEADS) {
    const head = await readRange(file, 0, Math.min(bytes, file.size));
    const shape = recognise(head, file.size);
    if (!shape) return null;
    const { elements: meta, syntax } = readElements(head, shape.start, file.size, (tag) => WANTED.has(tag));
    const elements = syntax === DEFLATED ? await inflated(head, shape.start) : meta;
    const removed = textOf(elements.get(IDENTITY_REMOVED));
    if (!elements.has(SERIES) && file.size > bytes && bytes < HEADS[HEADS.length - 1]) continue;
    const named = [MEDIA_SOP_INSTANCE, MEDIA_SOP_CLASS].map((tag) => uidOf(meta.get(tag)));
    const uids = [SOP_CLASS, SOP_INSTANCE, STUDY, SERIES].map((tag) => uidOf(elements.get(tag)));
    const patient = textOf(elements.get(PATIENT));
    return { removed, patient, text: [...named, syntax, ...uids, patient].join("\n") };
  }
  return null;
}

const [GROUP_LENGTH_BYTES, META_LENGTH] = [12, 8];

/** The elements of a deflated data set, as far as its first bytes tell. @param {Uint8Array<ArrayBuffer>} head @param {number} start */
async function inflated(head, start) {
  // An output begins with (0002,0000): the length of what follows it in file meta.
  const meta =
    start + GROUP_LENGTH_BYTES + new DataView(head.buffer, head.byteOffset).getUint32(start + META_LENGTH, true);
  const stream = new Blob([head.subarray(meta)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const chunks = [];
  try {
    for (let length = 0; length < HEADS[1]; ) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
    }
  } catch {
    // the bytes end in the middle of the stream, which is no fault of it
  }
  reader.cancel().catch(() => {});
  const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
  return readElements(bytes, 0, bytes.length, (tag) => WANTED.has(tag)).elements;
}
