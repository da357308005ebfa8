// @ts-check
/** The tables of a linkage file: its records are decrypted here, turned into lines by Python, and written to private storage. */

import { readRange } from "../shared/blob.js";
import { CodedError, codeOf, nameOf } from "../shared/errors.js";
import { digestBy } from "../shared/key.js";
import { checkHeader, cipherOf, HEADER_BYTES, recordsOf } from "./format.js";

/** Decrypted content that is handed to Python at once, in bytes. */
const CONTENT_BYTES = 512 * 1024;

/**
 * @typedef {import("../shared/protocol/python.js").TablesApi} TablesApi
 * @typedef {import("../storage/temporary.js").ScratchFile} ScratchFile
 */

export class Tables {
  #scratch;
  /** @type {Map<string, ScratchFile>} by the name of the table */ #files = new Map();

  /** @param {import("../storage/temporary.js").Scratch} scratch */
  constructor(scratch) {
    this.#scratch = scratch;
  }

  /**
   * Makes the tables, and deletes those made before. Throws a CodedError.
   * @param {File} file
   * @param {Uint8Array} key
   * @param {TablesApi} python
   * @returns {Promise<import("../shared/protocol/files.js").Tables>}
   */
  async make(file, key, python) {
    await this.forget();
    try {
      return await this.#make(file, await digestBy(key), python);
    } catch (error) {
      await this.forget();
      throw new CodedError(reasonOf(error));
    }
  }

  /**
   * @param {File} file
   * @param {import("../shared/key.js").Digest} digest
   * @param {TablesApi} python
   */
  async #make(file, digest, python) {
    const header = await readRange(file, 0, Math.min(file.size, HEADER_BYTES));
    await checkHeader(digest, header);
    await this.#write(await python.heads());
    const read = (/** @type {number} */ start, /** @type {number} */ end) => readRange(file, start, end);
    const records = groups(recordsOf(await cipherOf(digest, header), { size: file.size, read }));
    let group = await records.next();
    for (; !group.done; group = await records.next()) await this.#write(await python.add(group.value));
    const end = await python.end(group.value);
    const tables = [...this.#files].map(async ([name, table]) => {
      return { name, rows: end.counts[name], file: await table.finish() };
    });
    return { tables: await Promise.all(tables), warnings: end.warnings };
  }

  /** @param {Record<string, Uint8Array<ArrayBuffer>>} lines   by the name of the table */
  async #write(lines) {
    for (const [name, bytes] of Object.entries(lines)) {
      const table = this.#files.get(name) ?? (await this.#scratch.create(name));
      this.#files.set(name, table);
      const writer = table.writable.getWriter();
      await writer.write(bytes);
      writer.releaseLock();
    }
  }

  /** Deletes the tables: they identify people. */
  async forget() {
    for (const table of this.#files.values()) await table.remove();
    this.#files.clear();
  }
}

/**
 * Groups of records of about CONTENT_BYTES each.
 * @param {AsyncGenerator<import("./format.js").LinkageRecord, boolean>} records
 * @returns {AsyncGenerator<import("./format.js").LinkageRecord[], boolean>}  whether the file ends within a record
 */
async function* groups(records) {
  let group = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await records.next();
    if (done) {
      if (group.length > 0) yield group;
      return value;
    }
    group.push(value);
    bytes += value.content?.length ?? 0;
    if (bytes < CONTENT_BYTES) continue;
    yield group;
    group = [];
    bytes = 0;
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  const code = codeOf(error, nameOf(error) === "QuotaExceededError" ? "LINKAGE_UNWRITABLE" : "INTERNAL_ERROR");
  return code === "READ_FAILED" ? "LINKAGE_UNREADABLE" : code;
}
