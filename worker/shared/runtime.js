// @ts-check
/**
 * The parts that Python workers are started from, fetched or made once per page: the manifest, the compiled WebAssembly module,
 * the packages and the memory snapshot. The snapshot is kept between visits, under the id of its build.
 *
 * @typedef {import("../shared/protocol/python.js").Shared} Shared
 */
import { release } from "./buffers.js";

const RUNTIME = new URL("../../runtime/", import.meta.url).href;
const STORE = "dicom-deid-snapshot";
const DIGEST = "x-sha256";

/**
 * @returns {Promise<Shared>} without snapshot
 */
export async function fetchRuntime() {
  const response = await fetch(`${RUNTIME}manifest.json`);
  const manifest = await response.json();
  const get = (/** @type {string} */ name) => fetchPart(manifest, name);
  const bytes = async (/** @type {string} */ name) => moved(await (await get(name)).arrayBuffer());
  const [module, stdlib, packages] = await Promise.all([
    WebAssembly.compileStreaming(get("pyodide.asm.wasm")).catch(() => null),
    bytes("python_stdlib.zip"),
    bytes("packages.zip"),
  ]);
  return { manifest, module, stdlib, packages, snapshot: null };
}

/**
 * A file of the runtime. One of another build than the manifest (half an update) is refused.
 * @param {Shared["manifest"]} manifest
 * @param {string} name
 */
function fetchPart(manifest, name) {
  return fetch(RUNTIME + name, { integrity: `sha256-${base64(manifest.files[name].sha256)}` });
}

/** The packages that only the worker needs that decodes and paints. @param {Shared["manifest"]} manifest */
export async function fetchPreview(manifest) {
  return moved(await (await fetchPart(manifest, "preview.zip")).arrayBuffer());
}

/** The packages that check numbers in free text: only a plan with Clean Descriptors asks for them. @param {Shared["manifest"]} manifest */
export async function fetchNumbers(manifest) {
  return moved(await (await fetchPart(manifest, "numbers.zip")).arrayBuffer());
}

/** @param {string} hex */
function base64(hex) {
  return btoa(hex.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))));
}

/**
 * The bytes in memory that all workers see, where the page is cross-origin isolated; else as they are, to be copied.
 * @param {ArrayBuffer} buffer
 */
export function shareable(buffer) {
  if (!globalThis.crossOriginIsolated) return new Uint8Array(buffer);
  const shared = new Uint8Array(new SharedArrayBuffer(buffer.byteLength));
  shared.set(new Uint8Array(buffer));
  return shared;
}

/** The same of a buffer that nobody else looks at: it is not left to the collector. @param {ArrayBuffer} buffer */
function moved(buffer) {
  const bytes = shareable(buffer);
  if (bytes.buffer !== buffer) release(new Uint8Array(buffer));
  return bytes;
}

/**
 * @param {string} build
 * @returns {Promise<Uint8Array | null>}
 */
export async function storedSnapshot(build) {
  const store = await caches.open(STORE);
  const kept = await store.match(keyOf(build));
  if (!kept) return null;
  const buffer = await kept.arrayBuffer();
  if (kept.headers.get(DIGEST) === (await digest(buffer))) return moved(buffer);
  await store.delete(keyOf(build));
  return null;
}

/**
 * Keeps the snapshot for the next visit and deletes those of other builds.
 * @param {string} build
 * @param {Uint8Array<ArrayBuffer>} snapshot
 */
export async function storeSnapshot(build, snapshot) {
  const store = await caches.open(STORE);
  for (const request of await store.keys()) if (request.url !== keyOf(build)) await store.delete(request);
  const headers = { [DIGEST]: await digest(snapshot) };
  await store.put(keyOf(build), new Response(snapshot, { headers }));
}

/** @param {string} build */
export async function forgetSnapshot(build) {
  await (await caches.open(STORE)).delete(keyOf(build));
}

/** @param {string} build */
function keyOf(build) {
  return `${RUNTIME}snapshot-${build}`;
}

/** SHA-256 in hexadecimal digits. @param {BufferSource} bytes */
export async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
