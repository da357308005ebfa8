// @ts-check
/** The outputs of a run that has ended, as they may be sent: what the audit calls written, and each as the audit says it is. */

import { readElements, textOf, uidOf } from "../dicom/header.js";
import { recognise } from "../dicom/is-dicom.js";
import { auditRow, wholeLines } from "../report/audit.js";
import { readRange } from "../shared/blob.js";
import { CodedError } from "../shared/errors.js";
import { fileOf, handleIn, inside, readFile, textOf as textIn } from "../storage/folders.js";
import { OUTPUT_PATH, REJECTED } from "../storage/run-folders.js";

const [SOP_INSTANCE, STUDY, IDENTITY_REMOVED] = [0x00080018, 0x0020000d, 0x00120062];
const MEDIA_STORAGE_SOP_INSTANCE = 0x00020003;
const WANTED = new Set([SOP_INSTANCE, STUDY, IDENTITY_REMOVED]);
const DEFLATED = "1.2.840.10008.1.2.1.99";
/** Bytes that are read to find them: first, and where long elements stand before them. */
const HEADS = [16 * 1024, 1024 * 1024];
/** What the column `pixels` says of an output with regions that nobody has approved. */
const NOT_REVIEWED = /not reviewed/;

/** @typedef {{path: string, size: number, patient: string, study: string, series: string, instance: string}} Output */

/**
 * Throws a CodedError where nothing of the run may be sent.
 * @param {import("../storage/run-folders.js").Place} place   of a run that has ended
 * @returns {Promise<Output[]>}   in the order of their series
 */
export async function outputsOf({ journalFolder }) {
  if (await textIn(journalFolder, REJECTED)) throw new CodedError("REJECTED"); // some are still to be taken out
  const audit = await readFile(journalFolder, "audit.csv");
  if (!audit) throw new CodedError("NO_RUN");
  /** @type {Output[]} */
  const outputs = [];
  for await (const line of wholeLines(audit)) {
    const row = auditRow(line);
    if (row?.status !== "written") continue;
    if (NOT_REVIEWED.test(row.pixels)) throw new CodedError("PIXELS_NOT_REVIEWED");
    outputs.push({
      ...{ path: row.output_path, size: Number(row.bytes_out), patient: row.patient_id },
      ...{ study: row.study_instance_uid, series: row.series_instance_uid, instance: row.sop_instance_uid },
    });
  }
  return outputs.sort((one, other) => order(one.study, other.study) || order(one.series, other.series));
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
    if (!file || file.size !== output.size) throw new CodedError("OUTPUT_MISSING");
    const said = await saidBy(file);
    if (said.instance !== output.instance || said.named !== output.instance || said.study !== output.study)
      throw new CodedError("OUTPUT_MISSING");
    if (said.removed !== "YES") throw new CodedError("NOT_DEIDENTIFIED");
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

/** What the header of a file says of itself; "" of what is not found. @param {File} file */
async function saidBy(file) {
  let said = { named: "", instance: "", study: "", removed: "" };
  for (const bytes of HEADS) {
    const head = await readRange(file, 0, Math.min(bytes, file.size));
    const shape = recognise(head, file.size);
    if (!shape) return said;
    let { elements, syntax } = readElements(head, shape.start, file.size, (tag) => WANTED.has(tag));
    const named = uidOf(elements.get(MEDIA_STORAGE_SOP_INSTANCE));
    if (syntax === DEFLATED) elements = await inflated(head, shape.start);
    const removed = textOf(elements.get(IDENTITY_REMOVED));
    const [instance, study] = [uidOf(elements.get(SOP_INSTANCE)), uidOf(elements.get(STUDY))];
    said = { named, instance, study, removed };
    if ((removed && study) || file.size <= bytes) return said;
  }
  return said;
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
    for (let length = 0; length < HEADS[0]; ) {
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
