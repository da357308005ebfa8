// @ts-check
/**
 * Starts Python in this worker, by the fastest way that the browser allows.
 *
 * 1. snapshot: the heap as it was after the imports, and the compiled WebAssembly module, both made once and shared;
 * 2. module: the shared module, and imports from compiled (.pyc) packages;
 * 3. plain: Pyodide fetches and compiles its module itself, and imports from the same packages.
 * A way that is not there or fails is noted, and the next one is tried.
 *
 * Pyodide has no option for a compiled module, for bytes that are there already or for a snapshot without its zero
 * pages. So `createPyodideModule`, a documented option, is wrapped, and two functions of the platform have stand-ins
 * while Pyodide starts.
 */
import { CodedError, nameOf } from "../shared/errors.js";
import { fill, head, heapBytes, pack } from "./snapshot.js";

/**
 * @typedef {import("../shared/protocol/python.js").Shared} Shared
 * @typedef {import("../shared/protocol/python.js").Way} Way
 * @typedef {import("../shared/protocol/python.js").Started} Started
 * @typedef {typeof import("../../vendor/pyodide/pyodide.mjs")} PyodideModule
 * @typedef {Awaited<ReturnType<PyodideModule["loadPyodide"]>>} Pyodide
 * @typedef {Pyodide & {FS: any, _module: any, makeMemorySnapshot(): Uint8Array}} Python  with what Pyodide leaves undeclared
 */

const RUNTIME = new URL("../../runtime/", import.meta.url).href;
/** Modules imported before the snapshot is taken: all that a run needs, so that no worker imports them again. */
const IMPORTS = ["dicom_deid.browser.bridge"];
/**
 * Modules imported for the preview, in this order. The libjpeg that is loaded first serves all: with Pillow's, whose structures
 * are laid out otherwise, imagecodecs reads and writes out of bounds. (Pillow's own is not used.)
 */
const PREVIEW_IMPORTS = ["imagecodecs._jpeg8", ...IMPORTS, "dicom_deid.browser.imaging"];
const PACKAGES = "/lib/packages.zip";
/** Folder of the packages that only the imaging worker imports: shared libraries are loaded from files only. */
const PREVIEW = "/lib/preview";
/** Pyodide waits for ever when its own module can not be fetched. A slow machine on a slow network needs a minute. */
const START_MILLISECONDS = 180_000;
/** @type {Way[]} */
const WAYS = ["snapshot", "module", "plain"];

/** Loads Pyodide's code, so that the worker can be started when the network is gone. */
export async function load() {
  /** @type {[PyodideModule, {default: (settings: any) => Promise<any>}]} */
  const [pyodide, core] = await Promise.all([import(`${RUNTIME}pyodide.mjs`), import(`${RUNTIME}pyodide.asm.mjs`)]);
  return { loadPyodide: pyodide.loadPyodide, createModule: core.default };
}

/**
 * @param {Shared} shared
 * @returns {Promise<{python: Python, started: Started}>}
 */
export async function boot(shared) {
  /** @type {string[]} */
  const fellBack = [];
  for (const way of WAYS) {
    const begin = performance.now();
    try {
      const python = await start(way, shared);
      const milliseconds = Math.round(performance.now() - begin);
      return { python, started: { way, milliseconds, heap: heapOf(python), fellBack } };
    } catch (error) {
      fellBack.push(`${way}: ${error instanceof Lacking ? error.message : nameOf(error) || "unknown"}`);
    }
  }
  throw new CodedError("PYTHON_NOT_STARTED");
}

/**
 * Starts Python by the second way and takes the snapshot that others start from. This worker is of no further use:
 * with snapshots possible, every access from Python to JavaScript passes a recorder.
 * @param {Shared} shared
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function makeSnapshot(shared) {
  const python = await start("module", shared, { _makeSnapshot: true });
  python.pyimport("gc").collect();
  return pack(python.makeMemorySnapshot());
}

/** Bytes of WebAssembly memory; they never become fewer. @param {Python} python */
export function heapOf(python) {
  return python._module.HEAPU8.length;
}

class Lacking extends Error {}

/** @returns {Promise<never>} */
function tooLate() {
  return new Promise((_, reject) => setTimeout(() => reject(new Lacking("it took too long")), START_MILLISECONDS));
}

/**
 * @param {Way} way
 * @param {Shared} shared
 * @param {object} [options] further ones of Pyodide
 */
