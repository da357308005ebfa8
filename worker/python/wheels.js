// @ts-check
/** Wheels of this site that a policy's rules in Python import: installed by micropip, which comes with the first of them. */

import { CodedError } from "../shared/errors.js";
import { digest } from "../shared/runtime.js";

const RUNTIME = new URL("../../runtime/", import.meta.url).href;
const WHEELS = new URL("../../wheels/", import.meta.url).href;
/** The folder in which Python finds a fetched wheel. */
const PLACE = "/tmp/wheels";

/** @typedef {import("./boot.js").Python} Python */

/** The wheels that one Python has installed. */
export class Wheels {
  #python;
  /** SHA-256, by file name. @type {Map<string, string>} */ #installed = new Map();
  /** @type {any} the module micropip */ #micropip = null;

  /** @param {Python} python */
  constructor(python) {
    this.#python = python;
  }

  /**
   * Installs those that are not installed yet.
   * @param {string[]} names   file names of wheels in wheels/ of the site
   * @returns {Promise<Record<string, string> | null>}  name -> SHA-256; null when one is not there or is damaged
   */
  async install(names) {
    const installed = this.#installed;
    try {
      for (const name of names) if (!installed.has(name)) installed.set(name, await this.#install(name));
      return Object.fromEntries(names.map((name) => [name, installed.get(name) ?? ""]));
    } catch {
      return null;
    }
  }

  /** @param {string} name */
  async #install(name) {
    const bytes = await fetched(WHEELS + encodeURIComponent(name));
    const micropip = await this.#installer();
    this.#python.FS.mkdirTree(PLACE);
    this.#python.FS.writeFile(`${PLACE}/${name}`, new Uint8Array(bytes));
    await micropip.install.callKwargs(`emfs:${PLACE}/${name}`, { deps: false });
    return digest(bytes);
  }

  async #installer() {
    if (!this.#micropip) {
      this.#python.unpackArchive(await fetched(`${RUNTIME}micropip.whl`), "wheel");
      this.#micropip = this.#python.pyimport("micropip");
    }
    return this.#micropip;
  }
}

/** @param {string} url */
async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new CodedError("WHEEL_MISSING");
  return response.arrayBuffer();
}
