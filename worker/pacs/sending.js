// @ts-check
/**
 * Sends the outputs of a run to a PACS: checked against the audit, in batches, and confirmed by what the PACS lists. What it
 * acknowledges is not believed: PACS have acknowledged what they did not keep.
 */

import { CodedError, codeOf } from "../shared/errors.js";
import { Batches } from "./batches.js";
import { Opening } from "./outputs.js";
import { Patience, paused } from "./patience.js";
import { bytesOf, PacsError, Peer, refusal } from "./peer.js";
import { hasInstance, instancesOf } from "./queries.js";
import { codeFor, isTaken } from "./refusals.js";
import { SendProgress } from "./send-progress.js";
import { ACCEPT, answerOf, requestOf } from "./stow.js";

/** Requests at the same time. */
const IN_FLIGHT = 2;
/** After so many tries that broke off, half of the files are tried. */
const TRIES_WHOLE = 3;
/** Milliseconds in which, in all, a PACS is given time to list what it has taken. */
const SETTLING = [500, 1000, 2000, 4000];
/** Instances that are asked for by themselves at most, because a list has them not. */
const MOST_SOUGHT = 200;
/** Bytes of an answer. */
const ANSWER_BYTES = 4 * 1024 * 1024;
/** Errors that every other file would meet, too. */
const FOR_ALL = new Set(["PACS_REFUSED_LOGIN", "PACS_REDIRECT", "PACS_NOT_OFFERED", "CANCELLED", "SIGN_IN_NEEDED"]);
/** Statuses of answers that tell of each instance what came of it. */
const TELLING = new Set([200, 202, 400, 409]);

/**
 * @typedef {import("./outputs.js").Output} Output
 * @typedef {import("../shared/protocol/pacs.js").Sent} Sent
 */

export class Sending {
  #peer;
  #ledger;
  #opening;
  #progress;
  #abort = new AbortController();
  /** With files, and apart from it with questions: a PACS can answer these and take none of those. */
  #patience = this.#newPatience();
  #asking = this.#newPatience();
  /** @type {Output[]} */ #outputs;
  /** @type {Batches<Output>} */ #batches = new Batches([]);
  /** @type {Map<string, number>} by the series: files that have no answer yet */ #open = new Map();
  /** @type {Map<string, string>} SOP Instance UID of what does not go, and why */ #stopped = new Map();
  /** @type {number[]} */ #settling = [...SETTLING];
  #mostSought = MOST_SOUGHT;
  /** @type {string} why it cannot go on, as a reason code; "": it can */ #error = "";

  /**
   * @param {import("../shared/protocol/pacs.js").Pacs} pacs
   * @param {{outputs: Output[], folder: FileSystemDirectoryHandle, ledger: import("./ledger.js").Ledger}} run
   * @param {(progress: import("../shared/protocol/pacs.js").SendProgress) => void} report
   */
  constructor(pacs, { outputs, folder, ledger }, report) {
    this.#peer = new Peer(pacs);
    this.#outputs = outputs;
    this.#ledger = ledger;
    this.#opening = new Opening(folder);
    this.#progress = new SendProgress(report);
  }

  #newPatience() {
    return new Patience(this.#abort.signal, (code) => this.#progress.wait(code));
  }

  cancel() {
    this.#stop("CANCELLED");
  }

