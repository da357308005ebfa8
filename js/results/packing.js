// @ts-check
/** Making a ZIP of a run: its progress goes into the state of the page, and the ZIP to the browser's own download. */
import * as Comlink from "../../worker/shared/comlink.js";
import { save } from "../page/save-file.js";

/**
 * @typedef {import("../state.js").Store} Store
 * @typedef {import("../state.js").Place} Place
 * @typedef {import("../state.js").Packing} Packing
 */

/**
 * Makes a ZIP and saves it, unless one is being made at that place. Rejects when it cannot be made.
 * @param {Store} store
 * @param {Place} place   of the panel that shows how far it is
 * @param {(report: (done: number, total: number) => void) => Promise<File>} make   called with a function of any thread
 * @param {string} name   of the file
 */
export async function saveZip(store, place, make, name) {
  if (store.state.packing[place]) return;
  show(store, place, { done: 0, total: 0 });
  try {
    const report = (/** @type {number} */ done, /** @type {number} */ total) => show(store, place, { done, total });
    save(await make(Comlink.proxy(report)), name);
  } finally {
    const { [place]: _, ...others } = store.state.packing;
    store.update({ packing: others });
  }
}

/** @param {Store} store @param {Place} place @param {Packing} packing */
function show(store, place, packing) {
  store.update({ packing: { ...store.state.packing, [place]: packing } });
}
