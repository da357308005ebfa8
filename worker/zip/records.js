// @ts-check
/**
 * Records of a ZIP that is written: headers, directory and end, with ZIP64 where it is needed (PKWARE APPNOTE 4.3).
 *
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 *
 * @typedef {object} Entry
 * @property {Bytes} name
 * @property {number} size     bytes of the file
 * @property {number} packed   bytes that they take in the archive
 * @property {number} crc      0 of one that is encrypted: it has a code of its own
 * @property {number} offset   of its local header
 * @property {boolean} encrypted
 */

const MOST_16 = 0xffff;
const MOST_32 = 0xffffffff;
const [VERSION, VERSION_AES] = [45, 51]; // 4.5: ZIP64
const UTF8_NAMES = 0x0800;
const ENCRYPTED = 0x0001;
/** Methods: that of an encrypted entry says that the true one stands in the extra field. */
const [STORED, AES] = [0, 99];
/** The extra field of WinZip's encryption: AE-2, so without CRC; its maker; AES-256; stored. */
const AES_FIELD = packed([0x9901, 2], [7, 2], [2, 2], [0x4541, 2], [3, 1], [STORED, 2]);

/** @param {Entry} entry @param {number} time */
export function localHeader(entry, time) {
  const extra = extraOf(entry, []);
  return packed([0x04034b50, 4], ...described(entry, time, extra), entry.name, extra);
}

/** @param {Entry} entry @param {number} time */
export function centralHeader(entry, time) {
  const { offset, name } = entry;
  const extra = extraOf(entry, offset >= MOST_32 ? [offset] : []);
  const nothing = [0, 10]; // no comment, first disk, no attributes
  const start = [Math.min(offset, MOST_32), 4];
  return packed([0x02014b50, 4], [VERSION, 2], ...described(entry, time, extra), nothing, start, name, extra);
}

/**
 * The fields that a local and a central header share.
 * @param {Entry} entry
 * @param {number} time
 * @param {Bytes} extra
 */
function described(entry, time, extra) {
  const { name, size, packed: length, crc, encrypted } = entry;
  const sizes = isLong(entry) ? [MOST_32, MOST_32] : [length, size];
  const way = encrypted ? [VERSION_AES, UTF8_NAMES | ENCRYPTED, AES] : [VERSION, UTF8_NAMES, STORED];
  const short = (/** @type {number} */ value) => [value, 2];
  const long = (/** @type {number} */ value) => [value, 4];
  return [...way.map(short), ...[time, crc, ...sizes].map(long), ...[name.length, extra.length].map(short)];
}

/** The extra field: of an encrypted one, and of what is too large for 32 bits. @param {Entry} entry @param {number[]} more */
function extraOf(entry, more) {
  const wide = zip64([...(isLong(entry) ? [entry.size, entry.packed] : []), ...more]);
  return entry.encrypted ? packed(AES_FIELD, wide) : wide;
}

/** @param {Entry} entry */
const isLong = ({ packed: length }) => length >= MOST_32;

/** @param {number[]} values   that are too large for 32 bits */
function zip64(values) {
  return values.length === 0 ? packed() : packed([1, 2], [8 * values.length, 2], ...values.map((value) => [value, 8]));
}

/** @param {number} count @param {number} size of the central directory @param {number} offset */
export function endOf(count, size, offset) {
  const most = Math.min(count, MOST_16);
  const places = [Math.min(size, MOST_32), Math.min(offset, MOST_32)].map((value) => [value, 4]);
  const end = packed([0x06054b50, 4], [0, 4], [most, 2], [most, 2], ...places, [0, 2]);
  if (count < MOST_16 && offset + size < MOST_32) return end;
  const wide = [count, count, size, offset].map((value) => [value, 8]);
  const record = packed([0x06064b50, 4], [44, 8], [VERSION, 2], [VERSION, 2], [0, 8], ...wide);
  const locator = packed([0x07064b50, 4], [0, 4], [offset + size, 8], [1, 4]);
  return packed(record, locator, end);
}

/**
 * Little endian.
 * @param {(number[] | Bytes)[]} fields   [value, bytes], or bytes as they are
 * @returns {Bytes}
 */
function packed(...fields) {
  const lengths = fields.map((field) => (field instanceof Uint8Array ? field.length : field[1]));
  const made = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const [i, field] of fields.entries()) {
    if (field instanceof Uint8Array) made.set(field, at);
    else
      for (let byte = 0, rest = field[0]; byte < field[1]; byte++, rest = Math.floor(rest / 256))
        made[at + byte] = rest % 256;
    at += lengths[i];
  }
  return made;
}

/** Date above time, as DOS kept them; in UTC, so that an archive does not tell where it was made. @param {Date} date */
export function dosTime(date) {
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return day * 65536 + time;
}
