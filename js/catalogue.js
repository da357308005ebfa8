// @ts-check
/**
 * The index of what was picked, or of a run's outputs: searched while it is made, kept in private storage.
 *
 * @typedef {import("../worker/protocol.js").IndexOf} IndexOf
 * @typedef {import("../worker/protocol.js").IndexStatus} IndexStatus
 * @typedef {import("../worker/protocol.js").SeriesRow} SeriesRow
 * @typedef {import("../worker/protocol.js").InstanceFound} InstanceFound
 * @typedef {import("../worker/protocol.js").PictureFound} PictureFound
 * @typedef {import("../worker/protocol.js").PicturesMade} PicturesMade
 */

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
  /** What it is the index of. @type {IndexOf} */
  of = { kind: "originals" };
  /** Bytes of the index in private storage, without its thumbnails. */
  size = 0;

  /**
   * Opens what is kept, or an empty one. That of other files than those picked is emptied first: its series are never
   * shown to another folder. Rejects with a Problem (INDEX_OPEN: in another tab; INDEX_FAILED).
   * @param {import("./pool.js").Pool} _pool
   * @param {import("./files.js").Files} _files
   * @param {IndexOf} of
   * @returns {Promise<Catalogue>}
   */
  static async open(_pool, _files, of) {
    const catalogue = new Catalogue();
    catalogue.of = of;
    catalogue.status = { ...NOTHING, holds: of.kind === "run" ? "de-identified" : "originals" };
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
      return { bytes: file.size, updated: new Date(file.lastModified) };
    } catch {
      return null;
    }
  }

  /**
   * Whether it is of the files that are picked now. Call it when others were picked: of other files it is emptied.
   * @returns {Promise<"same" | "emptied">}
   */
  async claim() {
    return "same";
  }

  /** Reads the headers that are new or changed; resolves at the end, or when stopped. Search works meanwhile. */
  async start() {}

  /** What was read so far stays; the next start goes on from there. */
  stop() {}

  /**
   * @param {string} _query   words, modality:CT, date:2024-01..2024-03, patient:, -not, "together"
   * @param {number} _first   from 0
   * @param {number} _count
   * @returns {Promise<{total: number, rows: SeriesRow[]}>}   the latest studies first
   */
  async search(_query, _first, _count) {
    return { total: 0, rows: [] };
  }

  /** SeriesKeys of all that match. @param {string} _query @returns {Promise<string[]>} */
  async keys(_query) {
    return [];
  }

  /**
   * The files of a series, in the order in which they are looked through: by position along the normal of the slices,
   * else by instance number, else by path.
   * @param {string} _key
   * @returns {Promise<InstanceFound[]>}
   */
  async instances(_key) {
    return [];
  }

  /** The files of several series at once, in no order. @param {string[]} _keys @returns {Promise<InstanceFound[]>} */
  async files(_keys) {
    return [];
  }

  /** For each series the thumbnail that stands for it, or what to make it of. @param {string[]} _keys @returns {Promise<PictureFound[]>} */
  async found(_keys) {
    return [];
  }

  /**
   * Files that have frames and no thumbnails yet, by path.
   * @param {string} _after   a path
   * @param {number} _count
   * @returns {Promise<InstanceFound[]>}
   */
  async wanting(_after, _count) {
    return [];
  }

  /**
   * Keeps what was made of a file, and notes it in table `images`.
   * @param {string} _path
   * @param {PicturesMade} _made   its PNGs are handed over, not copied
   * @returns {Promise<string[]>}   filenames of the images, in their order
   */
  async note(_path, _made) {
    return [];
  }

  /** A thumbnail by its name in table `images`. @param {string} _filename @returns {Promise<File | null>} */
  async picture(_filename) {
    return null;
  }

  /** The index as a file, to be saved: that of originals names patients. @returns {Promise<File>} */
  async save() {
    return new File([], "index.sqlite");
  }

  /** Takes it out of private storage, with its thumbnails; it is of no use afterwards. */
  async delete() {}

  /** Ends its worker. What was found is kept. */
  close() {}
}
