// @ts-check
/** Capabilities of this browser. The only place where features are tested. */

/** A folder can be opened for reading, and one for writing, by a dialogue. */
export function hasFolderPicker() {
  return "showDirectoryPicker" in window;
}

/** A dropped folder can be read. */
export function hasFolderDrop() {
  return typeof DataTransferItem === "function" && "getAsFileSystemHandle" in DataTransferItem.prototype;
}

/** Reason code of the first capability that is missing and without which the page cannot work; null when all are there. */
export function lacks() {
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) return "NO_SECURE_CONTEXT";
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") return "NO_WORKERS";
  if (typeof navigator.storage?.getDirectory !== "function") return "NO_PRIVATE_STORAGE";
  return null;
}

/** One line on the browser for output.log: it says with what the run was made. */
export function environment() {
  const brands = /** @type {any} */ (navigator).userAgentData?.brands;
  const known = Array.isArray(brands) ? brands.filter(({ brand }) => !/not.?a.?brand/i.test(brand)) : [];
  const browser = known.map(({ brand, version }) => `${brand} ${version}`).join(", ") || navigator.userAgent;
  const isolation = globalThis.crossOriginIsolated ? "cross-origin isolated" : "not cross-origin isolated";
  return `Browser: ${browser}; ${navigator.hardwareConcurrency} processors; ${isolation}`;
}

/** Bytes that private storage holds, and that it can still take, as the browser estimates them. */
export async function storageUse() {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  return { used: usage, free: Math.max(0, quota - usage) };
}
