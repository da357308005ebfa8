// @ts-check
/**
 * The index worker: an index in Python's SQLite, which the page asks, and which is made meanwhile of what the files worker reads.
 *
 * @typedef {import("../shared/protocol/index.js").IndexCalls} IndexCalls
 * @typedef {import("../shared/protocol/index.js").IndexApi} IndexApi
 * @typedef {import("../shared/protocol/index.js").OwnIndexOf} OwnIndexOf
 * @typedef {import("../shared/protocol/index.js").IndexFiles} IndexFiles
 * @typedef {(status: import("../shared/protocol/index.js").IndexStatus, size: number) => unknown} Report
 */
import { expose, wrap } from "../shared/comlink.js";
import { CodedError, codeOf } from "../shared/errors.js";
import { lockIndex } from "../storage/locks.js";
import { Autosave } from "./autosave.js";
import { Build } from "./build.js";
import { Core } from "./python-index.js";

/** Least time between two reports to the page; before each, what is new can be found. In milliseconds. */
const REPORT_MILLISECONDS = 250;

/** Reasons that have words of their own; any other error is no more than that. */
const CODES = ["INDEX_OPEN", "INDEX_FULL", "NO_RUN"];

/** @implements {IndexCalls} */
class Index {
  #core;
  #files;
  #of;
  #report;
  #autosave;
  /** @type {{build: Build, built: Promise<void>} | null} */ #building = null;
  #reported = 0;
  #emptied = false;

  /**
   * @param {Core} core
   * @param {IndexFiles} files
   * @param {OwnIndexOf} of
   * @param {Report} report
   */
  constructor(core, files, of, report) {
    this.#core = core;
    this.#files = files;
    this.#of = of;
    this.#report = report;
    this.#autosave = new Autosave(core, files.shelf);
  }

  /**
   * Opens what is kept, or a new one. Throws a CodedError.
   * @param {import("../python/boot.js").Python} python
   * @param {IndexFiles} files
   * @param {OwnIndexOf} of
   * @param {Report} report
   */
  static async open(python, files, of, report) {
    // Two tabs would keep theirs in turn, and one deleted in the one would come back from the other.
    if (of.kind === "originals" && !(await lockIndex())) throw new CodedError("INDEX_OPEN");
    const kept = await (await files.shelf.file())?.arrayBuffer();
    const core = new Core(python, of.kind === "run" ? "de-identified" : "originals", new Uint8Array(kept ?? []));
    const index = new Index(core, files, of, report);
    index.#autosave.size = kept?.byteLength ?? 0;
    await index.claim();
    index.#tell();
    return index;
  }

