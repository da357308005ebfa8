// @ts-check
/** The files that were picked: one compact row for each, and how its bytes are opened and read. */

import { readRange, readWhole } from "../shared/blob.js";
import { CodedError, codeOf } from "../shared/errors.js";
import { WHOLE_BYTES } from "../shared/limits.js";
import { patiently } from "../shared/timeouts.js";
import { fileOf, handleIn } from "../storage/folders.js";

/**
 * The origin of the bytes of a source: a place in a folder, a handle, a File of an <input>, an entry of an archive, or an
 * instance of a PACS.
 * @typedef {Place | FileSystemFileHandle | File | import("../zip/entry.js").ArchiveEntry | import("../pacs/instances.js").PacsInstance} Origin
 */

/**
 * @typedef {object} Looked   what the scan found out about a file
 * @property {number} size
 * @property {number} modified   milliseconds since 1970; 0 where there is no such thing
 * @property {string} reason     why it is not handed to Python; "" when it is
 */

/** A file by its name: its handle is asked for when it is opened, since 65,000 handles are 360 MB. */
export class Place {
  #folder;
  #name;

  /** @param {FileSystemDirectoryHandle} folder @param {string} name */
  constructor(folder, name) {
    this.#folder = folder;
    this.#name = name;
  }

  handle() {
    return handleIn(this.#folder, this.#name);
  }
}

/** Parallel arrays: an object per file would cost several times as much, and there can be a million files. */
export class Sources {
  /** @type {string[]} */ paths = [];
  /** @type {Origin[]} */ origins = [];
  /** @type {number[]} */ sizes = [];
  /** @type {number[]} */ modified = [];
  /** @type {string[]} */ reasons = [];
  /** @type {number[]} number of the study in scan order; -1 for what is not DICOM */ studies = [];
  /** @type {number[]} number of the series in scan order; -1 for what is not DICOM */ series = [];
  /** @type {number[]} number of the kind, as the scan tells them; -1 where it is not known */ kinds = [];
  /** @type {string[]} names of the kinds, the same in each scan, by number */ kindNames = [];
  /** @type {string[]} original UIDs, by the number of the study */ studyUids = [];
  /** @type {string[]} original UIDs, by the number of the series */ seriesUids = [];
  /** @type {number[]} number of the study, by that of the series */ seriesStudies = [];
  /** @type {Map<number, number>} a file that repeats a SOP Instance UID -> the first that has it */ firsts = new Map();
  /** @type {boolean[]} have their row since before this session, or take no part; sparse */ done = [];
  /** @type {import("../shared/protocol/files.js").Picked["kind"]} */ kind = "handles";
  /** @type {FileSystemDirectoryHandle[]} what was picked, to tell a lost folder from a lost file */ roots = [];
  /** @type {File[]} archives that were picked */ archives = [];
  /** @type {import("../pacs/instances.js").Archive | null} the PACS of which studies were picked */ pacs = null;
  /** Whether the scan goes on, and may add more. */ growing = false;
  /** Called when there are more, and when there will be no more. */ grew = () => {};
  /** Why the scan could not go on, as a reason code; else "". */ lost = "";

  get length() {
    return this.paths.length;
  }

  /**
   * @param {string} path
   * @param {Origin} origin
   * @param {Looked} looked
   * @param {{study: number, series: number, kind: number}} place
   * @param {number} [first]   the first file with the same SOP Instance UID, where there is one
   */
  add(path, origin, looked, { study, series, kind }, first) {
    if (first !== undefined) this.firsts.set(this.length, first);
    this.paths.push(path);
    this.origins.push(origin);
    this.sizes.push(looked.size);
    this.modified.push(looked.modified);
    this.reasons.push(looked.reason);
    this.studies.push(study);
    this.series.push(series);
    this.kinds.push(kind);
    this.grew();
  }

