// @ts-check
/** Hands a file to the browser's own download. */

/** The browser has begun to read by then; the address holds the file in memory or on disk until it is revoked. */
const REVOKE_AFTER_MILLISECONDS = 60_000;

/**
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_AFTER_MILLISECONDS);
}
