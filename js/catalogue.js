// @ts-check
/**
 * The index of what was picked, or of a run's outputs: searched while it is made, kept in private storage.
 *
 * @typedef {import("../worker/protocol.js").IndexOf} IndexOf
 * @typedef {import("../worker/protocol.js").IndexApi} IndexApi
 * @typedef {import("../worker/protocol.js").IndexCalls} IndexCalls
 * @typedef {import("../worker/protocol.js").IndexStatus} IndexStatus
 * @typedef {import("../worker/protocol.js").SeriesRow} SeriesRow
 * @typedef {import("../worker/protocol.js").InstanceFound} InstanceFound
 * @typedef {import("../worker/protocol.js").PictureFound} PictureFound
 * @typedef {import("../worker/protocol.js").PicturesMade} PicturesMade
 * @typedef {{thread: import("./thread.js").Thread, api: IndexApi}} Joined
 */
import * as Comlink from "../vendor/comlink.mjs";
import { Problem } from "./problem.js";

/** An index worker that does not answer for so long is taken to hang, in milliseconds: keeping a large index takes seconds. */
const SILENCE_MILLISECONDS = 60_000;

/** @type {IndexStatus} */
const NOTHING = {
  holds: "originals",
  enumerated: 0,
  processed: 0,
  series: 0,
  errors: 0,
  updated: "",
  running: false,
};

/** Tells "change" when its status has changed, at most four times a second. */
export class Catalogue extends EventTarget {
  /** @type {IndexStatus} */
  status = NOTHING;
  /** Bytes of the index in private storage, without its thumbnails. */
  size = 0;
  #pool;
  #files;
  /** @type {Promise<Joined> | null} */ #joined = null;
  #closed = false;

  /**
   * @param {import("./pool.js").Pool} pool
   * @param {import("./files.js").Files} files
   * @param {IndexOf} of
   */
  constructor(pool, files, of) {
    super();
    this.#pool = pool;
    this.#files = files;
    /** What it is the index of. */
    this.of = of;
  }

  /**
   * Opens what is kept, or an empty one. That of other files than those picked is emptied first: its series are never
   * shown to another folder. Rejects with a Problem (INDEX_OPEN: in another tab; INDEX_FAILED).
   * @param {import("./pool.js").Pool} pool
   * @param {import("./files.js").Files} files
   * @param {IndexOf} of
   * @returns {Promise<Catalogue>}
   */
  static async open(pool, files, of) {
    const catalogue = new Catalogue(pool, files, of);
    await catalogue.#worker();
    return catalogue;
  }

  /**
   * What is kept of originals, told without a worker: to be offered after a reload.
   * @returns {Promise<{bytes: number, updated: Date} | null>}
   */
  static async kept() {
    try {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("index");
      const file = await (await folder.getFileHandle("originals.sqlite")).getFile();
      return file.size > 0 ? { bytes: file.size, updated: new Date(file.lastModified) } : null;
    } catch {
      return null;
    }
  }

  /**
   * Whether it is of the files that are picked now. Call it when others were picked: of other files it is emptied.
   * @returns {Promise<"same" | "emptied">}
   */
  claim() {
    return this.#ask("claim");
  }

  /** Reads the headers that are new or changed; resolves at the end, or when stopped. Search works meanwhile. */
  async start() {
    const { thread } = await this.#worker();
    const stopWatching = thread.watch(SILENCE_MILLISECONDS);
    try {
      await this.#ask("start");
    } finally {
      stopWatching();
    }
  }

  /** What was read so far stays; the next start goes on from there. */
  stop() {
    this.#ask("stop").catch(() => {}); // then it has stopped
  }

  /**
   * @param {string} query   words, modality:CT, date:2024-01..2024-03, patient:, -not, "together"
   * @param {number} first   from 0
   * @param {number} count
   * @returns {Promise<{total: number, rows: SeriesRow[]}>}   the latest studies first
   */
  search(query, first, count) {
    return this.#ask("search", query, first, count);
  }

  /** SeriesKeys of all that match. @param {string} query @returns {Promise<string[]>} */
  keys(query) {
    return this.#ask("keys", query);
  }

  /**
   * The files of a series, in the order in which they are looked through: by position along the normal of the slices,
   * else by instance number, else by path.
   * @param {string} key
   * @returns {Promise<InstanceFound[]>}
   */
  instances(key) {
    return this.#ask("instances", key);
  }

  /** The files of several series at once, in no order. @param {string[]} keys @returns {Promise<InstanceFound[]>} */
  files(keys) {
    return this.#ask("files", keys);
  }

