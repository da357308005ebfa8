// @ts-check
/**
 * Script that test_imaging.py runs in a page of the site: the real pool, files worker and imaging. Leaves `harness` there.
 */
async () => {
  const at = (/** @type {string} */ path) => import(new URL(path, location.href).href);
  const [Comlink, { Pool }, { startFiles }, { Imaging }, { Catalogue }, { Thumbnails }, key] = await Promise.all([
    at("./vendor/comlink.mjs"),
    at("./js/threads/pool.js"),
    at("./js/threads/files.js"),
    at("./js/threads/imaging.js"),
    at("./js/index/client.js"),
    at("./js/thumbnails/thumbnails.js"),
    at("./js/page/project-key.js"),
  ]);

  const pool = new Pool({ count: 1 });
  /** Every worker that decoded, so that a test can end one behind its page's back. */
  const drawers = /** @type {{end(): void}[]} */ ([]);
  const preview = pool.preview.bind(pool);
  pool.preview = async () => {
    drawers.push(await preview());
    return drawers.at(-1);
  };
  const files = startFiles(() => {});
  const plain = { gamma: 1, invert: false };

  /** Files of an <input>; an entry is base64, or parts of a large file: base64 of each, and how often it comes. */
  async function pick(/** @type {Record<string, string | [string, number][]>} */ named) {
    const parts = (/** @type {string | [string, number][]} */ told) => {
      if (typeof told === "string") return [bytesOf(told)];
      return told.flatMap(([text, count]) => Array(count).fill(new Blob([bytesOf(text)])));
    };
    await scan(Object.entries(named).map(([name, told]) => new File(parts(told), name)));
  }

  function scan(/** @type {File[]} */ picked, kind = "files") {
    return files.scan(
      { kind, files: picked },
      Comlink.proxy(() => {}),
    );
  }

  function bytesOf(/** @type {string} */ text) {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  }

  /** The pixels of a bitmap in base64, and the rest of what was told of it. */
  function seen(/** @type {any} */ painted) {
    if ("error" in painted) return painted;
    const { bitmap, ...rest } = painted;
    const { width, height } = bitmap;
    const context = /** @type {any} */ (new OffscreenCanvas(width, height).getContext("2d"));
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return { ...rest, width, height, pixels: base64Of(context.getImageData(0, 0, width, height).data) };
  }

  function base64Of(/** @type {Uint8Array | Uint8ClampedArray} */ data) {
    let text = "";
    for (let i = 0; i < data.length; i += 32768) text += String.fromCharCode(...data.subarray(i, i + 32768));
    return btoa(text);
  }

  /** Opens a file of the scan in the first pane and paints frames of it. */
  async function look(/** @type {number} */ index, /** @type {number[]} */ frames) {
    const facts = await globalThis.imaging.open(0, { index });
    if ("error" in facts) return facts;
    const painted = [];
    for (const frame of frames) painted.push(seen(await globalThis.imaging.paint(0, frame, plain)));
    return { facts, painted };
  }

  const start = async (options = {}) => {
    globalThis.imaging = await Imaging.start(pool, files, options);
  };
  /** Makes all thumbnails of what was picked. */
  async function thumbnails(/** @type {string} */ passphrase, /** @type {number} */ part) {
    const catalogue = await Catalogue.open(pool, files, { kind: "originals" });
    await catalogue.start();
    const before = drawers.length;
    const all = new Thumbnails(catalogue, () => Imaging.start(pool, files));
    const keys = await catalogue.keys("");
    const reports = /** @type {object[]} */ ([]);
    const holdOut = part ? { key: await key.deriveKey(passphrase), part } : null;
    const summary = await all.make(keys, (how) => reports.push(how), { holdOut });
    const workers = drawers.length - before;
    const found = await catalogue.found(keys);
    const standing = await Promise.all(keys.map((one) => all.of(one).then(({ file, reason }) => [file?.size, reason])));
    all.close();
    const index = base64Of(new Uint8Array(await (await catalogue.save()).arrayBuffer()));
    catalogue.close();
    return { summary, reports, workers, found, standing, index };
  }

  Object.assign(globalThis, {
    harness: {
      pick,
      scan,
      bytesOf,
      look,
      thumbnails,
      Catalogue,
      Thumbnails,
      Imaging,
      seen,
      start,
      drawers,
      files,
      pool,
      plain,
    },
  });
};
