// @ts-check
/**
 * The index of what was picked, or of a run's outputs: searched while it is made, kept in private storage.
 *
 * @typedef {import("../../worker/shared/protocol/index.js").IndexOf} IndexOf
 * @typedef {import("../../worker/shared/protocol/index.js").IndexStatus} IndexStatus
 * @typedef {import("../../worker/shared/protocol/index.js").SeriesRow} SeriesRow
 * @typedef {import("../../worker/shared/protocol/index.js").InstanceFound} InstanceFound
 * @typedef {import("../../worker/shared/protocol/index.js").PictureFound} PictureFound
 * @typedef {import("../../worker/shared/protocol/index.js").PicturesMade} PicturesMade
 * @typedef {(status: IndexStatus, size: number) => void} Report
 * @typedef {Pick<IndexThread, "ask" | "watch" | "close"> & {open(): Promise<unknown>}} Asked   an index worker, or what answers as one
 */
import { ORIGINALS } from "../../worker/shared/protocol/index.js";
import { Problem } from "../page/problem.js";
import { Signal } from "../page/signal.js";
import { IndexThread } from "../threads/index-thread.js";

/** @type {IndexStatus} */
const NOTHING = {
  holds: "originals",
  enumerated_files: 0,
  files_processed: 0,
  series_count: 0,
  errors: 0,
  last_updated: "",
  emptied: false,
  running: false,
};

export class Catalogue {
  /** Its status is another; at most four times a second. */ changed = new Signal();
  /** @type {IndexStatus} */
  status = NOTHING;
  /** Bytes of the index in private storage, without its thumbnails. */
  size = 0;
  #thread;

  /**
   * @param {IndexOf} of
   * @param {(report: Report) => Asked} threadOf   makes what is asked, which reports how far it is
   */
  constructor(of, threadOf) {
    /** The files that it is the index of. */
    this.of = of;
    this.#thread = threadOf((status, size) => {
      this.status = status;
      this.size = size;
      this.changed.send();
    });
  }

  /**
   * Opens what is kept, or an empty one. That of other files than those picked is emptied first: its series are never
   * shown to another folder. Rejects with a Problem (INDEX_OPEN: in another tab; INDEX_FAILED).
   * @param {import("../threads/pool.js").Pool} pool
   * @param {import("../threads/files.js").Files} files
   * @param {import("../../worker/shared/protocol/index.js").OwnIndexOf} of
   * @returns {Promise<Catalogue>}
   */
  static open(pool, files, of) {
    return Catalogue.opened(of, (report) => new IndexThread(pool, files, of, report));
  }

  /**
   * Opens one that is asked in another way. Rejects with a Problem.
   * @param {IndexOf} of
   * @param {(report: Report) => Asked} threadOf
   */
  static async opened(of, threadOf) {
    const catalogue = new Catalogue(of, threadOf);
    await catalogue.#thread.open();
    return catalogue;
  }

  /**
   * The kept index of originals, told without a worker: offered after a reload.
   * @returns {Promise<{bytes: number, updated: Date} | null>}
   */
  static async kept() {
    try {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(ORIGINALS.folder);
      const file = await (await folder.getFileHandle(ORIGINALS.file)).getFile();
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
    return this.#thread.ask("claim");
  }

  /** Reads the headers that are new or changed; resolves at the end, or when stopped. Search works meanwhile. */
  async start() {
    const stopWatching = await this.#thread.watch();
    try {
      await this.#thread.ask("start");
    } finally {
      stopWatching();
    }
  }

  /** Stops reading. The headers that were read stay; the next start goes on from there. */
  stop() {
    this.#thread.ask("stop").catch(() => {}); // then it has stopped
  }

  /**
   * @param {string} query   words, modality:CT, date:2024-01..2024-03, patient:, -not, "together", sort:files
   * @param {number} first   from 0
   * @param {number} count
   * @returns {Promise<import("../../worker/shared/protocol/index.js").SeriesPage>}   in the order asked for, or the latest studies first
   */
  search(query, first, count) {
    return this.#thread.ask("search", query, first, count);
  }

  /** SeriesKeys of all that match. @param {string} query @returns {Promise<string[]>} */
  keys(query) {
    return this.#thread.ask("keys", query);
  }

  /**
   * The files of a series, in the order in which they are looked through: by position along the normal of the slices,
   * else by instance number, else by path.
   * @param {string} key
   * @returns {Promise<InstanceFound[]>}
   */
  instances(key) {
    return this.#thread.ask("instances", key);
  }

  /** The files of several series at once, in no order. @param {string[]} keys @returns {Promise<InstanceFound[]>} */
  files(keys) {
    return this.#thread.ask("files", keys);
  }

  /** For each series the thumbnail that stands for it, or what to make it of. @param {string[]} keys @returns {Promise<PictureFound[]>} */
  found(keys) {
    return this.#thread.ask("found", keys);
  }

  /**
   * Files of some series that have frames without thumbnails, by path.
   * @param {string} after   a path
   * @param {number} count
   * @param {string[]} keys
   * @returns {Promise<InstanceFound[]>}
   */
  wanting(after, count, keys) {
    return this.#thread.ask("wanting", after, count, keys);
  }

  /** Reason codes of what has no thumbnail in some series, or a doubtful one, and of how many files. @param {string[]} keys */
  missing(keys) {
    return this.#thread.ask("missing", keys);
  }

  /**
   * Says of each thumbnail in table `images` on which side of a split by patient it is.
   * @param {Uint8Array} key   of the project
   * @param {number} part      of the patients that is held out; 0: there is no split
   * @param {number} pseudonyms   version of the pseudonyms
   */
  split(key, part, pseudonyms) {
    return this.#thread.ask("split", key, part, pseudonyms);
  }

  /**
   * Keeps what was made of a file, and notes it in table `images`.
   * @param {string} path
   * @param {PicturesMade} made
   * @returns {Promise<string[]>}   filenames of the images, in their order
   */
  note(path, made) {
    return this.#thread.ask("note", path, made);
  }

  /** A thumbnail by its name in table `images`. @param {string} filename @returns {Promise<File | null>} */
  picture(filename) {
    return this.#thread.ask("picture", filename);
  }

  /** The index as a file, to be saved: that of originals names patients. @returns {Promise<File>} */
  async save() {
    const file = await this.#thread.ask("save");
    if (!file) throw new Problem("INDEX_FAILED");
    return file;
  }

  /** Takes it out of private storage, with its thumbnails; it is of no use afterwards. */
  async delete() {
    await this.#thread.ask("remove");
    this.close();
  }

  /** Ends its worker, as soon as all that it has is kept. */
  close() {
    this.#thread.close();
  }
}
