// @ts-check
/**
 * AES-256 of the entries of a ZIP, as WinZip defined it (AE-2): each entry has a key of its own and is authenticated.
 * The cipher is that of zip.js; the browser's own has no counter that begins at its low end.
 */

import { CodedError } from "../shared/errors.js";

const LIBRARY = new URL("../../vendor/zip-aes.js", import.meta.url).href; // it has no types
const [SALT_BYTES, KEY_BYTES, CHECK_BYTES, CODE_BYTES] = [16, 32, 2, 10];
/** Bytes that an entry becomes longer by: salt and check of the passphrase before it, its authentication code behind it. */
export const MORE_BYTES = SALT_BYTES + CHECK_BYTES + CODE_BYTES;
/** All but the last piece of an entry have to be a multiple of this, in bytes. */
export const BLOCK_BYTES = 16;
/** Rounds of PBKDF2 as the format has them: few, so a passphrase has to be long. */
const ROUNDS = 1000;

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{process: (piece: Bytes, decrypt: boolean) => void, digest: () => Bytes}} Cipher */
/** @typedef {(key: Bytes, authentication: Bytes) => Cipher} MakeCipher */

export class Encryption {
  #makeCipher;
  #secret;

  /** @param {MakeCipher} makeCipher @param {CryptoKey} secret */
  constructor(makeCipher, secret) {
    this.#makeCipher = makeCipher;
    this.#secret = secret;
  }

  /** By a passphrase. Rejects with PAGE_INCOMPLETE. @param {string} passphrase */
  static async by(passphrase) {
    const makeCipher = await loadCipher();
    const bytes = new TextEncoder().encode(passphrase);
    return new Encryption(makeCipher, await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveBits"]));
  }

  /** What one entry is encrypted with. */
  async begin() {
    const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
    const method = { name: "PBKDF2", hash: "SHA-1", salt, iterations: ROUNDS };
    const bits = 8 * (2 * KEY_BYTES + CHECK_BYTES);
    const keys = new Uint8Array(await crypto.subtle.deriveBits(method, this.#secret, bits));
    const cipher = this.#makeCipher(keys.subarray(0, KEY_BYTES), keys.subarray(KEY_BYTES, 2 * KEY_BYTES));
    return new EntryCipher(cipher, new Uint8Array([...salt, ...keys.subarray(2 * KEY_BYTES)]));
  }
}

/** Encrypts one entry: its head, its pieces in their order, and its code. */
export class EntryCipher {
  #cipher;

  /** @param {Cipher} cipher @param {Bytes} head */
  constructor(cipher, head) {
    this.#cipher = cipher;
    this.head = head;
  }

  /** Encrypts a piece in its place. @param {Bytes} piece */
  encrypt(piece) {
    this.#cipher.process(piece, false);
    return piece;
  }

  /** The code behind the last piece. */
  code() {
    return this.#cipher.digest().slice(0, CODE_BYTES);
  }
}

/** Loads the cipher, unless it is there. Rejects with PAGE_INCOMPLETE. @returns {Promise<MakeCipher>} */
export async function loadCipher() {
  try {
    return (await import(LIBRARY)).createEngine;
  } catch {
    throw new CodedError("PAGE_INCOMPLETE");
  }
}
