// @ts-check
/** A writer's thread: writes outputs whose bytes are in memory into private storage. What it offers is Writer in writers.js. */

import { expose, transfer } from "../vendor/comlink.mjs";
import { CodedError } from "./patience.js";
import { Sink } from "./sink.js";
import { Opened } from "./source.js";
import { buffersOf } from "./writers.js";

/** @type {Sink | null} */
let sink = null;
const nothing = new Opened({ blob: new Blob() });

/** @type {import("./writers.js").Writer} */
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
    return error instanceof CodedError ? error.code : "WRITE_FAILED";
  }
}

expose(writer);
