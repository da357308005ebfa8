// @ts-check
/**
 * The records of a linkage file: encrypted and decrypted by WebCrypto. linkage.py describes their content.
 *
 * @typedef {import("../shared/key.js").Digest} Digest
 * @typedef {import("../shared/protocol/tasks.js").Link} Link
 * @typedef {{header: Uint8Array<ArrayBuffer>, key: CryptoKey}} Cipher   of one file
 * @typedef {{source: string, path: string, output: string} & Link} LinkageRow   one written file
 * @typedef {{size: number, read: (start: number, end: number) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>}} Readable
 */

import { CodedError } from "../shared/errors.js";
import { hexOf } from "../shared/key.js";

const MAGIC = new TextEncoder().encode("dicom-deid link\n");
const VERSION = 1;
const VERSION_AT = 16;
const FILE_ID_AT = 24;
const CHECK_AT = 40;
export const HEADER_BYTES = 48;
/** The bytes of a record before its encrypted content: length, number, and nonce. */
const FRAME_BYTES = 24;
const NUMBER_AT = 4;
const NONCE_AT = 12;
/** Read at a time. */
const CHUNK_BYTES = 1024 * 1024;

/** The content of the last record. */
export const CLOSING = new TextEncoder().encode('{"closing":true}');

/** The content of a record of rows. @param {LinkageRow[]} rows */
export const encode = (rows) => new TextEncoder().encode(JSON.stringify({ rows }));

/** The header of a new file. @param {Digest} digest */
export async function newHeader(digest) {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(MAGIC);
  header[VERSION_AT] = VERSION;
  crypto.getRandomValues(header.subarray(FILE_ID_AT, CHECK_AT));
  header.set(await checkValue(digest), CHECK_AT);
  return header;
}

/**
 * Throws a CodedError unless it is the header of this version, made with this key.
 * @param {Digest} digest
 * @param {Uint8Array} header
 */
export async function checkHeader(digest, header) {
  if (header.length < HEADER_BYTES || MAGIC.some((byte, at) => header[at] !== byte))
    throw new CodedError("LINKAGE_UNKNOWN");
  if (header[VERSION_AT] !== VERSION) throw new CodedError("LINKAGE_VERSION");
  const check = await checkValue(digest);
  if (check.some((byte, at) => header[CHECK_AT + at] !== byte)) throw new CodedError("LINKAGE_KEY");
}

/** @param {Digest} digest */
const checkValue = async (digest) => (await digest("check", "")).subarray(0, HEADER_BYTES - CHECK_AT);

/**
 * Each file has a key of its own, so that no nonce, made at random, is used twice with one key.
 * @param {Digest} digest
 * @param {Uint8Array<ArrayBuffer>} header
 * @returns {Promise<Cipher>}
 */
export async function cipherOf(digest, header) {
  const raw = await digest("linkage", hexOf(header.subarray(FILE_ID_AT, CHECK_AT)));
  return { header, key: await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]) };
}

/**
 * AES-256-GCM; header and number are authenticated with the content.
 * @param {Cipher} cipher
 * @param {number} number
 * @param {Uint8Array<ArrayBuffer>} iv
 */
function algorithm({ header }, number, iv) {
  const additionalData = new Uint8Array(HEADER_BYTES + 8);
  additionalData.set(header);
  new DataView(additionalData.buffer).setBigUint64(HEADER_BYTES, BigInt(number));
  return { name: "AES-GCM", iv, additionalData };
}

/**
 * A whole record.
 * @param {Cipher} cipher
 * @param {number} number
 * @param {Uint8Array<ArrayBuffer>} content
 */
export async function seal(cipher, number, content) {
  const nonce = crypto.getRandomValues(new Uint8Array(FRAME_BYTES - NONCE_AT));
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm(cipher, number, nonce), cipher.key, content));
  const record = new Uint8Array(FRAME_BYTES + sealed.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, sealed.length);
  view.setBigUint64(NUMBER_AT, BigInt(number));
  record.set(nonce, NONCE_AT);
  record.set(sealed, FRAME_BYTES);
  return record;
}

/**
 * The records behind the header, in their order, until the end or until one that goes beyond it.
 * `content` is null when it was changed; `end` is the offset behind the record.
 * @typedef {{number: number, content: Uint8Array<ArrayBuffer> | null, end: number}} LinkageRecord
 *
 * @param {Cipher} cipher
 * @param {Readable} file
 * @returns {AsyncGenerator<LinkageRecord, boolean>}  whether the file ends within a record
 */
export async function* recordsOf(cipher, file) {
  const window = new Window(file);
  for (let at = HEADER_BYTES; at < file.size; ) {
    if (at + FRAME_BYTES > file.size) return true;
    const frame = await window.bytes(at, at + FRAME_BYTES);
    const view = new DataView(frame.buffer, frame.byteOffset);
    const number = Number(view.getBigUint64(NUMBER_AT));
    const start = at + FRAME_BYTES;
    const end = start + view.getUint32(0);
    if (end > file.size) return true;
    const how = algorithm(cipher, number, frame.slice(NONCE_AT));
    yield { number, content: await decrypted(cipher, how, await window.bytes(start, end)), end };
    at = end;
  }
  return false;
}

/**
 * @param {Cipher} cipher
 * @param {AesGcmParams} how
 * @param {Uint8Array<ArrayBuffer>} sealed
 */
async function decrypted(cipher, how, sealed) {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(how, cipher.key, sealed));
  } catch {
    return null;
  }
}

/** The part of a file that is in memory. */
class Window {
  #file;
  #start = 0;
  #chunk = new Uint8Array();

  /** @param {Readable} file */
  constructor(file) {
    this.#file = file;
  }

  /** @param {number} start @param {number} end */
  async bytes(start, end) {
    if (start < this.#start || end > this.#start + this.#chunk.length) {
      this.#chunk = await this.#file.read(start, Math.min(this.#file.size, Math.max(end, start + CHUNK_BYTES)));
      this.#start = start;
    }
    return this.#chunk.subarray(start - this.#start, end - this.#start);
  }
}
