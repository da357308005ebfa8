// @ts-check
/** One worker of boot.py's measurement: starts Python by the way it is told, and says so. */
import { boot } from "../worker/python/boot.js";

/** Pyodide as its package comes, and the packages as source: what the other ways are compared with. */
async function source() {
  const { loadPyodide } = await import(new URL("./source/pyodide.mjs", import.meta.url).href);
  const python = await loadPyodide();
  const extractDir = python.pyimport("site").getsitepackages().get(0);
  const archive = await fetch(new URL("./source/packages.zip", import.meta.url));
  python.unpackArchive(await archive.arrayBuffer(), "zip", { extractDir });
  python.pyimport("dicom_deid.browser.bridge");
  return { way: "source", python };
}

addEventListener("message", async ({ data: { way, shared } }) => {
  // The Python that was started stays reachable: its memory is measured.
  const kept = way === "source" ? await source() : await boot(shared);
  Object.assign(globalThis, { kept });
  postMessage("started" in kept ? kept.started.way : kept.way);
});
