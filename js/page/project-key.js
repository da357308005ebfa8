// @ts-check
/** The project key: from a passphrase, which is made here when none is given. `key.py` does the same natively. */

const SALT = "dicom-deid/project-key/v1";
const ITERATIONS = 600_000;
const KEY_BITS = 256;
/** Bits of a made passphrase; 160 fill 32 letters of base32 exactly. */
const RANDOM_BITS = 160;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const GROUP_LETTERS = 4;

/**
 * PBKDF2-HMAC-SHA256 of the passphrase in Unicode's composed form, so that it does not depend on the keyboard.
 * @param {string} passphrase
 * @returns {Promise<Uint8Array<ArrayBuffer>>}  32 bytes
 */
export async function deriveKey(passphrase) {
  const encoder = new TextEncoder();
  const secret = encoder.encode(passphrase.normalize("NFC"));
  const material = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveBits"]);
  const method = { name: "PBKDF2", hash: "SHA-256", salt: encoder.encode(SALT), iterations: ITERATIONS };
  return new Uint8Array(await crypto.subtle.deriveBits(method, material, KEY_BITS));
}

/** A passphrase nobody has to think of: random bits in base32, in groups that can be read aloud. */
export function makePassphrase() {
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_BITS / 8));
  const bits = Array.from(random, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = (bits.match(/.{5}/g) ?? []).map((five) => BASE32[Number.parseInt(five, 2)]);
  const groups = letters.join("").match(new RegExp(`.{${GROUP_LETTERS}}`, "g")) ?? [];
  return groups.join("-");
}
