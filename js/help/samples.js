// @ts-check
/**
 * Sample data to try the page on: a few slices of a made body and a made screen with a name on it, as DICOM files. They are
 * made here when they are asked for, so there is nothing to fetch; the patient has never lived.
 */
import { dicomFile } from "./dicom-file.js";

/** @typedef {import("./dicom-file.js").Element} Element */

const SLICES = 5;
const SIDE = 128; // pixels
const [CT, SECONDARY_CAPTURE] = ["1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.7"];
/** UIDs of this project's own (PS3.5 B.2): the same samples each time. */
const ROOT = "2.25.30948211790563424861903355017721";
const [STUDY, CT_SERIES, SCREEN_SERIES, FRAME] = [1, 2, 3, 4].map((number) => `${ROOT}${number}`);
/** Value in the file of water, and of air. */
const [WATER, AIR] = [1024, 24];

export const SCREEN = {
  columns: 320,
  rows: 200,
  lines: ["HERON, ANNA", "04 MAR 1961   HR-0042", "ROOKERY HOSPITAL", "12 JUN 2026 09:30"],
};

/** All sample files. @param {Uint8Array} screen   grey values of the screen, row by row */
export function samples(screen) {
  const slices = Array.from({ length: SLICES }, (_, slice) =>
    sample(`ct-${slice + 1}.dcm`, CT, `${CT_SERIES}${slice + 1}`, axial(slice)),
  );
  return [...slices, sample("screen.dcm", SECONDARY_CAPTURE, `${SCREEN_SERIES}1`, screenOf(screen))];
}

/** @param {string} name @param {string} sopClass @param {string} instance @param {Element[]} own */
function sample(name, sopClass, instance, own) {
  return new File([dicomFile(sopClass, instance, [...PATIENT, ...own])], name);
}

/** What all of them say of the patient and the study. @type {Element[]} */
const PATIENT = [
  [0x00080020, "DA", "20260612"],
  [0x00080030, "TM", "093000"],
  [0x00080050, "SH", "A-20260612-7"],
  [0x00080080, "LO", "Rookery Hospital"],
  [0x00080090, "PN", "WREN^OTTO"],
  [0x00081030, "LO", "CT chest, Anna Heron, follow-up"],
  [0x00100010, "PN", "HERON^ANNA"],
  [0x00100020, "LO", "HR-0042"],
  [0x00100030, "DA", "19610304"],
  [0x00100040, "CS", "F"],
  [0x00101010, "AS", "065Y"],
  [0x00101020, "DS", "1.68"],
  [0x00101030, "DS", "61"],
  [0x0020000d, "UI", STUDY],
  [0x00200010, "SH", "7"],
];

/** @param {number} slice @returns {Element[]} */
function axial(slice) {
  const place = `-90\\-90\\${slice * 5}`;
  return [
    [0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL"],
    [0x00080060, "CS", "CT"],
    [0x00080070, "LO", "Heron Instruments"],
    [0x00081010, "SH", "ROOKERY-CT1"],
    [0x0008103e, "LO", "Thorax 5 mm"],
    [0x00180050, "DS", "5"],
    [0x00180060, "DS", "120"],
    [0x00181000, "LO", "SN-551209"],
    [0x0020000e, "UI", CT_SERIES],
    [0x00200011, "IS", "1"],
    [0x00200013, "IS", String(slice + 1)],
    [0x00200032, "DS", place],
    [0x00200037, "DS", "1\\0\\0\\0\\1\\0"],
    [0x00200052, "UI", FRAME],
    ...pixels(SIDE, SIDE, 16),
    [0x00280030, "DS", "1.4\\1.4"],
    [0x00281050, "DS", "40"],
    [0x00281051, "DS", "400"],
    [0x00281052, "DS", "-1024"],
    [0x00281053, "DS", "1"],
    [0x7fe00010, "OW", new Uint8Array(bodyAt(slice / (SLICES - 1)).buffer)],
  ];
}

/** @param {Uint8Array} grey @returns {Element[]} */
function screenOf(grey) {
  return [
    [0x00080008, "CS", "DERIVED\\SECONDARY"],
    [0x00080060, "CS", "OT"],
    [0x00080064, "CS", "WSD"],
    [0x0008103e, "LO", "Screen"],
    [0x0020000e, "UI", SCREEN_SERIES],
    [0x00200011, "IS", "2"],
    [0x00200013, "IS", "1"],
    ...pixels(SCREEN.columns, SCREEN.rows, 8),
    [0x00280301, "CS", "YES"],
    [0x7fe00010, "OB", grey],
  ];
}

/** @param {number} columns @param {number} rows @param {number} bits @returns {Element[]} */
function pixels(columns, rows, bits) {
  return [
    [0x00280002, "US", [1]],
    [0x00280004, "CS", "MONOCHROME2"],
    [0x00280010, "US", [rows]],
    [0x00280011, "US", [columns]],
    [0x00280100, "US", [bits]],
    [0x00280101, "US", [bits]],
    [0x00280102, "US", [bits - 1]],
    [0x00280103, "US", [0]],
  ];
}

/** A slice through a made chest: skin, lungs that shrink on the way down, a heart, a spine. @param {number} down   0 to 1 */
function bodyAt(down) {
  /** Middle, half width and half height, in parts of the picture; later ones lie above. @type {[number, number, number, number, number][]} */
  const organs = [
    [0.5, 0.5, 0.42, 0.32, WATER + 40],
    [0.33, 0.48, 0.13, 0.2 - 0.05 * down, AIR + 150],
    [0.67, 0.48, 0.13, 0.2 - 0.05 * down, AIR + 150],
    [0.54, 0.42, 0.06 + 0.05 * down, 0.08 + 0.03 * down, WATER + 60],
    [0.5, 0.71, 0.05, 0.06, WATER + 600],
    [0.5, 0.71, 0.02, 0.025, WATER + 30],
  ];
  const values = new Uint16Array(SIDE * SIDE).fill(AIR);
  for (const [x, y, wide, high, value] of organs) {
    for (let at = 0; at < values.length; at++) {
      const [right, below] = [(at % SIDE) / SIDE - x, Math.floor(at / SIDE) / SIDE - y];
      if ((right / wide) ** 2 + (below / high) ** 2 < 1) values[at] = value;
    }
  }
  return values;
}
