// Reads a linkage file and writes another one of the same rows, with nothing but what a browser has.
// node linkage.mjs KEY FILE COPY; the key in hexadecimal digits. The rows go to standard output as JSON.

import { readFileSync, writeFileSync } from "node:fs";

const [, , digits, file, copy] = process.argv;
const MAGIC = new TextEncoder().encode("dicom-deid link\n");
const HEADER_BYTES = 48;
const RECORD_BYTES = 24;

/** @param {string} domain @param {string} value */
async function digest(domain, value) {
  const raw = Uint8Array.from(Buffer.from(digits, "hex"));
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(
    await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`dicom-deid:${domain}\0${value}`)),
  );
}

/** @param {Uint8Array} header */
async function cipherKey(header) {
  const raw = await digest("linkage", Buffer.from(header.subarray(24, 40)).toString("hex"));
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** @param {Uint8Array} header @param {number} number */
function associated(header, number) {
  const whole = new Uint8Array(HEADER_BYTES + 8);
  whole.set(header);
  new DataView(whole.buffer).setBigUint64(HEADER_BYTES, BigInt(number));
  return whole;
}

/** @param {Uint8Array} data */
async function unsealed(data) {
  const header = data.slice(0, HEADER_BYTES);
  const key = await cipherKey(header);
  const view = new DataView(data.buffer, data.byteOffset);
  const contents = [];
  for (let at = HEADER_BYTES; at < data.length; ) {
    const start = at + RECORD_BYTES;
    const end = start + view.getUint32(at);
    const additionalData = associated(header, Number(view.getBigUint64(at + 4)));
    const algorithm = { name: "AES-GCM", iv: data.slice(at + 12, start), additionalData };
    contents.push(new Uint8Array(await crypto.subtle.decrypt(algorithm, key, data.slice(start, end))));
    at = end;
  }
  return contents;
}

/** @param {Uint8Array<ArrayBuffer>[]} contents */
async function sealed(contents) {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(MAGIC);
  header[16] = 1;
  header.set(crypto.getRandomValues(new Uint8Array(16)), 24);
  header.set((await digest("check", "")).subarray(0, 8), 40);
  const key = await cipherKey(header);
  const parts = [header];
  for (const [number, content] of contents.entries()) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const algorithm = { name: "AES-GCM", iv, additionalData: associated(header, number) };
    const body = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, content));
    const start = new Uint8Array(RECORD_BYTES);
    new DataView(start.buffer).setUint32(0, body.length);
    new DataView(start.buffer).setBigUint64(4, BigInt(number));
    start.set(iv, 12);
    parts.push(start, body);
  }
  return Buffer.concat(parts);
}

const contents = await unsealed(new Uint8Array(readFileSync(file)));
writeFileSync(copy, await sealed(contents));
process.stdout.write(JSON.stringify(contents.map((content) => JSON.parse(new TextDecoder().decode(content)))));
