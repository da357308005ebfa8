// @ts-check
/** Python's side of an index (`dicom_deid.browser.index`), as JavaScript calls it. Errors of Python end here: their texts can hold an identifier. */

import { callPython, codeOf, refuse } from "../shared/errors.js";

/** @typedef {import("../python/boot.js").Python} Python */

export class Core {
  #python;
  /** @type {any} dicom_deid.browser.index.WorkerIndex */ #core;

  /**
   * @param {Python} python
   * @param {import("../shared/protocol/index.js").IndexStatus["holds"]} holds
   * @param {Uint8Array} kept   the index as it was kept; without bytes: a new one
   */
  constructor(python, holds, kept) {
    this.#python = python;
    this.#core = this.#run(() => python.pyimport("dicom_deid.browser.index").WorkerIndex(holds, python.toPy(kept)));
  }

  /** Calls without an answer, or with a number. @param {string} name @param {unknown[]} values @returns {any} */
  tell(name, ...values) {
    return this.#run(() => this.#core[name](...values));
  }

  /** Calls what answers in JSON. @param {string} name @param {unknown[]} values @returns {any} */
  ask(name, ...values) {
    return JSON.parse(this.tell(name, ...values));
  }

  /** Says of each thumbnail on which side of a split by patient it is. @param {Uint8Array} key @param {number} part @param {number} pseudonyms */
  split(key, part, pseudonyms) {
    this.#lend(key, (bytes) => this.#core.split(bytes, part, pseudonyms));
  }

  /** Takes in a file by its first bytes. @param {number} number @param {Uint8Array} head @returns {number}  how many bytes it needs; 0: it has them */
  read(number, head) {
    return this.#lend(head, (bytes) => this.#core.read(number, bytes));
  }

  /** @template T @param {Uint8Array} given @param {(bytes: any) => T} call   gets them as Python's */
  #lend(given, call) {
    return this.#run(() => {
      const bytes = this.#python.toPy(given);
      try {
        return call(bytes);
      } finally {
        bytes.destroy?.();
      }
    });
  }

  /** The bytes to keep. @returns {Uint8Array<ArrayBuffer>} */
  kept() {
    return this.#run(() => {
      const proxy = this.#core.kept();
      try {
        return proxy.toJs();
      } finally {
        proxy.destroy();
      }
    });
  }

  /** @template T @param {() => T} call @returns {T} */
  #run(call) {
    try {
      return callPython(call, failed);
    } catch (error) {
      // The page hears of a broken interpreter by an uncaught error, and puts another worker in its place.
      if (codeOf(error) !== "INDEX_FAILED") setTimeout(() => refuse("PYTHON_LOST"));
      return failed();
    }
  }
}

const failed = () => refuse("INDEX_FAILED");
