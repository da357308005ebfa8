// @ts-check
/**
 * The project key: from a passphrase and its salt, which are made here when none are given. `key.py` does the same natively.
 * Until a run has ended, its salt is kept with it (worker/storage/run-folders.js).
 */

import { digestBy, hexOf } from "../../worker/shared/key.js";
import { randomLetters } from "./random-letters.js";

/** Versions of the pseudonyms: those of a passphrase with a salt, and those of version 0.2 and before. */
export const [NEWEST, OLDER] = [2, 1];
/** Of a passphrase without one of its own: the same for everybody, as until version 0.2. */
const SALT = "dicom-deid/project-key/v1";
/** Goes before the salt of a project. */
const OWN_SALT = "dicom-deid/project-key/v2/";
/** The salt behind a passphrase, in the same line or, where a line end was lost in a field, right behind it. */
const SALTED = /\s*salt:\s*((?:[A-Z2-7]{4}-){5}[A-Z2-7]{4})\s*$/i;
const ITERATIONS = 600_000;
const KEY_BITS = 256;
const CHECK_DIGITS = 16;
/** A passphrase that was made. Its random bits cannot be guessed, so it needs no salt. */
const MADE = /^(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}$/;
/** Bits of a made passphrase, and of a salt: they fill 32 and 24 letters of base32 exactly. */
const [PASSPHRASE_BITS, SALT_BITS] = [160, 120];

/** A passphrase and the salt behind it, or "". @param {string} key */
export function parted(key) {
  const found = SALTED.exec(key);
  return found ? { text: key.slice(0, found.index), salt: found[1].toUpperCase() } : { text: key, salt: "" };
}

/** A passphrase with its salt, as it is kept and can be put in. @param {string} text @param {string} salt */
export const salted = (text, salt) => `${text} salt:${salt}`;

/** Whether a passphrase was made, so that no salt belongs to it. @param {string} text */
export const isMade = (text) => MADE.test(text);

/** Whether nothing is missing of a key. @param {string} given @param {boolean} older   no salt belongs to it */
export function isWhole(given, older) {
  const { text, salt } = parted(given);
  return text !== "" && (older || salt !== "" || MADE.test(text));
}

/**
 * All of the key of a run: what is missing of it is made.
 * @param {string} given
 * @param {boolean} older   without a salt, as until version 0.2
 */
export function wholeKey(given, older) {
  const { text, salt } = parted(given);
  const passphrase = text || makePassphrase();
  if (older || (!salt && MADE.test(passphrase))) return passphrase;
  return salted(passphrase, salt || randomLetters(SALT_BITS));
}

/**
 * PBKDF2-HMAC-SHA256 of the passphrase in Unicode's composed form, so that it does not depend on the keyboard.
 * @param {string} passphrase   with its salt behind it, or without
 * @returns {Promise<Uint8Array<ArrayBuffer>>}  32 bytes
 */
export async function deriveKey(passphrase) {
  const encoder = new TextEncoder();
  const { text, salt } = parted(passphrase);
  const secret = encoder.encode(text.normalize("NFC"));
  const material = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveBits"]);
  const used = encoder.encode(salt ? OWN_SALT + salt : SALT);
  const method = { name: "PBKDF2", hash: "SHA-256", salt: used, iterations: ITERATIONS };
  return new Uint8Array(await crypto.subtle.deriveBits(method, material, KEY_BITS));
}

/** A value by which a run knows its key again. @param {Uint8Array} key */
export async function checkOf(key) {
  return hexOf(await (await digestBy(key))("check", "")).slice(0, CHECK_DIGITS);
}

/** A passphrase nobody has to think of. */
export const makePassphrase = () => randomLetters(PASSPHRASE_BITS);
