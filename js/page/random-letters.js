// @ts-check
/** Secrets that are made: random bits in base32, in groups that can be read aloud. `key.py` does the same natively. */

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const GROUP_LETTERS = 4;

/** @param {number} size   bits; of a multiple of 40, all letters are whole */
export function randomLetters(size) {
  const random = crypto.getRandomValues(new Uint8Array(size / 8));
  const bits = Array.from(random, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = (bits.match(/.{5}/g) ?? []).map((five) => BASE32[Number.parseInt(five, 2)]);
  const groups = letters.join("").match(new RegExp(`.{${GROUP_LETTERS}}`, "g")) ?? [];
  return groups.join("-");
}
