// @ts-check
/**
 * Trying a policy on one file: in a Python worker of its own, which a rule that hangs can take down with it.
 *
 * @typedef {import("../worker/protocol.js").Policy} Policy
 * @typedef {import("../worker/protocol.js").Explanation} Explanation
 * @typedef {import("../worker/protocol.js").PolicyProblem} PolicyProblem
 * @typedef {import("./thread.js").Thread} Thread
 * @typedef {Explanation | {error: string, problems?: PolicyProblem[]}} Tried   error: a reason code
 */
import { HEAD_BYTES } from "../worker/protocol.js";
import { withRange } from "../worker/ranges.js";
import { deriveKey, makePassphrase } from "./key.js";

/** So long may Python take over one step. Reading a policy and a header take a fraction of a second. */
const TRY_MILLISECONDS = 10_000;
const TOO_LONG = "TRY_TOO_LONG";

export class Trial {
  #files;
  #pool;
  /** @type {Promise<Thread> | null} */ #thread = null;
  /** The policy that it is configured with, as text. */ #policy = "";
  /** @type {{passphrase: string, key: Uint8Array} | null} */ #key = null;
  /** @type {Promise<unknown>} one try after the other */ #before = Promise.resolve();

  /**
   * @param {import("./files.js").Files} files
   * @param {import("./pool.js").Pool} pool
   */
  constructor(files, pool) {
    this.#files = files;
    this.#pool = pool;
  }

  /**
   * What would come of a file. Without a passphrase, with a key that nobody has.
   * @param {number} index   of the file, as the files worker counts
   * @param {Policy} policy
   * @param {string} passphrase
   * @returns {Promise<Tried>}
   */
  explain(index, policy, passphrase) {
    const tried = this.#before.then(() => this.#try(index, policy, passphrase)).catch((error) => this.#failed(error));
    this.#before = tried;
    return tried;
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

  /** @param {number} index @param {Policy} policy @param {string} passphrase @returns {Promise<Tried>} */
  async #try(index, policy, passphrase) {
    const key = await this.#keyOf(passphrase);
    this.#thread ??= this.#pool.trial();
    const thread = await this.#thread;
    const wanted = JSON.stringify(policy);
    if (wanted !== this.#policy) {
      this.#policy = "";
      const plan = await inTime(thread.configure(policy, key));
      if ("error" in plan) return plan;
      this.#policy = wanted;
    }
    return this.#explained(thread, index);
  }

  /** @param {Thread} thread @param {number} index @returns {Promise<Tried>} */
  async #explained(thread, index) {
    /** @type {[number, number][]} */
    let wanted = [[0, HEAD_BYTES]];
    let fragments = null;
    for (;;) {
      const task = await this.#files.look(index, wanted, fragments);
      if ("error" in task) return task;
      const answer = await inTime(thread.explain(task));
      if ("error" in answer) return answer;
      if (answer.kind === "explained") return answer.explanation;
      if (answer.kind === "fragments") fragments = answer.start;
      else wanted = withRange(wanted, [answer.start, Math.min(answer.end, task.size)]);
    }
  }

  /** @param {unknown} error @returns {Tried} */
  #failed(error) {
    this.end();
    const code = error instanceof Error ? error.message : "";
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

/**
 * @template T
 * @param {Promise<T>} call
 * @returns {Promise<T>}
 */
async function inTime(call) {
  const { promise, reject } = Promise.withResolvers();
  const timer = setTimeout(() => reject(new Error(TOO_LONG)), TRY_MILLISECONDS);
  try {
    return /** @type {T} */ (await Promise.race([call, promise]));
  } finally {
    clearTimeout(timer);
  }
}
