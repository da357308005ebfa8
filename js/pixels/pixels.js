// @ts-check
/** Clean Pixel Data: acts on what is wanted of text in pictures, keeps the review, and updates the state of the page. */

import { actOn, noteFrom } from "../page/notes.js";
import { deriveKey } from "../page/project-key.js";
import { save } from "../page/save-file.js";
import { settledKey } from "../page/settled-key.js";
import { Detector } from "../threads/detector.js";
import { FindingThread } from "../threads/finding.js";
import { Imaging } from "../threads/imaging.js";
import { Finding } from "./finding.js";
import { ReviewPictures } from "./pictures.js";
import { readRegions } from "./regions-file.js";
import { Review } from "./review.js";
import { ReviewedFiles } from "./reviewed.js";

/** Name of the file with a key that is made before there is a run. */
const PROJECT = "dicom-deid";
const REGIONS = "regions.json";
const NOTHING = { everyKind: false, mask: null, looking: null, reviewed: null, regionsLoaded: false };

export class Pixels {
  #threads;
  #store;
  /** @type {AbortController | null} of the search that goes on */ #search = null;
  /** @type {ReviewedFiles | null} */ #reviewed = null;
  /** Text of the regions file that was loaded; "": none was. */ #loaded = "";
  #dialogue;
  /** @type {ReviewPictures | null} of the review */ #pictures = null;

  /**
   * @param {{files: import("../threads/files.js").Files, pool: import("../threads/pool.js").Pool}} threads
   * @param {import("../state.js").Store} store
   * @param {import("./pixel-review.js").PixelReview} dialogue
   */
  constructor(threads, store, dialogue) {
    this.#threads = threads;
    this.#store = store;
    this.#dialogue = dialogue;
    actOn(store, "look-at-every-kind", "pixels", (everyKind) => store.update({ everyKind }));
    actOn(store, "use-mask", "pixels", (mask) => this.#use(mask));
    actOn(store, "look-for-text", "pixels", () => this.#look());
    actOn(store, "stop-looking", "pixels", () => this.#stop());
    actOn(store, "regions-loaded", "pixels", (file) => this.#load(file));
    actOn(store, "save-regions", "pixels", () => this.#save());
    actOn(store, "review-pictures", "pixels", () => this.#review());
    actOn(store, "review-decided", "pixels", () => this.#tell());
    actOn(store, "review-closed", "pixels", () => this.#pictures?.close());
    store.subscribe(["pick"], () => this.#forget());
    store.subscribe(["phase"], ({ phase }) => phase === "running" && this.#stop());
  }

  /** The text of the regions file that a run is to follow; "": there is none. */
  get regions() {
    if (!this.#reviewed) return this.#loaded;
    const { model } = this.#reviewed;
    return `${JSON.stringify(model.document(model.by), null, 1)}\n`;
  }

  /** Other files were picked. */
  #forget() {
    this.#stop();
    this.#dialogue.close();
    this.#reviewed = null;
    this.#loaded = "";
    this.#store.note("pixels", null);
    this.#store.update(NOTHING);
  }

  /** @param {File | null} mask   for the next search */
  #use(mask) {
    this.#store.note("pixels", null);
    this.#store.update({ mask });
  }

  /** Looks for text in what takes part, for the review of what is found. */
  async #look() {
    const store = this.#store;
    if (this.#search) return;
    store.note("pixels", null);
    const search = new AbortController();
    this.#search = search;
    store.update({ looking: { done: 0, total: 0, pictures: 0, mask: null } });
    try {
      const found = await this.#found(search.signal);
      if (found && !search.signal.aborted) this.#take(found);
    } catch (error) {
      if (!search.signal.aborted) throw error;
    } finally {
      search.abort(); // ends the threads
      if (this.#search === search) this.#stop();
    }
  }

  /** @param {AbortSignal} signal @returns {Promise<import("./finding.js").Findings | null>} */
  async #found(signal) {
    const store = this.#store;
    const key = await deriveKey(await settledKey(store, { name: PROJECT, linkage: false }));
    const { policy, leftOut, everyKind, mask } = store.state;
    const { files, pool } = this.#threads;
    // Rules in Python are for a run; nothing that is looked at depends on them.
    await pool.ready;
    pool.rest(); // the detector needs the memory that they hold
    const thread = new FindingThread(pool, { ...policy, python: [], wheels: [] }, key, { everyKind });
    const detector = new Detector();
    const close = () => {
      thread.close();
      detector.close();
    };
    signal.addEventListener("abort", close);
    if (signal.aborted) close();
    const report = (/** @type {import("./finding.js").Farness} */ looking) => {
      if (!signal.aborted) store.update({ looking });
    };
    return new Finding(files, thread, detector).run(leftOut, key, mask, report, signal);
  }

  /** @param {import("./finding.js").Findings} found */
  #take(found) {
    const { project } = found.document;
    let reviewed = this.#reviewed;
    const isNew = reviewed?.project !== project;
    if (!reviewed || isNew) reviewed = new ReviewedFiles(new Review({ project }), project);
    reviewed.add(found);
    this.#reviewed = reviewed;
    try {
      if (isNew && this.#loaded) reviewed.model.import(this.#loaded);
    } catch (error) {
      this.#store.note("pixels", noteFrom(error)); // what was found stays
    }
    this.#tell();
  }

  /** Opens the review of what was found. */
  async #review() {
    const reviewed = this.#reviewed;
    if (!reviewed) return;
    const { files, pool } = this.#threads;
    this.#pictures?.close();
    this.#pictures = new ReviewPictures(
      () => Imaging.start(pool, files),
      (instance) => reviewed.fileOf(instance),
    );
    await this.#dialogue.open(reviewed.model, this.#pictures);
  }

  #tell() {
    this.#store.update({ reviewed: this.#reviewed?.sums ?? null });
  }

  #stop() {
    this.#search?.abort();
    this.#search = null;
    if (this.#store.state.looking) this.#store.update({ looking: null });
  }

  /** Offers the regions file for saving: the command line can go on with it. */
  #save() {
    save(new Blob([this.regions], { type: "application/json" }), REGIONS);
  }

  /** @param {File} file */
  async #load(file) {
    this.#store.note("pixels", null);
    const regions = await readRegions(file);
    this.#reviewed?.model.import(regions);
    this.#loaded = regions;
    this.#store.update({ regionsLoaded: true });
    this.#tell();
  }
}
