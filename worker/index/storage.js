// @ts-check
/**
 * Places of an index and its thumbnails in private storage.
 *
 * That of originals has a folder of its own: it names patients, and is apart from all that is handed out. That of a run
 * lies in the folder that the run has in private storage, and goes with it; that of a run whose results are in a chosen
 * folder lies among what does not outlive this worker.
 */

import { CodedError, nameOf } from "../shared/errors.js";
import { ORIGINALS } from "../shared/protocol/index.js";
import { folderOf, inside, listed, readFile, removeFrom, top, writeFile } from "../storage/folders.js";
import { INDEX, PREVIEWS, RUNS } from "../storage/run-folders.js";

const OF_ORIGINALS = { index: ORIGINALS.file, pictures: "thumbnails-of-originals" };
const IN_RUN = { index: INDEX, pictures: PREVIEWS };

export class Shelf {
  #of;
  #scratch;
  #names;

  /**
   * @param {import("../shared/protocol/index.js").OwnIndexOf} of
   * @param {import("../storage/temporary.js").Scratch} scratch
   */
  constructor(of, scratch) {
    this.#of = of;
    this.#scratch = scratch;
    this.#names = of.kind === "run" ? IN_RUN : OF_ORIGINALS;
  }

  /** The folder it lies in; null: there is none, and it is not to be made. @param {boolean} [create] */
  async #folder(create = false) {
    if (this.#of.kind === "originals") return folderOf(ORIGINALS.folder, create).catch(() => null);
    const { name } = this.#of;
    const run = folderOf(RUNS).then((runs) => inside(runs, name));
    return run.catch(() => this.#scratch.folder(name));
  }

  /** The index as it was kept last. @returns {Promise<File | null>} */
  async file() {
    const folder = await this.#folder();
    if (!folder) return null;
    const { index } = this.#names;
    // Files that a killed browser had begun to write: they can name patients, and nobody else deletes them.
    const begun = (await listed(folder))
      .map(({ name }) => name)
      .filter((name) => name.startsWith(index) && name !== index);
    for (const name of begun) await removeFrom(folder, name).catch(() => {});
    return readFile(folder, index);
  }

  /**
   * Keeps the index. It is written aside by the browser and takes its name when it is whole: whenever this ends, the one
   * from before or the new one is there.
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  async keep(bytes) {
    const folder = await this.#folder(true);
    if (folder) await keepFile(folder, this.#names.index, bytes);
  }

  /** Deletes the index and its thumbnails. */
  async remove() {
    if (this.#of.kind === "originals") return gone(await top(), ORIGINALS.folder);
    await this.removePictures();
    await gone(await this.#folder(), this.#names.index);
  }

  /** Deletes all thumbnails. */
  async removePictures() {
    await gone(await this.#folder(), this.#names.pictures);
  }

  /** @param {string} name @param {Uint8Array<ArrayBuffer>} png */
  async keepPicture(name, png) {
    const place = await this.#place(name, true);
    if (place) await keepFile(place.folder, place.file, png);
  }

  /** @param {string} name @returns {Promise<File | null>} */
  async picture(name) {
    const place = await this.#place(name, false);
    return place && readFile(place.folder, place.file);
  }

  /** Deletes single thumbnails. @param {string[]} names */
  async dropPictures(names) {
    for (const name of names) {
      const place = await this.#place(name, false);
      if (place) await gone(place.folder, place.file);
    }
  }

  /**
   * The folder of a thumbnail, and its name there. A thumbnail is named after its study: "study/stem.png".
   * @param {string} name @param {boolean} create
   */
  async #place(name, create) {
    const [study, file] = name.split("/");
    try {
      const folder = await this.#folder(create);
      const pictures = folder && (await inside(folder, this.#names.pictures, create));
      const studies = pictures && (await inside(pictures, study, create));
      return studies ? { folder: studies, file } : null;
    } catch (error) {
      if (create) throw error;
      return null;
    }
  }
}

/**
 * Writes a file whole. Throws a CodedError where there is no room.
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
async function keepFile(folder, name, bytes) {
  try {
    await writeFile(folder, name, bytes);
  } catch (error) {
    throw nameOf(error) === "QuotaExceededError" ? new CodedError("INDEX_FULL") : error;
  }
}

/** Deletes a file or a folder, if it is there. @param {FileSystemDirectoryHandle | null} folder @param {string} name */
async function gone(folder, name) {
  try {
    if (folder) await removeFrom(folder, name);
  } catch (error) {
    if (nameOf(error) !== "NotFoundError") throw error;
  }
}
