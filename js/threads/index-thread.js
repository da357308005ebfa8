// @ts-check
/**
 * The index worker as the page sees it: a Python worker joined to the files worker, which another replaces when it dies.
 *
 * @typedef {import("../../worker/shared/protocol/index.js").OwnIndexOf} OwnIndexOf
 * @typedef {import("../../worker/shared/protocol/index.js").IndexApi} IndexApi
 * @typedef {import("../../worker/shared/protocol/index.js").IndexCalls} IndexCalls
 * @typedef {import("../../worker/shared/protocol/index.js").IndexStatus} IndexStatus
 * @typedef {import("./thread.js").Thread} Thread
 * @typedef {{thread: Thread, api: IndexApi}} Joined
 */
import * as Comlink from "../../worker/shared/comlink.js";
import { codeOf, Problem } from "../page/problem.js";

/** An index worker that does not answer for so long is taken to hang, in milliseconds: keeping a large index takes seconds. */
const SILENCE_MILLISECONDS = 60_000;
/** A worker that is let go of has so long to keep what it has, in milliseconds. */
const CLOSE_MILLISECONDS = 10_000;

/** Reasons with words of their own. */
const OWN_CODES = ["INDEX_OPEN", "INDEX_FULL", "NO_RUN"];

export class IndexThread {
  #pool;
  #files;
  #of;
  #report;
  /** @type {Promise<Joined> | null} */ #joined = null;
  #closed = false;

  /**
   * @param {import("./pool.js").Pool} pool
   * @param {import("./files.js").Files} files
   * @param {OwnIndexOf} of
   * @param {(status: IndexStatus, size: number) => void} report
   */
  constructor(pool, files, of, report) {
    this.#pool = pool;
    this.#files = files;
    this.#of = of;
    this.#report = report;
  }

  /** The worker, which has the index open; another one when it died. @returns {Promise<Joined>} */
  open() {
    if (this.#closed) return Promise.reject(new Problem("INDEX_FAILED"));
    this.#joined ??= this.#begin();
    return this.#joined;
  }

  /** @returns {Promise<Joined>} */
  async #begin() {
    const [files, page] = [new MessageChannel(), new MessageChannel()];
    /** @type {Thread | null} */
    let thread = null;
    try {
      thread = await this.#pool.trial();
      await this.#files.index(this.#of, Comlink.transfer(files.port1, [files.port1]));
      const ports = [files.port2, page.port1];
      await thread.alive(
        thread.python.index(Comlink.transfer(ports[0], [ports[0]]), Comlink.transfer(ports[1], [ports[1]])),
      );
      const api = /** @type {IndexApi} */ (/** @type {unknown} */ (Comlink.wrap(page.port2)));
      await thread.alive(api.open(this.#of, Comlink.proxy(this.#report)));
      return { thread, api };
    } catch (error) {
      thread?.end();
      this.#joined = null;
      throw new Problem(indexCode(error));
    }
  }

  /**
   * Asks the worker; once more, another one, if it died meanwhile: that one goes on with what was kept.
   * @template {keyof IndexCalls} K
   * @param {K} name
   * @param {Parameters<IndexCalls[K]>} values
   * @returns {Promise<Awaited<ReturnType<IndexCalls[K]>>>}
   */
  async ask(name, ...values) {
    const joined = await this.open();
    try {
      return await asked(joined, name, values);
    } catch (error) {
      if (codeOf(error) !== "PYTHON_LOST") throw new Problem(indexCode(error));
    }
    const again = await this.#instead(joined);
    return asked(again, name, values).catch((error) => Promise.reject(new Problem(indexCode(error))));
  }

  /** The worker in the place of one that died. @param {Joined} dead */
  async #instead(dead) {
    if ((await this.#joined) === dead) {
      dead.thread.end();
      this.#joined = null;
    }
    return this.open();
  }

  /** Ends the thread if it hangs. @returns {Promise<() => void>}  stops watching */
  async watch() {
    return (await this.open()).thread.watch(SILENCE_MILLISECONDS);
  }

  /** Ends it, as soon as all that it has is kept. */
  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#joined?.then(
      async ({ thread, api }) => {
        const late = new Promise((resolve) => setTimeout(resolve, CLOSE_MILLISECONDS));
        await Promise.race([thread.alive(api.ask("end", [])).catch(() => {}), late]);
        thread.end();
      },
      () => {},
    );
  }
}

/** @param {Joined} joined @param {keyof IndexCalls} name @param {unknown[]} values @returns {Promise<any>} */
function asked({ thread, api }, name, values) {
  return thread.alive(api.ask(name, values));
}

/** A reason of the index; for any other, that it failed. @param {unknown} error */
function indexCode(error) {
  const code = codeOf(error);
  return OWN_CODES.includes(code) ? code : "INDEX_FAILED";
}
