// @ts-check
/** Handles that a run was started with, kept in the browser's database until the run has ended, so that it can go on. */
import { createStore, del, get, keys, set } from "../../vendor/idb-keyval.mjs";

/** Names that a run of an earlier version kept its handles under, too. */
const handlesStore = createStore("dicom-deid", "handles");
/** Handles of a run that is not there are kept so long (milliseconds): it may just be about to begin, in another tab. */
const BEGINNING_MILLISECONDS = 3_600_000;

/**
 * `handles` is null where the browser gave files and no handles.
 * @typedef {{handles: FileSystemHandle[] | null, output: FileSystemDirectoryHandle | null}} Kept
 */

/**
 * @param {string} name   of the run
 * @param {import("../../worker/shared/protocol/files.js").Picked} picked
 * @param {FileSystemDirectoryHandle | null} output
 */
export async function keepHandles(name, picked, output) {
  const handles = picked.kind === "handles" ? picked.handles : null;
  await set(name, { handles, output, kept: Date.now() }, handlesStore);
}

/** @param {string} name @returns {Promise<Kept>} */
export async function handlesOf(name) {
  const kept = await get(name, handlesStore).catch(() => undefined);
  return kept ?? { handles: null, output: null };
}

/** Keeps the way to the chosen folder of a run, where it is not kept. @param {string} name @param {FileSystemDirectoryHandle} output */
export async function keepOutput(name, output) {
  const { handles, output: known } = await handlesOf(name);
  if (!known) await set(name, { handles, output, kept: Date.now() }, handlesStore);
}

/** Forgets the handles of runs that are not among these. @param {string[]} names */
export async function forgetOthers(names) {
  for (const name of await keys(handlesStore)) {
    const { kept } = await get(name, handlesStore);
    if (names.includes(String(name)) || Date.now() - kept < BEGINNING_MILLISECONDS) continue;
    await del(name, handlesStore);
  }
}

/** @param {string} name */
export async function forgetHandles(name) {
  await del(name, handlesStore);
}

/**
 * Whether the page may use a handle; the browser asks where it must, and for that a click is needed.
 * @param {FileSystemHandle} handle
 * @param {"read" | "readwrite"} mode
 * @param {() => void} [asking]   called when the browser asks
 */
export async function mayUse(handle, mode, asking = () => {}) {
  const asked = /** @type {any} */ (handle); // TypeScript does not know these calls
  if ((await asked.queryPermission({ mode })) === "granted") return true;
  asking();
  return (await asked.requestPermission({ mode }).catch(() => "denied")) === "granted";
}