  /**
   * Opens a source for the run. Throws a CodedError.
   * @param {number} index
   * @returns {Promise<Opened>}
   */
  async open(index) {
    const origin = this.origins[index];
    try {
      if ("extract" in origin) return new Opened(await origin.extract());
      const file = await openFile(origin);
      if (file.size !== this.sizes[index] || file.lastModified !== this.modified[index]) {
        throw new CodedError("SOURCE_CHANGED");
      }
      return new Opened({ blob: file, confirm: () => this.#confirm(index) });
    } catch (error) {
      throw new CodedError(codeOf(error, "READ_FAILED"));
    }
  }

  /** Throws a CodedError when a file is not as the scan saw it. @param {number} index */
  async #confirm(index) {
    const origin = this.origins[index];
    if ("extract" in origin) return;
    const file = await openFile(origin);
    if (file.size !== this.sizes[index] || file.lastModified !== this.modified[index])
      throw new CodedError("SOURCE_CHANGED");
  }

  /** Why a file of a folder that is there could not be read; "": by now it is there, as the scan saw it. @param {number} index */
  async whyUnread(index) {
    return this.#confirm(index).then(
      () => "",
      (error) => (error instanceof CodedError ? "SOURCE_CHANGED" : "READ_FAILED"),
    );
  }

  /**
   * Whether what was picked is still there: its folders can be listed, its archives read; of loose files, any. Folders
   * that are all empty now are not what was picked: a share that is gone can leave the one that it was mounted on.
   */
  async reachable() {
    if (this.pacs) return this.pacs.reachable();
    try {
      const listed = [];
      for (const root of this.roots) listed.push(await patiently(() => root.keys().next()));
      if (listed.length > 0 && listed.every(({ done }) => done)) return false;
      for (const archive of this.archives) await readRange(archive, 0, 1);
    } catch {
      return false;
    }
    const loose = this.kind === "files" ? this.origins.filter((origin) => origin instanceof File) : [];
    if (loose.length === 0) return true;
    const some = [loose[0], loose[loose.length >> 1], loose[loose.length - 1]];
    const reads = await Promise.allSettled(some.map((file) => readRange(file, 0, Math.min(1, file.size))));
    return reads.some(({ status }) => status === "fulfilled");
  }
}

/**
 * @param {Place | FileSystemFileHandle | File} origin
 * @returns {Promise<File>}
 */
export async function openFile(origin) {
  if (origin instanceof File) return origin;
  const handle = origin instanceof Place ? await origin.handle() : origin;
  return fileOf(handle);
}

/** An open source. A small one is held whole, so that it is read once; of a longer one only slices are read. */
export class Opened {
  /** @type {Uint8Array<ArrayBuffer> | null} */
  #whole;
  #content;
  #giveBack = () => {};

  /** @param {import("../zip/entry.js").Content} content */
  constructor(content) {
    this.#content = content;
    this.#whole = content.whole ?? null;
    this.size = this.#whole?.length ?? content.blob.size;
  }

  /** Bytes of memory that it holds. */
  get held() {
    return this.#whole?.length ?? 0;
  }

  /** Whether it is to be held in memory whole, and is not yet. */
  get small() {
    return !this.#whole && this.size <= WHOLE_BYTES;
  }

  get blob() {
    return this.#content.blob;
  }

  /** Reads a small file whole. @param {import("../shared/buffers.js").Buffers} buffers */
  async load(buffers) {
    if (this.small) this.hold(await readWhole(this.blob, buffers), buffers);
  }

  /** All of its bytes, which have been read. @param {Uint8Array<ArrayBuffer>} whole @param {import("../shared/buffers.js").Buffers} buffers */
  hold(whole, buffers) {
    this.#whole = whole;
    // A buffer that was given away has no length any more: then it is not given back.
    this.#giveBack = () => buffers.give(whole.buffer);
  }

  /**
   * A copy of a range, to be given away.
   * @param {number} start
   * @param {number} end
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async read(start, end) {
    return this.#whole ? this.#whole.slice(start, end) : readRange(this.#content.blob, start, end);
  }

  /**
   * A range to be written: a view of what is in memory, else a slice that costs none.
   * @param {number} start
   * @param {number} end
   * @returns {Uint8Array<ArrayBuffer> | Blob}
   */
  part(start, end) {
    return this.#whole ? this.#whole.subarray(start, end) : this.#content.blob.slice(start, end);
  }

  /** Throws a CodedError when what was read piece by piece has changed meanwhile. */
  async confirm() {
    if (!this.#whole) await this.#content.confirm?.();
  }

  async release() {
    this.#whole = null;
    this.#giveBack();
    this.#giveBack = () => {};
    await this.#content.release?.();
  }
}
