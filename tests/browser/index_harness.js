// @ts-check
/**
 * Script that test_index.py runs in a page of the site: the real pool, files worker and index, without the page's panels.
 * Leaves `harness` in the page; what is dropped on it is scanned.
 */
async () => {
  const at = (/** @type {string} */ path) => import(new URL(path, location.href).href);
  const [Comlink, { Catalogue }, { startFiles }, { Pool }] = await Promise.all([
    at("./vendor/comlink.mjs"),
    at("./js/index/client.js"),
    at("./js/threads/files.js"),
    at("./js/threads/pool.js"),
  ]);
  const files = startFiles(() => {});
  const pool = new Pool({ count: 1 });
  await pool.ready;
  const trial = pool.trial.bind(pool);
  pool.trial = async () => {
    const thread = await trial();
    globalThis.harness.thread = thread; // so that a test can end it behind the index's back
    return thread;
  };
  const scan = async (/** @type {FileSystemHandle} */ handle) =>
    files.scan(
      { kind: "handles", handles: [handle] },
      Comlink.proxy(() => {}),
    );
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    const handle = event.dataTransfer.items[0].getAsFileSystemHandle();
    globalThis.harness.scanned = handle.then(scan);
  });
  /** The files in private storage below a folder, with their bytes. */
  const stored = async (/** @type {string} */ name) => {
    const found = {};
    const look = async (/** @type {FileSystemDirectoryHandle} */ folder, /** @type {string} */ prefix) => {
      for await (const [child, handle] of folder.entries()) {
        if (handle.kind === "directory") await look(handle, `${prefix}${child}/`);
        else found[prefix + child] = (await handle.getFile()).size;
      }
    };
    const storage = await navigator.storage.getDirectory();
    await look(await storage.getDirectoryHandle(name, { create: true }), "");
    return found;
  };
  Object.assign(globalThis, { harness: { Catalogue, files, pool, thread: null, scanned: null, stored } });
};
