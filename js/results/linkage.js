// @ts-check
/** Opening a linkage file: the files worker decrypts it, and a Python worker of its own makes the tables. */
import * as Comlink from "../../worker/shared/comlink.js";
import { codeOf, Problem } from "../page/problem.js";
import { deriveKey, parted } from "../page/project-key.js";

/**
 * @param {import("../threads/files.js").Files} files
 * @param {import("../threads/pool.js").Pool} pool
 * @param {File} file
 * @param {string} passphrase
 * @returns {Promise<import("../../worker/shared/protocol/files.js").Tables>}  throws a CodedError
 */
export async function tablesOf(files, pool, file, passphrase) {
  const { text, salt } = parted(passphrase);
  try {
    return await openedWith(await deriveKey(passphrase), files, pool, file);
  } catch (error) {
    if (!salt || codeOf(error) !== "LINKAGE_KEY") throw error;
    return openedWith(await deriveKey(text), files, pool, file); // linkage files of version 0.2 know no salt
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>} key
 * @param {import("../threads/files.js").Files} files
 * @param {import("../threads/pool.js").Pool} pool
 * @param {File} file
 */
async function openedWith(key, files, pool, file) {
  const thread = await pool.trial().catch(() => {
    throw new Problem("PYTHON_NOT_STARTED");
  });
  try {
    const { port1, port2 } = new MessageChannel();
    await thread.python.tabulate(Comlink.transfer(port1, [port1]));
    return await thread.alive(files.openLinkage(file, key, Comlink.transfer(port2, [port2])));
  } finally {
    thread.end();
  }
}
