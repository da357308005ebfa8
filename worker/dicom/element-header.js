// @ts-check
/** Headers of data elements (tag, VR, length) in the encodings that a file can begin with. */

const VRS =
  "AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV".split(" ");
/** VRs whose length takes four bytes, behind two reserved ones. */
const LONG_VRS = new Set("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split(" "));
/** By the two bytes of a VR as a number: a string of its own for each of some 200 elements would take half the time of a walk. */
const KNOWN_VRS = new Map(
  VRS.map((vr) => [vr.charCodeAt(0) * 0x100 + vr.charCodeAt(1), { vr, long: LONG_VRS.has(vr) }]),
);

export const UNDEFINED_LENGTH = 0xffffffff;
export const ITEM = 0xfffee000;
export const ITEM_END = 0xfffee00d;
export const SEQUENCE_END = 0xfffee0dd;

/** @typedef {{explicit: boolean, little: boolean}} Encoding */
/** @typedef {{tag: number, vr: string, length: number, value: number}} Header  `value`: where the value begins */

/** @type {Encoding} */
export const EXPLICIT_LITTLE = { explicit: true, little: true };
/** @type {Encoding} */
export const IMPLICIT_LITTLE = { explicit: false, little: true };
/** @type {Encoding} */
export const EXPLICIT_BIG = { explicit: true, little: false };

/**
 * @param {Uint8Array} bytes
 * @returns {DataView}
 */
export const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Whether two bytes are a VR of PS3.5. @param {DataView} view @param {number} offset */
export const isVr = (view, offset) => KNOWN_VRS.has(view.getUint16(offset));

/**
 * The header at `offset`, or null when it is cut off or its VR is not one of PS3.5.
 * @param {DataView} view
 * @param {number} offset
 * @param {Encoding} encoding
 * @returns {Header | null}
 */
export function readHeader(view, offset, { explicit, little }) {
  if (offset + 8 > view.byteLength) return null;
  const group = view.getUint16(offset, little);
  const tag = group * 0x10000 + view.getUint16(offset + 2, little);
  if (!explicit || group === 0xfffe) {
    return { tag, vr: "", length: view.getUint32(offset + 4, little), value: offset + 8 };
  }
  const known = KNOWN_VRS.get(view.getUint16(offset + 4));
  if (!known) return null;
  if (!known.long) return { tag, vr: known.vr, length: view.getUint16(offset + 6, little), value: offset + 8 };
  if (offset + 12 > view.byteLength) return null;
  return { tag, vr: known.vr, length: view.getUint32(offset + 8, little), value: offset + 12 };
}
