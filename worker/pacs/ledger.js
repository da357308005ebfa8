// @ts-check
/** sent.csv of a run: what came of each instance at each destination. Rows are only added; the last one of an instance counts. */

import { wholeLines } from "../report/audit.js";
import { cell } from "../shared/csv.js";
import { CodedError } from "../shared/errors.js";
import { readFile, writePieces } from "../storage/folders.js";
import { LEDGER } from "../storage/run-folders.js";

/** As the command line writes it (py/dicom_deid/pacs/ledger.py). */
export const COLUMNS = ["time", "destination", "sop_instance_uid", "state", "code"];
/** A row; of the cells, a destination alone can be quoted. */
const ROW =
  /^[^,"]*,(?<destination>"(?:[^"]|"")*"|[^",]*),(?<uid>[0-9.]*),(?<state>sent|confirmed|refused),(?<code>[A-Z_0-9]*)\r?$/;
/** Between two writings, in milliseconds: at least this, and ten times what the last one took. */
const PAUSE_MILLISECONDS = 2000;

/**
 * @typedef {import("./outputs.js").Output} Output
 * @typedef {"sent" | "confirmed" | "refused"} State
 */

export class Ledger {
  #folder;
  #destination;
  /** @type {Map<string, {state: State, code: string}>} by the SOP Instance UID */ #states = new Map();
  /** @type {string[]} lines that are not written yet */ #lines = [];
  #isNew = true;
  #written = performance.now();
  #pause = PAUSE_MILLISECONDS;

  /** @param {FileSystemDirectoryHandle} folder   of the run @param {string} destination */
  constructor(folder, destination) {
    this.#folder = folder;
    this.#destination = destination;
  }

  /** Reads what is there. Throws a CodedError LEDGER_DAMAGED. @returns {Promise<boolean>}  whether a sending was begun before */
  async open() {
    const file = await readFile(this.#folder, LEDGER);
    this.#isNew = file === null;
    for await (const line of file ? wholeLines(file) : []) {
      const cells = ROW.exec(line)?.groups;
      if (!cells) throw new CodedError("LEDGER_DAMAGED");
      const { destination, uid, state, code } = cells;
      if (destination === cell(this.#destination)) this.#states.set(uid, { state: /** @type {State} */ (state), code });
    }
    return file !== null;
  }

  /** @param {string} instance */
  of(instance) {
    return this.#states.get(instance) ?? null;
  }

  /** @param {Output} output @param {State} state @param {string} [code] */
  note({ instance }, state, code = "") {
    this.#states.set(instance, { state, code });
    const time = `${new Date().toISOString().slice(0, 19)}Z`;
    this.#lines.push([time, this.#destination, instance, state, code].map(cell).join(","));
  }

  /** Writes what was noted, when it is time or must be. @param {boolean} [now] */
  async settle(now = false) {
    const began = performance.now();
    if (!now && began - this.#written < this.#pause) return;
    const lines = this.#lines.splice(0);
    if (lines.length === 0 && !this.#isNew) return;
    const before = (await readFile(this.#folder, LEDGER)) ?? `${COLUMNS.join(",")}\n`;
    await writePieces(this.#folder, LEDGER, [before, lines.map((line) => `${line}\n`).join("")]);
    this.#isNew = false;
    this.#written = performance.now();
    this.#pause = Math.max(PAUSE_MILLISECONDS, 10 * (this.#written - began));
  }
}
