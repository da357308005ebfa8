// @ts-check
/** A writer's thread: writes outputs whose bytes are in memory into private storage. What it offers is Writer in writers.js. */

import { Opened } from "./pick/sources.js";
import { expose, transfer } from "./shared/comlink.js";
import { codeOf } from "./shared/errors.js";
import { Sink } from "./write/outputs.js";
import { buffersOf } from "./write/writer-threads.js";

/** @type {Sink | null} */
let sink = null;
const nothing = new Opened({ blob: new Blob() });

/** @type {import("./write/writer-threads.js").Writer} */
const writer = {
  async open(root) {
    sink = new Sink(root, true);
  },
  async write(path, parts) {
    const buffers = buffersOf(parts);
    return transfer({ written: await written(path, parts), buffers }, buffers);
  },
};

/** @param {string} path @param {Uint8Array<ArrayBuffer>[]} parts */
async function written(path, parts) {
  try {
    const segments = parts.map((bytes) => ({ bytes }));
    return (await sink?.write(path, segments, nothing, async () => {})) ?? "WRITE_FAILED";
  } catch (error) {
    return codeOf(error, "WRITE_FAILED");
  }
}

expose(writer);