  async claim() {
    if (this.#of.kind === "run") return "same";
    const sample = this.#core.ask("sample");
    if (sample.length === 0 || (await this.#files.listing.known(sample)) !== 0) return "same";
    this.#core.tell("empty");
    await this.#autosave.remove(false);
    this.#emptied = true;
    this.#tell();
    return "emptied";
  }

  /** Builds the index. A second call while it is built waits for the first. */
  async start() {
    if (this.#building?.build.stopped) await this.#building.built.catch(() => {});
    if (!this.#building) {
      const build = new Build(this.#core, this.#files.listing, () => this.#step());
      this.#building = { build, built: this.#make(build) };
    }
    await this.#building.built;
  }

  async stop() {
    this.#building?.build.stop();
  }

  /** @param {Build} build */
  async #make(build) {
    try {
      await this.claim();
      await build.walk();
      await this.#autosave.now();
    } finally {
      this.#building = null;
      this.#tell();
    }
  }

  #step() {
    if (performance.now() - this.#reported > REPORT_MILLISECONDS) this.#tell();
    this.#autosave.sometimes();
  }

  #tell() {
    this.#core.tell("commit");
    this.#report({ ...this.#core.ask("status"), emptied: this.#emptied }, this.#autosave.size);
    this.#reported = performance.now();
  }

  /** @param {string} query @param {number} first @param {number} count */
  async search(query, first, count) {
    return this.#core.ask("search", query, first, count);
  }

  /** @param {string} query */
  async keys(query) {
    return this.#core.ask("keys", query);
  }

  /** @param {string} key */
  async instances(key) {
    return this.#numbered(this.#core.ask("instances", key));
  }

  /** @param {string[]} keys */
  async files(keys) {
    return this.#numbered(keys.flatMap((key) => this.#core.ask("instances", key)));
  }

  /** @param {string} after @param {number} count @param {string[]} keys */
  async wanting(after, count, keys) {
    return this.#numbered(this.#core.ask("wanting", after, count, JSON.stringify(keys)));
  }

  /** @param {string[]} keys @returns {Promise<[string, number][]>} */
  async missing(keys) {
    return this.#core.ask("missing", JSON.stringify(keys));
  }

  /** @param {Uint8Array} key @param {number} part @param {number} pseudonyms */
  async split(key, part, pseudonyms) {
    this.#core.split(key, part, pseudonyms);
    this.#autosave.soon();
  }

  /** @param {string[]} keys */
  async found(keys) {
    /** @type {import("../shared/protocol/index.js").PictureFound[]} */
    const found = this.#core.ask("found", JSON.stringify(keys));
    const numbered = await this.#numbered(found.map(({ path, frames }) => [path, frames]));
    return found.map((one, i) => ({ ...one, index: numbered[i].index }));
  }

  /** With their numbers in the scan. @param {[string, number][]} files   path, frames */
  async #numbered(files) {
    const paths = files.map(([path]) => path);
    const numbers = this.#of.kind === "run" ? [] : await this.#files.listing.numbers(paths);
    return files.map(([path, frames], i) => ({ path, index: numbers[i] ?? null, frames }));
  }

  /** @param {string} path @param {import("../shared/protocol/index.js").PicturesMade} made */
  async note(path, { images, unshown }) {
    const frames = images.map(({ frame }) => frame);
    /** @type {string[]} */
    const names = this.#core.ask("names", path, JSON.stringify(frames));
    await Promise.all(names.map((name, i) => this.#files.shelf.keepPicture(name, images[i].png)));
    const made = JSON.stringify(names.map((name, i) => [name, frames[i]]));
    this.#core.tell("note", path, made, JSON.stringify(unshown.map(({ frame, reason }) => [frame, reason])));
    this.#autosave.soon();
    return names;
  }

  /** @param {string} name */
  async picture(name) {
    return this.#files.shelf.picture(name);
  }

  async save() {
    await this.#autosave.now();
    return this.#files.shelf.file();
  }

  async remove() {
    await this.stop();
    await this.#autosave.remove(true);
  }

  async end() {
    await this.stop();
    await this.#building?.built.catch(() => {});
    await this.#autosave.end();
  }
}

/**
 * @param {import("../python/boot.js").Python} python
 * @param {MessagePort} files   where the files worker offers IndexFiles
 * @param {MessagePort} page    where the page is offered IndexApi
 */
export function serve(python, files, page) {
  const offered = /** @type {IndexFiles} */ (/** @type {unknown} */ (wrap(files)));
  /** @type {Index | null} */
  let index = null;
  const calls = {
    open: (/** @type {OwnIndexOf} */ of, /** @type {Report} */ report) =>
      coded(async () => {
        index = await Index.open(python, offered, of, report);
      }),
    ask: (/** @type {keyof IndexCalls} */ name, /** @type {any[]} */ values) =>
      coded(async () => /** @type {any} */ (index)[name](...values)),
  };
  expose(calls, page);
}

/** @param {() => Promise<any>} call */
async function coded(call) {
  try {
    return await call();
  } catch (error) {
    const code = codeOf(error);
    throw new CodedError(CODES.includes(code) ? code : "INDEX_FAILED");
  }
}