async function start(way, shared, options = {}) {
  if (way === "snapshot" && !shared.snapshot) throw new Lacking("there is none");
  if (way !== "plain" && !shared.module) throw new Lacking("no module to share");
  const { loadPyodide, createModule } = await load();
  const settings = { ...commonOptions(shared), ...options };
  const inTime = () => Promise.race([loadPyodide(settings), tooLate()]);
  if (way === "plain") return imported(await inTime(), shared);

  const failed = Promise.withResolvers();
  Object.assign(settings, {
    createPyodideModule: (/** @type {any} */ given) => create(given, createModule, way, shared),
  });
  if (way === "snapshot" && shared.snapshot) Object.assign(settings, { _loadSnapshot: head(shared.snapshot) });
  const python = await withStandIns(shared, failed.reject, () => Promise.race([inTime(), failed.promise]));
  if (way === "module") return imported(python, shared);
  refresh(python);
  shareFiles(python, shared);
  return /** @type {Python} */ (python);
}

/** @param {Shared} shared */
function commonOptions(shared) {
  return {
    indexURL: RUNTIME,
    stdLibURL: `${RUNTIME}python_stdlib.zip`,
    lockFileContents: /** @type {any} */ (shared.manifest.lock),
    packageBaseUrl: RUNTIME,
    env: {
      PYTHONPATH: PACKAGES,
      PYTHONDONTWRITEBYTECODE: "1",
      // All workers share the snapshot's seed in any case; a fixed one is at least the same in every run.
      PYTHONHASHSEED: "0",
    },
    // Text that Python prints (a warning of pydicom, for example) can hold values of a file.
    stdout: () => {},
    stderr: () => {},
    fsInit: async (/** @type {any} */ fs) => fs.writeFile(PACKAGES, shared.packages, { canOwn: true }),
  };
}

/**
 * @param {any} settings Emscripten's
 * @param {(settings: any) => Promise<any>} createModule
 * @param {Way} way
 * @param {Shared} shared
 */
async function create(settings, createModule, way, shared) {
  const module = await createModule(settings);
  if (way !== "snapshot" || !shared.snapshot) return module;
  const missing = heapBytes(shared.snapshot) - module.HEAPU8.length;
  if (missing > 0) module.growMemory(heapBytes(shared.snapshot));
  fill(shared.snapshot, module.HEAPU8);
  return module;
}

/** @param {Pyodide} pyodide @param {Shared} shared */
function imported(pyodide, shared) {
  const python = /** @type {Python} */ (pyodide);
  if (shared.preview) {
    unpack(python, shared.preview);
    python.pyimport("sys").path.append(PREVIEW);
  }
  for (const name of shared.preview ? PREVIEW_IMPORTS : IMPORTS) python.pyimport(name);
  shareFiles(python, shared);
  return python;
}

/**
 * Places the files of a ZIP, each in the memory that it was unpacked into: written bit by bit, as Pyodide's own way does,
 * they leave several times their size to the collector.
 * @param {Python} python @param {Uint8Array} archive
 */
function unpack(python, archive) {
  const place = `${PREVIEW}.zip`;
  python.FS.writeFile(place, archive, { canOwn: true });
  const zip = python.pyimport("zipfile").ZipFile(place);
  for (const name of zip.namelist()) {
    const path = `${PREVIEW}/${name}`;
    python.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    const content = zip.read(name);
    python.FS.writeFile(path, content.toJs(), { canOwn: true });
    content.destroy();
  }
  zip.close();
  zip.destroy();
  python.FS.unlink(place);
}

/** Two workers from one snapshot would draw the same numbers. All other random ones come from the system. @param {Pyodide} python */
function refresh(python) {
  python.pyimport("random").seed();
}

/** Pyodide copies its standard library into the worker; from here on the shared one is read. @param {Python} python @param {Shared} shared */
function shareFiles(python, shared) {
  const [major, minor] = python._module.API.pyVersionTuple;
  const { node } = python.FS.lookupPath(`/lib/python${major}${minor}.zip`);
  node.contents = shared.stdlib;
}

/**
 * @template T
 * @param {Shared} shared
 * @param {(reason: unknown) => void} fail   Pyodide itself waits for ever when its module can not be instantiated
 * @param {() => Promise<T>} run
 * @returns {Promise<T>}
 */
async function withStandIns(shared, fail, run) {
  const { fetch } = globalThis;
  const { instantiateStreaming } = WebAssembly;
  const answer = { ok: true, arrayBuffer: async () => shared.stdlib.buffer };
  globalThis.fetch = async () => /** @type {any} */ (answer);
  WebAssembly.instantiateStreaming = async (_, imports) => {
    const module = /** @type {WebAssembly.Module} */ (shared.module);
    try {
      return { module, instance: await WebAssembly.instantiate(module, imports) };
    } catch (error) {
      fail(error);
      throw error;
    }
  };
  try {
    return await run();
  } finally {
    globalThis.fetch = fetch;
    WebAssembly.instantiateStreaming = instantiateStreaming;
  }
}