  /** For each series the thumbnail that stands for it, or what to make it of. @param {string[]} keys @returns {Promise<PictureFound[]>} */
  found(keys) {
    return this.#ask("found", keys);
  }

  /**
   * Files of some series that have frames without thumbnails, by path.
   * @param {string} after   a path
   * @param {number} count
   * @param {string[]} keys
   * @returns {Promise<InstanceFound[]>}
   */
  wanting(after, count, keys) {
    return this.#ask("wanting", after, count, keys);
  }

  /** Reason codes of what has no thumbnail in some series, or a doubtful one, and of how many files. @param {string[]} keys */
  missing(keys) {
    return this.#ask("missing", keys);
  }

  /**
   * Says of each thumbnail in table `images` on which side of a split by patient it is.
   * @param {Uint8Array} key   of the project
   * @param {number} part      of the patients that is held out; 0: there is no split
   */
  split(key, part) {
    return this.#ask("split", key, part);
  }

  /**
   * Keeps what was made of a file, and notes it in table `images`.
   * @param {string} path
   * @param {PicturesMade} made
   * @returns {Promise<string[]>}   filenames of the images, in their order
   */
  note(path, made) {
    return this.#ask("note", path, made);
  }

  /** A thumbnail by its name in table `images`. @param {string} filename @returns {Promise<File | null>} */
  picture(filename) {
    return this.#ask("picture", filename);
  }

  /** The index as a file, to be saved: that of originals names patients. @returns {Promise<File>} */
  async save() {
    const file = await this.#ask("save");
    if (!file) throw new Problem("INDEX_FAILED");
    return file;
  }

  /** Takes it out of private storage, with its thumbnails; it is of no use afterwards. */
  async delete() {
    await this.#ask("remove");
    this.close();
  }

  /** Ends its worker. What was kept so far stays: stop it first if it is being made. */
  close() {
    this.#closed = true;
    this.#joined?.then(
      ({ thread }) => thread.end(),
      () => {},
    );
  }

  /** The worker, which has the index open; another one when it died. @returns {Promise<Joined>} */
  #worker() {
    if (this.#closed) return Promise.reject(new Problem("INDEX_FAILED"));
    this.#joined ??= this.#begin();
    return this.#joined;
  }

  /** @returns {Promise<Joined>} */
  async #begin() {
    const [files, page] = [new MessageChannel(), new MessageChannel()];
    /** @type {import("./thread.js").Thread | null} */
    let thread = null;
    try {
      thread = await this.#pool.trial();
      await this.#files.index(this.of, Comlink.transfer(files.port1, [files.port1]));
      const ports = [files.port2, page.port1];
      await thread.alive(
        thread.python.index(Comlink.transfer(ports[0], [ports[0]]), Comlink.transfer(ports[1], [ports[1]])),
      );
      const api = /** @type {IndexApi} */ (/** @type {unknown} */ (Comlink.wrap(page.port2)));
      answerOf(
        await thread.alive(
          api.open(
            this.of,
            Comlink.proxy((status, size) => this.#change(status, size)),
          ),
        ),
      );
      return { thread, api };
    } catch (error) {
      thread?.end();
      this.#joined = null;
      throw error instanceof Problem ? error : new Problem("INDEX_FAILED");
    }
  }

  /** @param {IndexStatus} status @param {number} size */
  #change(status, size) {
    this.status = status;
    this.size = size;
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Asks the worker; once more, another one, if it died meanwhile: that one goes on with what was kept.
   * @template {keyof IndexCalls} K
   * @param {K} name
   * @param {Parameters<IndexCalls[K]>} values
   * @returns {Promise<Awaited<ReturnType<IndexCalls[K]>>>}
   */
  async #ask(name, ...values) {
    const joined = await this.#worker();
    const found = await joined.thread.alive(joined.api.ask(name, values)).catch(() => null);
    if (found) return answerOf(found);
    const again = await this.#instead(joined);
    return answerOf(await again.thread.alive(again.api.ask(name, values)).catch(() => ({ error: "INDEX_FAILED" })));
  }

  /** The worker in the place of one that died. @param {Joined} dead */
  async #instead(dead) {
    if ((await this.#joined) === dead) {
      dead.thread.end();
      this.#joined = null;
    }
    return this.#worker();
  }
}

/** @param {{answer: any} | {error: string}} found */
function answerOf(found) {
  if ("error" in found) throw new Problem(found.error);
  return found.answer;
}
