// @ts-check
/**
 * The server that the page comes from: its session, and its calls. Every error is a Problem with the code that it gives.
 *
 * @typedef {object} Session
 * @property {boolean} signed_in
 * @property {"secret" | "passphrase"} by   how one signs in; secret: it is in the address that the server prints
 * @property {boolean} [originals]   originals may be shared as they are
 * @property {boolean} [pictures]
 * @property {boolean} [deidentify]  originals may be shared de-identified
 *
 * @typedef {object} FolderStatus   how far the index of a folder is; at the top, of all
 * @property {number} enumerated_files
 * @property {number} files_processed
 * @property {number} series_count
 * @property {number} errors
 * @property {string} last_updated   ISO 8601; "" never
 * @property {boolean} running
 * @property {string} reason         why the last look ended early, as a code; else ""
 * @typedef {FolderStatus & {number: number, name: string, holds: "originals" | "de-identified"}} Folder
 * @typedef {FolderStatus & {folders: Folder[]}} LibraryStatus
 *
 * @typedef {{reason: string, files: number}} LeftOut   files that are in no download
 * @typedef {object} SeriesKnown
 * @property {string} key
 * @property {number} folder
 * @property {"originals" | "de-identified"} holds
 * @property {number} file_count
 * @property {number} bytes
 * @property {{number: number, path: string, size: number, frames: number}[]} files
 * @property {LeftOut[]} left_out
 *
 * @typedef {{when: string, outcome: string, bytes: number}} Fetch
 * @typedef {object} Link
 * @property {number} number
 * @property {string} note
 * @property {{key: string, modality: string}[]} series
 * @property {number} files
 * @property {number} bytes
 * @property {"originals" | "de-identified"} holds
 * @property {boolean} passcode
 * @property {boolean} one_time
 * @property {string} expires
 * @property {"open" | "expired" | "revoked" | "locked" | "used"} state
 * @property {number} wrong
 * @property {Fetch[]} fetches
 *
 * @typedef {object} LinkMade   told this once
 * @property {number} number
 * @property {string} url
 * @property {string | null} passcode
 * @property {string} expires
 * @property {number} files
 * @property {number} bytes
 * @property {LeftOut[]} left_out
 * @property {string} warning   a code, or ""
 */

import { Problem } from "../page/problem.js";

const JSON_TYPE = { "Content-Type": "application/json" };
/** The secret in the address that the server prints. */
const SECRET = /^#server=(.+)$/;

/** Whether the address has the secret in it. */
export const hasSecret = () => SECRET.test(location.hash);

export class Server {
  #address;

  /** @param {string} address   of its calls */
  constructor(address) {
    this.#address = address;
  }

  /** Signs in with the secret of the address, which goes out of it; and says how it stands. @returns {Promise<Session>} */
  async begin() {
    const secret = SECRET.exec(location.hash)?.[1];
    if (secret) {
      history.replaceState(null, "", "#library");
      await this.post("/session", { secret }).catch(() => {}); // what is missing is said below
    }
    return this.get("/session");
  }

  /** @param {string} path @param {Record<string, string | number>} [values] @returns {Promise<any>} */
  async get(path, values = {}) {
    return (await this.#call(this.addressOf(path, values))).json();
  }

  /** @param {string} path @param {object} values @returns {Promise<any>}   null where there is no content */
  async post(path, values) {
    const response = await this.#call(this.addressOf(path), {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify(values),
    });
    return response.status === 204 ? null : response.json();
  }

  /** Signs out. */
  async end() {
    await this.#call(this.addressOf("/session"), { method: "DELETE" });
  }

  /** @param {string} path @param {Record<string, string | number>} values @returns {Promise<Blob>} */
  async blob(path, values) {
    return (await this.#call(this.addressOf(path, values))).blob();
  }

  /** @param {string} path @param {Record<string, string | number>} [values] */
  addressOf(path, values = {}) {
    const query = new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)]));
    return new URL(`${this.#address}${path}${query.size > 0 ? `?${query}` : ""}`, location.href).href;
  }

  /** @param {string} address @param {RequestInit} [how] */
  async #call(address, how) {
    const response = await fetch(address, { ...how, cache: "no-store" }).catch(() => {
      throw new Problem("SERVER_LOST");
    });
    if (response.ok) return response;
    const { error = "SERVER_LOST", problems = [] } = await response.json().catch(() => ({}));
    throw new Problem(String(error), problems);
  }
}
