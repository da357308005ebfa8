// @ts-check
/**
 * One Python worker as the page sees it: its calls, and the news of its death.
 *
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {import("../../worker/shared/protocol/policy.js").PlanText | {error: string, problems?: import("../../worker/shared/protocol/policy.js").PolicyProblem[]}} Plan
 * @typedef {"explain" | "decide"} Question   what is asked about a file: with its values, to be shown; or as a run would
 * @typedef {import("../../worker/shared/protocol/python.js").Explained | import("../../worker/shared/protocol/tasks.js").Answer} Told
 * @typedef {import("../../vendor/comlink.mjs").Remote<import("../../worker/shared/protocol/python.js").PythonApi>} RemotePython
 */
import * as Comlink from "../../worker/shared/comlink.js";
import { CodedError } from "../../worker/shared/errors.js";

const WORKER = new URL("../../worker/python.worker.js", import.meta.url);
/** How often within the time a worker may be silent it is asked whether it is there. */
const PINGS = 10;

export class Thread {
  #worker = new Worker(WORKER, { type: "module" });
  /** @type {RemotePython} */
  python = Comlink.wrap(this.#worker);
  /** @type {PromiseWithResolvers<"dead">} */
  #death = Promise.withResolvers();

  constructor() {
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault(); // nothing of it on the console
      this.end();
    });
  }

  /**
   * The call's result, or an error when the thread ends before: such a call is never answered.
   * @template T
   * @param {Promise<T>} call
   */
  async alive(call) {
    const dead = this.#death.promise.then(() => Promise.reject(new CodedError("PYTHON_LOST")));
    return /** @type {T} */ (await Promise.race([call, dead]));
  }

  /** @param {Policy} policy @param {Uint8Array} key @param {boolean} linked @param {Uint8Array | null} numbers   of Material @param {string} [regions]   the text of a regions file */
  configure(policy, key, linked, numbers, regions = "") {
    return this.alive(/** @type {Promise<Plan>} */ (this.python.configure(policy, key, linked, numbers, regions)));
  }

  /** @param {Question} question @param {import("../../worker/shared/protocol/tasks.js").Task} task */
  told(question, task) {
    return this.alive(/** @type {Promise<Told>} */ (this.python[question](task)));
  }

  /** Ends the thread if it stays silent for so long (milliseconds). @param {number} silence @returns {() => void} stops watching */
  watch(silence) {
    let answered = performance.now();
    let asked = 0;
    const timer = setInterval(() => {
      // Time alone says nothing: the computer may have slept, or the browser slowed down the timers of a hidden tab.
      if (asked > 1 && performance.now() - answered > silence) return this.end();
      asked++;
      this.python.ping().then(() => {
        answered = performance.now();
        asked = 0;
      });
    }, silence / PINGS);
    return () => clearInterval(timer);
  }
  end() {
    this.#worker.terminate();
    this.#death.resolve("dead");
  }
}
