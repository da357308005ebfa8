// @ts-check
/**
 * The Python worker that looks for text in pictures, as the page sees it: configured once, replaced when it ends, hangs,
 * or has grown too large. A file over which it ended has a code: it was not looked at.
 *
 * @typedef {import("../../worker/shared/protocol/finding.js").FindingApi} FindingApi
 * @typedef {import("../../worker/shared/protocol/finding.js").Opening} Opening
 * @typedef {import("../../worker/shared/protocol/finding.js").Step} Step
 * @typedef {import("../../worker/shared/protocol/detection.js").Box} Box
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {{thread: import("./thread.js").Thread, finding: import("../../vendor/comlink.mjs").Remote<FindingApi>}} Worker
 */
import * as Comlink from "../../worker/shared/comlink.js";
import { CodedError } from "../../worker/shared/errors.js";
import { Problem } from "../page/problem.js";

/** A frame of 100 MB takes the slowest decoder some ten seconds; what takes longer than this (milliseconds) hangs. */
const CALL_MILLISECONDS = 60_000;
/** Of a mask with thousands of frames each is read, and covered with rectangles. */
const MASK_MILLISECONDS = 600_000;
/** Bytes of WebAssembly memory, which never shrinks, above which the next file has a new worker: the detector needs room, too. */
const HEAP_LIMIT = 160 * 1024 * 1024;

export class FindingThread {
  #pool;
  #policy;
  #key;
  #options;
  /** @type {Worker | null} */ #worker = null;
  /** The mask as every worker is given it; "": none. */ #mask = "";
  #heap = 0;
  #closed = false;

  /**
   * @param {import("./pool.js").Pool} pool
   * @param {Policy} policy   without rules in Python: of those a run knows
   * @param {Uint8Array} key
   * @param {{everyKind?: boolean, patience?: number, heapLimit?: number}} [options]   everyKind: also pictures of what is written
   *   anyway are looked at; in milliseconds and bytes
   */
  constructor(pool, policy, key, options = {}) {
    this.#pool = pool;
    this.#policy = policy;
    this.#key = key;
    this.#options = { everyKind: false, patience: CALL_MILLISECONDS, heapLimit: HEAP_LIMIT, ...options };
  }

  /**
   * Uses a mask for all files that are opened from now on. Rejects with a CodedError: BAD_MASK, or what no worker survived.
   * @param {Blob} file
   * @param {(share: number) => void} tell   how much of it is read, from 0 to 1
   */
  async bring(file, tell) {
    const answer = await this.#asked((finding) => finding.bring(file, Comlink.proxy(tell)), MASK_MILLISECONDS);
    if ("error" in answer) throw new CodedError(answer.error);
    this.#mask = answer.mask;
  }

  /** Begins to look at a file. @param {Blob} file @param {string} sourceId @returns {Promise<Opening | {error: string}>} */
  async open(file, sourceId) {
    if (this.#heap > this.#options.heapLimit) this.#end();
    return this.#asked((finding) => finding.open(file, sourceId));
  }

  /** The next picture of the file that is open. @param {Box[] | null} found   in the one before @returns {Promise<Step | {error: string}>} */
  async next(found) {
    if (!this.#worker) return { error: "DECODER_LOST" }; // and with it what was open
    return this.#asked((finding) => finding.next(found));
  }

  /** The groups that sightings make. Rejects with a Problem. @param {import("../../worker/shared/protocol/finding.js").Sighting[]} sightings @returns {Promise<any>} */
  async gather(sightings) {
    const { thread, finding } = await this.#started();
    return JSON.parse(await thread.alive(finding.gather(JSON.stringify(sightings))));
  }

  /** Starts the worker, if there is none. Rejects with a Problem where it cannot be, or the policy is refused. */
  async start() {
    await this.#started();
  }

  /** Ends the worker: what it held of a file goes with it. */
  close() {
    this.#closed = true;
    this.#end();
  }

  /**
   * @template T
   * @param {(finding: Worker["finding"]) => Promise<import("../../worker/shared/protocol/imaging.js").Seen<T>>} call
   * @param {number} [patience]   in milliseconds
   * @returns {Promise<T | {error: string}>}
   */
  async #asked(call, patience = this.#options.patience) {
    const worker = await this.#started();
    const timer = setTimeout(() => this.#end(), patience);
    try {
      const { heap, answer } = await worker.thread.alive(call(worker.finding));
      this.#heap = heap;
      return answer;
    } catch {
      this.#end();
      return { error: "DECODER_LOST" };
    } finally {
      clearTimeout(timer);
    }
  }

  async #started() {
    if (this.#worker) return this.#worker;
    if (this.#closed) throw new CodedError("CANCELLED");
    const thread = await this.#pool.preview().catch(() => {
      throw new Problem("IMAGING_NOT_STARTED");
    });
    try {
      const plan = await thread.configure(this.#policy, this.#key, false, await this.#pool.numbersFor(this.#policy));
      if ("error" in plan) throw new Problem(plan.error, plan.problems);
      const { port1, port2 } = new MessageChannel();
      const { everyKind } = this.#options;
      this.#heap = await thread.alive(thread.python.find(Comlink.transfer(port1, [port1]), everyKind, this.#mask));
      if (this.#closed) throw new CodedError("CANCELLED");
      this.#worker = { thread, finding: /** @type {Worker["finding"]} */ (Comlink.wrap(port2)) };
      return this.#worker;
    } catch (error) {
      thread.end();
      throw error;
    }
  }

  #end() {
    this.#worker?.thread.end();
    this.#worker = null;
  }
}