  /** @param {string} code */
  #stop(code) {
    this.#error ||= code;
    this.#abort.abort();
  }

  /** @param {boolean} again   something was sent to this destination before, or begun @returns {Promise<Sent>} */
  async go(again) {
    for (const { path, objection } of this.#outputs) if (objection) this.#stopped.set(path, objection);
    const sendable = this.#outputs.filter(({ path }) => !this.#stopped.has(path));
    const left = sendable.filter((output) => this.#stateOf(output) !== "confirmed");
    this.#progress.begin(left);
    try {
      await this.#ledger.settle(true); // from here on it shows that something may be there
      const missing = again ? await this.#notThere(left) : left;
      this.#batches = new Batches(missing);
      for (const { series } of missing) this.#open.set(series, (this.#open.get(series) ?? 0) + 1);
      await Promise.all(Array.from({ length: IN_FLIGHT }, () => this.#work()));
    } catch (error) {
      this.#stop(codeOf(error));
    }
    await this.#ledger.settle(true).catch((error) => this.#stop(codeOf(error, "OUTPUT_LOST")));
    return this.#end();
  }

  async #work() {
    while (!this.#error && !this.#batches.isEmpty) {
      const batch = this.#batches.next();
      try {
        await this.#send(batch);
        await this.#ledger.settle();
      } catch (error) {
        this.#stop(codeOf(error, "OUTPUT_LOST"));
      }
    }
  }

  /** One batch, to its end: another try, halves of it, or an answer. @param {Output[]} batch */
  async #send(batch) {
    const { outputs, files } = await this.#checked(batch);
    if (outputs.length === 0) return;
    const { body, type } = requestOf(files);
    try {
      const response = await this.#peer.ask("/studies", { accept: ACCEPT, type, body }, this.#patience.signal);
      if (!response.ok && !TELLING.has(response.status)) throw await refusal(response);
      const text = new TextDecoder().decode(await bytesOf(response, ANSWER_BYTES));
      const answer = answerOf(text);
      if (!answer && !response.ok) throw new PacsError("PACS_REFUSED");
      this.#patience.succeeded();
      await this.#answered(outputs, answer);
    } catch (error) {
      if (!(error instanceof PacsError) || FOR_ALL.has(error.code)) throw error;
      await this.#failed(outputs, error);
    }
  }

  /** @param {Output[]} outputs @param {PacsError} error */
  async #failed(outputs, error) {
    let left = outputs;
    if (error.passes) {
      await this.#patience.wait(error.code, error.wait);
      // Nobody knows what came of it: what is there by now does not go once more.
      left = await this.#notThere(outputs, true);
      // Where it answers, and takes no files: a proxy can break off what is too large for it, without a word.
      const isFile = error.code !== "PACS_BUSY" && this.#patience.failures >= TRIES_WHOLE;
      if (left.length === 0 || !isFile) return this.#batches.back(left);
    }
    if (!this.#batches.tooLarge(left)) await this.#close(left, () => ["refused", error.code]);
  }

  /** The files of a batch that are what the audit says; the others are refused. @param {Output[]} batch */
  async #checked(batch) {
    /** @type {{outputs: Output[], files: File[]}} */
    const sound = { outputs: [], files: [] };
    for (const output of batch) {
      try {
        const file = await this.#opening.open(output);
        sound.files.push(file);
        sound.outputs.push(output);
      } catch (error) {
        this.#stopped.set(output.path, codeOf(error, "READ_FAILED"));
        await this.#close([output]);
      }
    }
    return sound;
  }

  /** @param {Output[]} outputs @param {ReturnType<typeof answerOf>} answer */
  async #answered(outputs, answer) {
    await this.#close(outputs, ({ instance }) => {
      const reason = answer?.failed.get(instance);
      return reason === undefined || isTaken(reason) ? ["sent", ""] : ["refused", codeFor(reason)];
    });
  }

  /**
   * These have come to an end; series that have none left are confirmed.
   * @param {Output[]} outputs
   * @param {(output: Output) => [import("./ledger.js").State, string]} [stateOf]   none: they did not go
   */
  async #close(outputs, stateOf) {
    /** @type {Set<string>} */
    const whole = new Set();
    for (const output of outputs) {
      if (stateOf) this.#ledger.note(output, ...stateOf(output));
      const left = (this.#open.get(output.series) ?? 1) - 1;
      this.#open.set(output.series, left);
      if (left === 0) whole.add(output.series);
    }
    this.#progress.end(outputs);
    for (const series of whole) {
      const acknowledged = this.#outputs.filter((one) => one.series === series && this.#stateOf(one) === "sent");
      let missing = await this.#missingOf(acknowledged);
      for (let pause = 0; missing.length > 0; missing = await this.#missingOf(missing)) {
        pause = this.#settling.shift() ?? 0;
        if (pause === 0) break;
        await paused(pause, this.#abort.signal);
      }
      for (const output of missing) await this.#sought(output);
    }
  }

  /** Asks for one instance by itself. @param {Output} output */
  async #sought(output) {
    const isThere =
      this.#mostSought-- > 0 && (await this.#asked(() => hasInstance(this.#peer, output, this.#asking), false));
    this.#ledger.note(output, isThere ? "confirmed" : "refused", isThere ? "" : "PACS_NOT_KEPT");
  }

  /** @param {Output} output */
  #stateOf({ instance }) {
    return this.#ledger.of(instance)?.state;
  }

  /** Of some outputs, those that the PACS has not; the others are confirmed. @param {Output[]} outputs @param {boolean} [counted]   they have been counted as open */
  async #notThere(outputs, counted = false) {
    const missing = [];
    for (const of of groups(outputs)) {
      const lacking = new Set(await this.#missingOf(of));
      const there = of.filter((output) => !lacking.has(output));
      this.#progress.end(there);
      if (counted) for (const { series } of there) this.#open.set(series, (this.#open.get(series) ?? 1) - 1);
      missing.push(...lacking);
    }
    return missing;
  }

  /** Of outputs of one series, those that the PACS does not list; it confirms the others. @param {Output[]} outputs */
  async #missingOf(outputs) {
    if (outputs.length === 0) return [];
    const [{ study, series }] = outputs;
    const isWhole = (/** @type {ReadonlyMap<string, unknown>} */ found) =>
      outputs.every((one) => found.has(one.instance));
    const listed = await this.#asked(() => instancesOf(this.#peer, study, series, this.#asking, isWhole), []);
    const there = new Set(listed.map(({ instance }) => instance));
    for (const output of outputs) if (there.has(output.instance)) this.#ledger.note(output, "confirmed");
    return outputs.filter(({ instance }) => !there.has(instance));
  }

  /**
   * An answer to a question for what is there; another one of a PACS that says 404 of a study that it does not have.
   * @template T
   * @param {() => Promise<T>} ask
   * @param {T} none
   */
  async #asked(ask, none) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof PacsError && error.status === 404) return none;
      throw codeOf(error) === "PACS_NOT_OFFERED" ? new CodedError("PACS_CANNOT_CONFIRM") : error;
    }
  }

  /** @returns {Sent} */
  #end() {
    const counts = { confirmed: 0, sent: 0, left: 0 };
    /** @type {Record<"stopped" | "refused", Record<string, number>>} */
    const reasons = { stopped: {}, refused: {} };
    const count = (/** @type {Record<string, number>} */ of, /** @type {string} */ code) =>
      (of[code] = (of[code] ?? 0) + 1);
    for (const { instance, path } of this.#outputs) {
      const [stopped, known] = [this.#stopped.get(path), this.#ledger.of(instance)];
      if (stopped) count(reasons.stopped, stopped);
      else if (known?.state === "refused") count(reasons.refused, known.code);
      else counts[known?.state ?? "left"]++;
    }
    const end = this.#error === "" ? "finished" : this.#error === "CANCELLED" ? "cancelled" : "stopped";
    const { seconds } = this.#progress;
    return { end, error: this.#error, total: this.#outputs.length, ...counts, ...reasons, seconds };
  }
}

/** Outputs by their series, in order. @param {Output[]} outputs @returns {Output[][]} */
function groups(outputs) {
  /** @type {Map<string, Output[]>} */
  const all = new Map();
  for (const output of outputs) {
    const of = all.get(output.series) ?? [];
    all.set(output.series, of);
    of.push(output);
  }
  return [...all.values()];
}
