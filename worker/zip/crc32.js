// @ts-check
/** CRC-32 as ZIP has it (PKWARE APPNOTE 4.4.7): sixteen bytes at a time, each by a table of its own. */

const WIDTH = 16;
const TABLES = tables();

/** Table n, entry b: the CRC of byte b with n zero bytes behind it. */
function tables() {
  const all = new Int32Array(WIDTH * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    all[byte] = crc;
  }
  for (let at = 256; at < all.length; at++) all[at] = (all[at - 256] >>> 8) ^ all[all[at - 256] & 255];
  return all;
}

/**
 * The CRC of bytes, or of what came before with these bytes behind it.
 * @param {Uint8Array} bytes
 * @param {number} [before]   of what came before
 * @returns {number}  32 bits, unsigned
 */
export function crc32(bytes, before = 0) {
  const table = TABLES;
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, (aligned.length >>> 4) * 4);
  let crc = ~before;
  for (let i = 0; i < words.length; i += 4) {
    const a = words[i] ^ crc; // little endian, as every machine that runs a browser is
    const b = words[i + 1];
    const c = words[i + 2];
    const d = words[i + 3];
    crc =
      table[3840 + (a & 255)] ^
      table[3584 + ((a >>> 8) & 255)] ^
      table[3328 + ((a >>> 16) & 255)] ^
      table[3072 + (a >>> 24)] ^
      table[2816 + (b & 255)] ^
      table[2560 + ((b >>> 8) & 255)] ^
      table[2304 + ((b >>> 16) & 255)] ^
      table[2048 + (b >>> 24)] ^
      table[1792 + (c & 255)] ^
      table[1536 + ((c >>> 8) & 255)] ^
      table[1280 + ((c >>> 16) & 255)] ^
      table[1024 + (c >>> 24)] ^
      table[768 + (d & 255)] ^
      table[512 + ((d >>> 8) & 255)] ^
      table[256 + ((d >>> 16) & 255)] ^
      table[d >>> 24];
  }
  for (let i = words.length * 4; i < aligned.length; i++) crc = (crc >>> 8) ^ table[(crc ^ aligned[i]) & 255];
  return ~crc >>> 0;
}
