// @ts-check
/**
 * Trying a policy on one file: in a Python worker of its own, which a rule that hangs can take down with it.
 *
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {import("../../worker/shared/protocol/python.js").Explanation} Explanation
 * @typedef {import("../../worker/shared/protocol/policy.js").PolicyProblem} PolicyProblem
 * @typedef {import("../threads/thread.js").Thread} Thread
 * @typedef {import("../../worker/shared/protocol/imaging.js").Where} Where
 * @typedef {import("../../worker/shared/protocol/python.js").Explained} Explained
 * @typedef {Extract<import("../../worker/shared/protocol/tasks.js").Answer, {kind: "outcome"}>} Decided
 * @typedef {{error: string, problems?: PolicyProblem[]}} Untried   error: a reason code
 * @typedef {Explanation | Untried} Tried
 * @typedef {import("../threads/thread.js").Question} Question
 */
import { CodedError, codeOf } from "../../worker/shared/errors.js";
import { HEAD_BYTES } from "../../worker/shared/limits.js";
import { withRange } from "../../worker/shared/ranges.js";
import { deriveKey, makePassphrase } from "../page/project-key.js";

/** So long may Python take over one step where rules in Python are asked, and for each MiB of header again. */
const TRY_MILLISECONDS = 10_000;
/** And where there are none, so that nothing can hang. */
const LONG_MILLISECONDS = 120_000;
const MIB = 2 ** 20;
const TOO_LONG = "TRY_TOO_LONG";
/** Errors after which the worker is of no use; any other one is about the file. */
const ENDING = [TOO_LONG, "PYTHON_LOST", "PYTHON_NOT_STARTED", "NO_WORKER_LEFT", "UNEXPECTED"];

export class Trial {
  #files;
  #pool;
  /** @type {Promise<Thread> | null} */ #thread = null;
  /** The policy that it is configured with, as text. */ #policy = "";
  /** @type {{passphrase: string, key: Uint8Array} | null} */ #key = null;
  /** @type {Promise<unknown>} one try after the other */ #before = Promise.resolve();

  /**
   * @param {import("../threads/files.js").Files} files
   * @param {import("../threads/pool.js").Pool} pool
   */
  constructor(files, pool) {
    this.#files = files;
    this.#pool = pool;
  }

  /**
   * The outcome of a file in a run, element by element. Without a passphrase, with a key that nobody has.
   * @param {Where} where
   * @param {Policy} policy
   * @param {string} passphrase
   * @returns {Promise<Tried>}
   */
  async explain(where, policy, passphrase) {
    const told = await this.#next("explain", where, policy, passphrase);
    return "error" in told ? told : /** @type {Explained} */ (told).explanation;
  }

  /**
   * The outcome of a file in a run and, if it would be written, its parts.
   * @param {Where} where
   * @param {Policy} policy
   * @param {string} passphrase
   * @returns {Promise<Decided | Untried>}
   */
  async decide(where, policy, passphrase) {
    return /** @type {Decided | Untried} */ (await this.#next("decide", where, policy, passphrase));
  }

  /** Ends the worker: what it held of a file goes with it. */
  end() {
    this.#thread?.then(
      (thread) => thread.end(),
      () => {},
    );
    this.#thread = null;
    this.#policy = "";
  }

  /** @param {Question} question @param {Where} where @param {Policy} policy @param {string} passphrase */
  #next(question, where, policy, passphrase) {
    const told = this.#before
      .then(async () => {
        const thread = await this.#configured(policy, passphrase);
        return "error" in thread ? thread : this.#asked(thread, question, where, policy);
      })
      .catch((error) => this.#failed(error));
    this.#before = told;
    return told;
  }

  /** The worker, with this policy and passphrase. @param {Policy} policy @param {string} passphrase @returns {Promise<Thread | Untried>} */
  async #configured(policy, passphrase) {
    const key = await this.#keyOf(passphrase);
    this.#thread ??= this.#pool.trial();
    const thread = await this.#thread;
    const wanted = JSON.stringify(policy);
    if (wanted !== this.#policy) {
      this.#policy = "";
      const plan = await inTime(
        thread.configure(policy, key, false, await this.#pool.numbersFor(policy)),
        limit(policy, 0),
      );
      if ("error" in plan) return plan;
      this.#policy = wanted;
    }
    return thread;
  }

  /** @param {Thread} thread @param {Question} question @param {Where} where @param {Policy} policy @returns {Promise<Explained | Decided | Untried>} */
  async #asked(thread, question, where, policy) {
    /** @type {[number, number][]} */
    let wanted = [[0, HEAD_BYTES]];
    let fragments = null;
    /** @type {import("../../worker/shared/protocol/tasks.js").Fragments | null} */
    let known = null; // to find them, all of compressed pixel data is read
    for (;;) {
      const task = await this.#files.look(where, wanted, known ? null : fragments);
      known ??= task.fragments;
      task.fragments = known;
      const bytes = task.ranges.reduce((sum, range) => sum + range.bytes.length, 0);
      const answer = await inTime(thread.told(question, task), limit(policy, bytes));
      if (answer.kind === "explained" || answer.kind === "outcome") return answer;
      if (answer.kind === "fragments") fragments = answer.start;
      else wanted = withRange(wanted, [answer.start, Math.min(answer.end, task.size)]);
    }
  }

  /** @param {unknown} error @returns {{error: string}} */
  #failed(error) {
    const code = codeOf(error);
    if (!ENDING.includes(code)) return { error: code };
    this.end();
    return { error: code === TOO_LONG ? code : "TRY_FAILED" };
  }

  /** @param {string} passphrase */
  async #keyOf(passphrase) {
    if (this.#key?.passphrase !== passphrase) {
      this.#key = { passphrase, key: await deriveKey(passphrase || makePassphrase()) };
      this.#policy = ""; // to be configured anew
    }
    return this.#key.key;
  }
}

/** @param {Policy} policy @param {number} bytes   of header */
function limit({ python = [] }, bytes) {
  return python.length > 0 ? TRY_MILLISECONDS * (1 + bytes / MIB) : LONG_MILLISECONDS;
}

/**
 * @template T
 * @param {Promise<T>} call
 * @param {number} milliseconds
 * @returns {Promise<T>}
 */
async function inTime(call, milliseconds) {
  const { promise, reject } = Promise.withResolvers();
  const timer = setTimeout(() => reject(new CodedError(TOO_LONG)), milliseconds);
  try {
    return /** @type {T} */ (await Promise.race([call, promise]));
  } finally {
    clearTimeout(timer);
  }
}
