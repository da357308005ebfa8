// @ts-check
/**
 * DICOM files of a few data elements, in Explicit VR Little Endian.
 *
 * @typedef {[number, string, string | number[] | Uint8Array]} Element   tag, VR, value; numbers are of two bytes
 */

const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
/** Implementation Class UID of what is made here. */
const MAKER = "2.25.309482117905634248619033550177215";
/** VRs whose length takes four bytes (PS3.5 7.1.2). */
const LONG = new Set(["OB", "OW"]);
const PREAMBLE_BYTES = 128;

/** A file of PS3.10. @param {string} sopClass @param {string} instance @param {Element[]} content   in any order */
export function dicomFile(sopClass, instance, content) {
  const identity = /** @type {Element[]} */ ([
    [0x00080016, "UI", sopClass],
    [0x00080018, "UI", instance],
  ]);
  const elements = [...identity, ...content].sort(([one], [other]) => one - other).flatMap(encoded);
  const meta = /** @type {Element[]} */ ([
    [0x00020001, "OB", Uint8Array.of(0, 1)],
    [0x00020002, "UI", sopClass],
    [0x00020003, "UI", instance],
    [0x00020010, "UI", EXPLICIT_LITTLE_ENDIAN],
    [0x00020012, "UI", MAKER],
  ]).flatMap(encoded);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, joined(meta).length, true);
  const head = [new Uint8Array(PREAMBLE_BYTES), textOf("DICM"), headOf(0x00020000, "UL", 4), length];
  return joined([...head, ...meta, ...elements]);
}

/** @param {Element} element @returns {Uint8Array[]} */
function encoded([tag, vr, value]) {
  const bytes = typeof value === "string" ? textOf(value) : value instanceof Uint8Array ? value : shorts(value);
  const filled = bytes.length % 2 ? joined([bytes, Uint8Array.of(vr === "UI" || vr === "OB" ? 0 : 0x20)]) : bytes;
  return [headOf(tag, vr, filled.length), filled];
}

/** Tag, VR and length. @param {number} tag @param {string} vr @param {number} length */
function headOf(tag, vr, length) {
  const head = new Uint8Array(LONG.has(vr) ? 12 : 8);
  const view = new DataView(head.buffer);
  view.setUint16(0, tag >>> 16, true);
  view.setUint16(2, tag & 0xffff, true);
  head.set(textOf(vr), 4);
  if (LONG.has(vr)) view.setUint32(8, length, true);
  else view.setUint16(6, length, true);
  return head;
}

/** @param {string} text */
const textOf = (text) => new TextEncoder().encode(text);

/** @param {number[]} values */
const shorts = (values) => new Uint8Array(Uint16Array.from(values).buffer);

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
