// @ts-check
/** The handles that a run was started with, kept in the browser's database until the run is at its end: so that it can go on. */

const DATABASE = "dicom-deid";
const STORE = "handles";
/** Handles of a run that is not there are kept so long (milliseconds): it may just be about to begin, in another tab. */
const BEGINNING_MILLISECONDS = 3_600_000;

/**
 * `picked` is null where the browser gave files and no handles.
 * @typedef {{handles: FileSystemHandle[] | null, output: FileSystemDirectoryHandle | null}} Kept
 */

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @template T @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<T>} ask */
async function inStore(mode, ask) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  try {
    return await settled(ask(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

/**
 * @param {string} name   of the run
 * @param {import("../../worker/shared/protocol/files.js").Picked} picked
 * @param {FileSystemDirectoryHandle | null} output
 */
export async function keepHandles(name, picked, output) {
  const handles = picked.kind === "handles" ? picked.handles : null;
  await inStore("readwrite", (store) => store.put({ handles, output, kept: Date.now() }, name));
}

/** @param {string} name @returns {Promise<Kept>} */
export async function handlesOf(name) {
  const kept = await inStore("readonly", (store) => store.get(name)).catch(() => undefined);
  return kept ?? { handles: null, output: null };
}

/** Forgets the handles of runs that are not among these. @param {string[]} names */
export async function forgetOthers(names) {
  for (const name of await inStore("readonly", (store) => store.getAllKeys())) {
    const { kept } = await inStore("readonly", (store) => store.get(name));
    if (names.includes(String(name)) || Date.now() - kept < BEGINNING_MILLISECONDS) continue;
    await inStore("readwrite", (store) => store.delete(name));
  }
}

/** @param {string} name */
export async function forgetHandles(name) {
  await inStore("readwrite", (store) => store.delete(name));
}

/**
 * Whether the page may use a handle; the browser asks where it must, and for that a click is needed.
 * @param {FileSystemHandle} handle
 * @param {"read" | "readwrite"} mode
 */
export async function mayUse(handle, mode) {
  const asked = /** @type {any} */ (handle); // TypeScript does not know these calls
  if ((await asked.queryPermission({ mode })) === "granted") return true;
  return (await asked.requestPermission({ mode }).catch(() => "denied")) === "granted";
}
