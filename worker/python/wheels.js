// @ts-check
/** Wheels of this site that a policy's rules in Python import: installed by micropip, which comes with the first of them. */

import { CodedError } from "../shared/errors.js";
import { digest } from "../shared/runtime.js";

const RUNTIME = new URL("../../runtime/", import.meta.url).href;
const WHEELS = new URL("../../wheels/", import.meta.url).href;
/** Where Python finds a wheel that was fetched. */
const PLACE = "/tmp/wheels";

/** @typedef {import("./boot.js").Python} Python */

/** SHA-256 of what this worker has installed, by file name. @type {Map<string, string>} */
const installed = new Map();

/**
 * @param {Python} python
 * @param {string[]} names   file names of wheels in wheels/ of the site
 * @returns {Promise<Record<string, string> | null>}  name -> SHA-256; null when one is not there or is damaged
 */
export async function installWheels(python, names) {
  try {
    for (const name of names) if (!installed.has(name)) installed.set(name, await install(python, name));
    return Object.fromEntries(names.map((name) => [name, installed.get(name) ?? ""]));
  } catch {
    return null;
  }
}

/** @param {Python} python @param {string} name */
async function install(python, name) {
  const bytes = await fetched(WHEELS + encodeURIComponent(name));
  const micropip = await installer(python);
  python.FS.mkdirTree(PLACE);
  python.FS.writeFile(`${PLACE}/${name}`, new Uint8Array(bytes));
  await micropip.install.callKwargs(`emfs:${PLACE}/${name}`, { deps: false });
  return digest(bytes);
}

/** @type {any} */
let micropip = null;

/** @param {Python} python */
async function installer(python) {
  if (!micropip) {
    python.unpackArchive(await fetched(`${RUNTIME}micropip.whl`), "wheel");
    micropip = python.pyimport("micropip");
  }
  return micropip;
}

/** @param {string} url */
async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new CodedError("WHEEL_MISSING");
  return response.arrayBuffer();
}
