// @ts-check
/**
 * audit.csv and output.log of a running run: appended in private storage as the files are done, and copied to a chosen folder.
 * At its end both are put in order. The list of what was not written is appended with them, and stays where it is.
 */

import { patiently } from "../shared/timeouts.js";
import { fileOf, handleIn, writeFile, writePieces } from "../storage/folders.js";
import { UNWRITTEN } from "../storage/run-folders.js";
import { auditHeader, auditLine } from "./audit.js";
import { ordered } from "./order.js";
import { unwrittenLine } from "./unwritten.js";

/** Milliseconds that a row stays unflushed at most. */
const FLUSH_MILLISECONDS = 250;
/** Bytes read at a time when a file is handed out. */
const CHUNK_BYTES = 8 * 1024 * 1024;
/** Pause between two copies to a chosen folder, in milliseconds: at least this, and ten times what the last one took. */
const COPY_MILLISECONDS = 3000;
/** Bytes of the longest line. */
const LONGEST_LINE = 65_536;
const NEWLINE = 0x0a;

/** @typedef {"audit.csv" | "output.log"} JournalName */

/** @type {readonly JournalName[]} what is handed out */
const JOURNALS = ["audit.csv", "output.log"];

/** @typedef {JournalName | typeof UNWRITTEN} Name */

export class Journal {
  #folder;
  #target;
  /** @type {Map<Name, {access: FileSystemSyncAccessHandle, size: number}>} with their bytes so far */
  #files = new Map();
  #encoder = new TextEncoder();
  #flushed = 0;
  #copied = performance.now();
  #copyPause = COPY_MILLISECONDS;
  /** @type {Promise<void>} */
  #copying = Promise.resolve();

  /**
   * @param {FileSystemDirectoryHandle} folder          in private storage
   * @param {FileSystemDirectoryHandle | null} target   the chosen run folder, where it is another
   */
  constructor(folder, target) {
    this.#folder = folder;
    this.#target = target;
  }

  /** Opens the files where they end. A line that was cut off is removed; resuming a run has repaired its audit before. */
  async open() {
    for (const name of /** @type {Name[]} */ ([...JOURNALS, UNWRITTEN])) {
      const handle = await handleIn(this.#folder, name, true);
      const access = await patiently(
        () => handle.createSyncAccessHandle(),
        undefined,
        (late) => late.close(),
      );
      cutTornLine(access);
      this.#files.set(name, { access, size: access.getSize() });
    }
    if (this.#file("audit.csv").size === 0) this.#append("audit.csv", auditHeader);
  }

  /**
   * Appends a row, its lines, and its row in the list of what was not written: all, or nothing.
   * @param {import("../shared/protocol/tasks.js").AuditRow} row
   * @param {string[]} lines
   * @param {import("../shared/protocol/files.js").Listed | null} [unwritten]
   * @returns {boolean}  false: there is no room
   */
  commit(row, lines, unwritten = null) {
    const sizes = { "audit.csv": this.#file("audit.csv").size, [UNWRITTEN]: this.#file(UNWRITTEN).size };
    try {
      if (unwritten) this.#append(UNWRITTEN, unwrittenLine(unwritten));
      this.#append("audit.csv", auditLine(row));
      this.log(lines);
      return true;
    } catch {
      for (const [name, size] of Object.entries(sizes)) this.#cut(/** @type {Name} */ (name), size);
      return false;
    }
  }

  /** @param {string[]} lines */
  log(lines) {
    if (lines.length === 0) return;
    const time = `${new Date().toISOString().slice(0, 19)}Z`;
    this.#append("output.log", lines.map((line) => `${time} ${line}\n`).join(""));
  }

  /**
   * @param {Name} name
   * @param {string} text
   */
  #append(name, text) {
    const file = this.#file(name);
    const bytes = this.#encoder.encode(text);
    try {
      if (file.access.write(bytes, { at: file.size }) === bytes.length) {
        file.size += bytes.length;
        return;
      }
    } catch {
      // The disk or the quota is full, as below.
    }
    // Half a row would be read as a row.
    this.#cut(name, file.size);
    throw new DOMException("", "QuotaExceededError");
  }

  /** @param {Name} name @param {number} size */
  #cut(name, size) {
    const file = this.#file(name);
    file.access.truncate(size);
    file.size = size;
  }

  /** @param {Name} name */
  #file(name) {
    const file = this.#files.get(name);
    if (!file) throw new DOMException("", "InvalidStateError");
    return file;
  }

  /**
   * Flushes the appended rows, at most every FLUSH_MILLISECONDS; starts a copy when one is due.
   * @param {() => void} [before]   makes sure of what a row stands for
   */
  settle(before = () => {}) {
    const now = performance.now();
    if (now - this.#flushed >= FLUSH_MILLISECONDS) {
      this.#flushed = now;
      this.#flush(before);
    }
    if (this.#target && now - this.#copied >= this.#copyPause) {
      this.#copied = Number.POSITIVE_INFINITY;
      // A copy that fails is tried again; the last one, at the end, tells of its failure.
      this.#copying = this.#copy(this.#target).catch(() => {});
    }
  }

  /** @param {() => void} before */
  #flush(before) {
    try {
      before();
      for (const { access } of this.#files.values()) access.flush();
    } catch {
      // The operating system has the appended rows; the next flush makes sure of them.
    }
  }

  /** @param {FileSystemDirectoryHandle} target */
  async #copy(target) {
    const began = performance.now();
    try {
      for (const name of JOURNALS) await writeFile(target, name, this.read(name));
    } finally {
      this.#copied = performance.now();
      this.#copyPause = Math.max(COPY_MILLISECONDS, 10 * (this.#copied - began));
    }
  }

  /**
   * The file as it is now. Read through the open handle: a File of it would be void with the next row.
   * @param {JournalName} name
   * @returns {File}
   */
  read(name) {
    const { access, size } = this.#file(name);
    const parts = [];
    for (let at = 0; at < size; at += CHUNK_BYTES) {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, size - at));
      access.read(chunk, { at });
      parts.push(new Blob([chunk]));
    }
    return new File(parts, name, { type: name === "audit.csv" ? "text/csv" : "text/plain" });
  }

  /** Copies to the chosen folder what is there now, and waits for it. */
  async deliver() {
    await this.#copying;
    if (this.#target) await this.#copy(this.#target);
  }

  /**
   * Puts both files into the order that they are handed out in, and copies them; they are closed from then on.
   * @param {number} last   lines of the log's end, which stay there
   */
  async order(last) {
    await this.close();
    for (const name of JOURNALS) {
      const file = await fileOf(await handleIn(this.#folder, name));
      await writePieces(this.#folder, name, ordered(name, file, last));
      if (this.#target) await writeFile(this.#target, name, await fileOf(await handleIn(this.#folder, name)));
    }
  }

  async close() {
    await this.#copying;
    for (const { access } of this.#files.values()) {
      access.flush();
      access.close();
    }
    this.#files.clear();
  }
}

/** A run that was cut off can have left half a line. @param {FileSystemSyncAccessHandle} access */
function cutTornLine(access) {
  const size = access.getSize();
  const last = new Uint8Array(Math.min(size, LONGEST_LINE));
  access.read(last, { at: size - last.length });
  const torn = last.length - 1 - last.lastIndexOf(NEWLINE);
  if (torn > 0) access.truncate(size - torn);
}
