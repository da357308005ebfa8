// @ts-check
/** A run folder as one stored ZIP64. */

import { configure, ZipWriter } from "../vendor/zip.js";

// This is a worker already, and a blob: worker would break the Content-Security-Policy.
configure({ useWebWorkers: false });

/**
 * Writes files into one archive, stored: what is in it is compressed already, or not worth the time.
 * @param {AsyncIterable<{path: string, file: File}>} files
 * @param {WritableStream<Uint8Array>} writable
 * @param {() => void} onFile
 */
export async function writeArchive(files, writable, onFile) {
  const writer = new ZipWriter(writable, { level: 0, zip64: true, keepOrder: true });
  for await (const { path, file } of files) {
    await writer.add(path, { readable: file.stream(), size: file.size });
    onFile();
  }
  await writer.close();
}
