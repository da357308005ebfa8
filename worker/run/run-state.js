// @ts-check
/** Whether a run goes on, waits or has ended, and why: what Pause, Resume, Cancel, a full disk and the last file do to it. */

import { Clock } from "../shared/async.js";
import { CodedError } from "../shared/errors.js";

export class Course {
  /** @type {import("../shared/protocol/files.js").Progress["state"]} */ state = "opening";
  /** @type {import("../shared/protocol/files.js").RunSummary["end"] | null} */ end = null;
  /** Why it ended, as a reason code, where it could not go on. */ error = "";
  /** Why it waits, as a reason code; "": it does not, or was asked to. */ reason = "";
  clock = new Clock();
  #worklist;
  #changed;
  #note;

  /**
   * @param {import("./batches.js").Worklist} worklist
   * @param {import("../shared/async.js").Signal} changed
   * @param {(line: string) => void} note   for output.log
   */
  constructor(worklist, changed, note) {
    this.#worklist = worklist;
    this.#changed = changed;
    this.#note = note;
  }

  /** The run is open; it may have been paused meanwhile. */
  begin() {
    if (!this.end) this.state = this.#worklist.paused ? "paused" : "running";
  }

  /** Waits until the run has ended. */
  async ended() {
    while (!this.end) await this.#changed.wait();
  }

  /**
   * Ends the run; the first reason counts.
   * @param {"finished" | "cancelled" | "stopped"} end
   * @param {string} [reason]
   */
  stop(end, reason = "") {
    if (this.end) return;
    this.end = end;
    this.error = reason;
    this.#worklist.over = true;
    if (end !== "finished") this.state = "cancelling";
    this.#changed.fire();
  }

  /** Something of the output was lost after the last file. @param {string} reason */
  lose(reason) {
    if (this.end === "finished") this.end = "stopped";
    this.error ||= reason;
  }

  pause() {
    if (this.state !== "paused" && !this.end) this.#pause("paused");
  }

  /** @param {string} line */
  #pause(line) {
    this.state = "paused";
    this.#worklist.paused = true;
    this.clock.stop();
    this.#note(line);
  }

  /**
   * Pauses for a reason that the person has to see to, until the run goes on. Throws when it ends instead.
   * @param {string} reason
   */
  async hold(reason) {
    this.reason ||= reason;
    if (this.state === "running") this.#pause(`paused: ${reason}`);
    while (this.state === "paused" && !this.end) await this.#changed.wait();
    if (this.end) throw new CodedError("CANCELLED");
  }

  resume() {
    if (this.state !== "paused") return;
    this.state = "running";
    this.reason = "";
    this.#worklist.paused = false;
    this.clock.go();
    this.#note("resumed");
    this.#changed.fire();
  }

  /** Ends the run before its end; if it was held, for the reason that held it. */
  cancel() {
    if (this.reason) this.stop("stopped", this.reason);
    else this.stop("cancelled");
  }
}
