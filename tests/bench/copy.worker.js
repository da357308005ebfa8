// @ts-check
/**
 * A plain copy of a folder's files, by the browser calls that the files worker uses, without Python: what is possible.
 * Takes {root, into, inFlight}: into "files", one file each in private storage, or into "one", all into one growing
 * file, as a ZIP is. Answers {files, bytes, seconds}. Everything lies in the private folder "bench".
 */

/**
 * @param {FileSystemDirectoryHandle} folder
 * @returns {Promise<FileSystemFileHandle[]>}
 */
async function filesIn(folder) {
  const found = [];
  for await (const child of folder.values()) {
    if (child.kind === "directory") found.push(...(await filesIn(child)));
    else found.push(child);
  }
  return found;
}

/** Handles that nobody held any more were collected with their calls, which then never settled. */
const held = [];

/**
 * @param {FileSystemDirectoryHandle} target
 * @param {FileSystemFileHandle} source
 */
async function copyIntoFile(target, source) {
  const bytes = new Uint8Array(await (await source.getFile()).arrayBuffer());
  const handle = await target.getFileHandle(source.name, { create: true });
  held.push(handle);
  const access = await handle.createSyncAccessHandle();
  access.truncate(0);
  access.write(bytes, { at: 0 });
  access.close();
  return bytes.length;
}

/** @param {FileSystemDirectoryHandle} target */
async function intoOne(target) {
  const handle = await target.getFileHandle("one", { create: true });
  const access = await handle.createSyncAccessHandle();
  access.truncate(0);
  let end = 0;
  /** @param {FileSystemFileHandle} source */
  const copy = async (source) => {
    const bytes = new Uint8Array(await (await source.getFile()).arrayBuffer());
    access.write(bytes, { at: end });
    end += bytes.length;
    return bytes.length;
  };
  return { copy, close: () => access.close() };
}

/** @param {{root: FileSystemDirectoryHandle, into: "files" | "one", inFlight: number}} asked */
async function copyAll({ root, into, inFlight }) {
  const storage = await navigator.storage.getDirectory();
  const target = await storage.getDirectoryHandle("bench", { create: true });
  const files = await filesIn(root);
  const began = performance.now();
  const way =
    into === "one"
      ? await intoOne(target)
      : {
          copy: (/** @type {FileSystemFileHandle} */ file) => copyIntoFile(target, file),
          close() {},
        };
  let [next, bytes] = [0, 0];
  const lane = async () => {
    while (next < files.length) {
      const copied = await way.copy(files[next++]);
      bytes += copied;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  way.close();
  const seconds = (performance.now() - began) / 1000;
  await storage.removeEntry("bench", { recursive: true });
  return { files: files.length, bytes, seconds };
}

addEventListener("message", async (event) => postMessage(await copyAll(event.data)));
