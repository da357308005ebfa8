// @ts-check
/** The length of native pixel data as the header describes it: described_size of py/dicom_deid/dicom/pixel_length.py. */

import { textOf } from "../dicom/header.js";
import { lettersOf } from "../dicom/letters.js";

const [SAMPLES, PHOTOMETRIC, FRAMES, ROWS, COLUMNS, BITS] = [
  0x00280002, 0x00280004, 0x00280008, 0x00280010, 0x00280011, 0x00280100,
];
/** The VRs of numbers, where none is stored. @type {Record<number, string>} */
const IMPLICIT = { [SAMPLES]: "US", [FRAMES]: "IS", [ROWS]: "US", [COLUMNS]: "US", [BITS]: "US" };

/**
 * Bytes with subsampled colours, as the header says, and with whole ones; null without a description.
 * @param {Map<number, import("../dicom/header.js").Kept>} elements
 * @param {boolean} little
 * @param {Record<string, number>} subsampled   Photometric Interpretation -> samples that are stored of a pixel
 * @returns {{least: number, most: number} | null}
 */
export function described(elements, little, subsampled) {
  const number = (/** @type {number} */ tag) => numberOf(tag, elements.get(tag), little);
  const [rows, columns, bits] = [number(ROWS), number(COLUMNS), number(BITS)];
  if (!rows || !columns || !bits) return null;
  const samples = number(SAMPLES) || 1;
  const frames = number(FRAMES) || 1;
  const stored = samples === 3 ? (subsampled[textOf(elements.get(PHOTOMETRIC))] ?? samples) : samples;
  const bytes = (/** @type {number} */ each) => Math.floor(Math.trunc(rows * columns * each * frames * bits + 7) / 8);
  return { least: bytes(stored), most: bytes(samples) };
}

/** @param {number} tag @param {import("../dicom/header.js").Kept | undefined} element @param {boolean} little */
function numberOf(tag, element, little) {
  if (!element?.whole || element.bytes.length === 0) return null;
  const vr = element.vr || IMPLICIT[tag];
  const { bytes } = element;
  if (vr === "IS") {
    const text = lettersOf(bytes)
      .split("\\")[0]
      .replace(/^[ \0]+|[ \0]+$/g, "");
    return /^[0-9]+$/.test(text) ? Number(text) : null;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (["US", "SS", "OW"].includes(vr) && bytes.length >= 2) return view.getUint16(0, little);
  return vr === "UL" && bytes.length >= 4 ? view.getUint32(0, little) : null;
}
