// @ts-check
/** sent.csv of a run: what came of each instance at each destination. Rows are only added; the last one of an instance counts. */

import { wholeLines } from "../report/audit.js";
import { cell } from "../shared/csv.js";
import { readFile, writePieces } from "../storage/folders.js";

export const LEDGER = "sent.csv";
export const COLUMNS = /** @type {const} */ ([
  "destination",
  "study_instance_uid",
  "series_instance_uid",
  "sop_instance_uid",
  "state",
  "reason",
  "time",
]);
/** Between two writings, in milliseconds: at least this, and ten times what the last one took. */
const PAUSE_MILLISECONDS = 2000;

/**
 * @typedef {import("./outputs.js").Output} Output
 * @typedef {"sent" | "confirmed" | "refused"} State
 */

export class Ledger {
  #folder;
  #destination;
  /** @type {Map<string, {state: State, reason: string}>} by the SOP Instance UID */ #states = new Map();
  /** @type {string[]} lines that are not written yet */ #lines = [];
  #isNew = true;
  #written = performance.now();
  #pause = PAUSE_MILLISECONDS;

  /** @param {FileSystemDirectoryHandle} folder   of the run @param {string} destination */
  constructor(folder, destination) {
    this.#folder = folder;
    this.#destination = destination;
  }

  /** Reads what is there. @returns {Promise<boolean>}  whether something was sent to this destination before, or begun */
  async open() {
    const file = await readFile(this.#folder, LEDGER);
    this.#isNew = file === null;
    let before = false;
    for await (const line of file ? wholeLines(file) : []) {
      const [destination, , , uid, state, reason] = line.split(","); // UIDs and codes have no comma; an address that has is quoted
      if (destination !== cell(this.#destination)) continue;
      before = true;
      this.#states.set(uid, { state: /** @type {State} */ (state), reason });
    }
    return before;
  }

  /** @param {string} instance */
  of(instance) {
    return this.#states.get(instance) ?? null;
  }

  /** @param {Output} output @param {State} state @param {string} [reason] */
  note({ study, series, instance }, state, reason = "") {
    this.#states.set(instance, { state, reason });
    const time = `${new Date().toISOString().slice(0, 19)}Z`;
    this.#lines.push([this.#destination, study, series, instance, state, reason, time].map(cell).join(","));
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
