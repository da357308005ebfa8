// @ts-check
/** Values derived from the project key: HMAC-SHA256 over a domain and a value, as in key.py. */

const LABEL = "dicom-deid:";

/**
 * @typedef {(domain: string, value: string) => Promise<Uint8Array<ArrayBuffer>>} Digest
 *
 * @param {Uint8Array} key   the project key, 32 bytes
 * @returns {Promise<Digest>}  the 32 bytes that stand for a value in a domain
 */
export async function digestBy(key) {
  const use = { name: "HMAC", hash: "SHA-256" };
  const hmac = await crypto.subtle.importKey("raw", new Uint8Array(key), use, false, ["sign"]);
  const encoder = new TextEncoder();
  return async (domain, value) =>
    new Uint8Array(await crypto.subtle.sign("HMAC", hmac, encoder.encode(`${LABEL}${domain}\0${value}`)));
}

/** @param {Uint8Array} bytes */
export const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
