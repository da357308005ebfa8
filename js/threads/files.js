// @ts-check
/** The files worker, as the page speaks to it. */
import * as Comlink from "../../worker/shared/comlink.js";

/** @typedef {import("../../worker/shared/protocol/files.js").FilesApi} Files */

/**
 * @param {() => void} onLost   called when the worker could not be loaded, or ended
 * @returns {Files}
 */
export function startFiles(onLost) {
  const worker = new Worker(new URL("../../worker/files.worker.js", import.meta.url), { type: "module" });
  worker.addEventListener("error", (event) => {
    event.preventDefault(); // nothing of it on the console
    onLost();
  });
  return /** @type {Files} */ (/** @type {unknown} */ (Comlink.wrap(worker)));
}
