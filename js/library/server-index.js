// @ts-check
/**
 * The index of the server, asked as an index worker is (js/threads/index-thread.js): so search, list, pictures and viewer
 * are those of the page. A series is known by the number of its folder and its SeriesKey: "2-3f…".
 *
 * @typedef {import("../../worker/shared/protocol/index.js").IndexCalls} IndexCalls
 * @typedef {import("../../worker/shared/protocol/index.js").IndexStatus} IndexStatus
 * @typedef {import("../../worker/shared/protocol/index.js").SeriesPage} SeriesPage
 * @typedef {import("../../worker/shared/protocol/index.js").InstanceFound} InstanceFound
 * @typedef {import("../../worker/shared/protocol/index.js").PictureFound} PictureFound
 * @typedef {import("./server.js").LibraryStatus} LibraryStatus
 */

import { codeOf, Problem } from "../page/problem.js";

/** The status is asked for so often, in milliseconds: others can have files read, too. */
const POLL_MILLISECONDS = 2000;
/** Rows asked for at once where all that match are wanted, and the most that are. */
const [ROWS_AT_ONCE, MOST_KEYS] = [500, 2000];
/** Pixels of the longer side of a picture in the list. */
const PICTURE_PIXELS = 96;
/** Errors of the server that are told as they are; another one is that of an index. */
const TOLD = ["SERVER_LOST", "SIGN_IN_NEEDED"];

/** @param {string} key   as the page knows it */
export function partsOf(key) {
  const [folder, name] = key.split("-");
  return { key: name, folder: Number(folder) };
}

export class ServerIndex {
  #server;
  #report;
  #folders;
  #closed = false;
  /** @type {LibraryStatus | null} */ #status = null;
  #asking = false;
  /** @type {number | undefined} */ #timer;
  /** @type {(() => void)[]} called when there is a status */ #waiting = [];

  /**
   * @param {import("./server.js").Server} server
   * @param {(status: IndexStatus, size: number) => void} report
   * @param {(status: LibraryStatus) => void} folders   is told the same for each folder
   */
  constructor(server, report, folders) {
    this.#server = server;
    this.#report = report;
    this.#folders = folders;
  }

  async open() {
    await this.#look();
    this.#timer ??= setInterval(() => this.#poll(), POLL_MILLISECONDS);
  }

  /** It cannot hang: each call has an end. */
  async watch() {
    return () => {};
  }

  close() {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /**
   * @template {keyof IndexCalls} K
   * @param {K} name
   * @param {Parameters<IndexCalls[K]>} values
   * @returns {Promise<Awaited<ReturnType<IndexCalls[K]>>>}
   */
  async ask(name, ...values) {
    try {
      return await this.#answer(name, /** @type {any[]} */ (values));
    } catch (error) {
      const code = codeOf(error);
      throw new Problem(TOLD.includes(code) ? code : "INDEX_FAILED");
    }
  }

  /** @param {keyof IndexCalls} name @param {any[]} values @returns {Promise<any>} */
  async #answer(name, values) {
    switch (name) {
      case "search":
        return this.#search(values[0], values[1], values[2]);
      case "keys":
        return this.#keys(values[0]);
      case "instances":
        return this.#instances(values[0]);
      case "found":
        return values[0].map(found);
      case "picture":
        return this.#picture(values[0]);
      case "start":
        return this.#start();
      case "stop":
        return this.#tell(await this.#server.post("/index/stop", {}));
      default:
        throw new Problem("INDEX_FAILED"); // what the page offers of its own indexes alone
    }
  }

  /** @param {string} query @param {number} first @param {number} count @returns {Promise<SeriesPage>} */
  async #search(query, first, count) {
    const page = await this.#server.get("/search", { q: query, first, count });
    return { ...page, rows: page.rows.map((/** @type {any} */ row) => ({ ...row, key: `${row.folder}-${row.key}` })) };
  }

  /** @param {string} query @returns {Promise<string[]>} */
  async #keys(query) {
    /** @type {string[]} */
    const keys = [];
    for (let total = 1; keys.length < Math.min(total, MOST_KEYS); ) {
      const answer = await this.#search(query, keys.length, ROWS_AT_ONCE);
      if (answer.rows.length === 0) break; // fewer than it said: the index has changed
      total = answer.total;
      keys.push(...answer.rows.map(({ key }) => key));
    }
    return keys;
  }

  /** @param {string} of @returns {Promise<InstanceFound[]>} */
  async #instances(of) {
    const { key, folder } = partsOf(of);
    /** @type {import("./server.js").SeriesKnown} */
    const { files } = await this.#server.get(`/series/${key}`, { folder });
    return files.map(({ number, path, frames }) => ({
      path,
      index: null,
      frames,
      url: this.#server.addressOf(`/series/${key}/files/${number}`, { folder }),
    }));
  }

  /** @param {string} of @returns {Promise<File | null>} */
  async #picture(of) {
    const { key, folder } = partsOf(of);
    try {
      const png = await this.#server.blob(`/series/${key}/picture`, { folder, size: PICTURE_PIXELS });
      return new File([png], "picture.png", { type: "image/png" });
    } catch (error) {
      if (TOLD.includes(codeOf(error))) throw error;
      return null; // it has none
    }
  }

  /** Has new and changed files read; settles when that has ended. */
  async #start() {
    this.#tell(await this.#server.post("/index/start", {}));
    while (this.#status?.running && !this.#closed)
      await new Promise((resolve) => this.#waiting.push(() => resolve(null)));
  }

  /** Asks for the status, unless it is being asked for, or nobody sees the page. */
  async #poll() {
    if (this.#asking || document.hidden) return;
    this.#asking = true;
    await this.#look().catch(() => {}); // a server that is gone can come back; whoever asks for more is told
    this.#asking = false;
  }

  async #look() {
    this.#tell(await this.#server.get("/index/status"));
  }

  /** @param {LibraryStatus} status */
  #tell(status) {
    if (this.#closed) return;
    const before = JSON.stringify(this.#status);
    this.#status = status;
    for (const wake of this.#waiting.splice(0)) wake();
    if (JSON.stringify(status) === before) return;
    this.#folders(status);
    const { folders, reason: _, ...sums } = status;
    const holds = folders.some((folder) => folder.holds === "originals") ? "originals" : "de-identified";
    this.#report({ ...sums, holds, emptied: false }, 0);
  }
}

/** Its picture, which the server makes when it is asked for. @param {string} key @returns {PictureFound} */
function found(key) {
  return { key, filename: key, reason: "", frame: 1, path: "", index: null, frames: 1 };
}
