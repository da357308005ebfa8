// @ts-check
/** Sums of files and bytes, by the number of their kind. */

/** @typedef {import("./protocol/files.js").Sum} Sum */

/** One more file. @param {Record<number, Sum>} sums @param {number} kind @param {number} bytes */
export function addTo(sums, kind, bytes) {
  sums[kind] ??= { files: 0, bytes: 0 };
  const sum = sums[kind];
  sum.files++;
  sum.bytes += bytes;
}
