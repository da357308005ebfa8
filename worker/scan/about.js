// @ts-check
/** What the header of a file says of its study: patient, date and description, for people to find it again. The page alone has them. */

import { readElements, textOf } from "../dicom/header.js";
import { decoded } from "./words.js";

const [CHARACTER_SET, STUDY_DATE, DESCRIPTION] = [0x00080005, 0x00080020, 0x00081030];
const [PATIENT_NAME, PATIENT_ID] = [0x00100010, 0x00100020];
const WANTED = new Set([CHARACTER_SET, STUDY_DATE, DESCRIPTION, PATIENT_NAME, PATIENT_ID]);
/** Between a name in letters and the same in others (PS3.5 6.2.1). */
const OTHER_LETTERS = "=".charCodeAt(0);

/** @typedef {import("../shared/protocol/files.js").About} About */

/**
 * @param {Uint8Array} head   the first bytes of the file
 * @param {number} start      where the elements begin, as `recognise` says
 * @param {number} size       bytes of the file
 * @returns {About}   "" for what is not there, or in letters that only Python knows
 */
export function aboutOf(head, start, size) {
  const { elements } = readElements(head, start, size, (tag) => WANTED.has(tag));
  const charset = textOf(elements.get(CHARACTER_SET));
  const text = (/** @type {Uint8Array} */ bytes) => decoded(bytes, charset) ?? "";
  const name = elements.get(PATIENT_NAME)?.bytes ?? new Uint8Array();
  return {
    patient: spoken(text(name) || text(beforeOtherLetters(name))),
    id: text(elements.get(PATIENT_ID)?.bytes ?? new Uint8Array()),
    date: dashed(textOf(elements.get(STUDY_DATE))),
    description: text(elements.get(DESCRIPTION)?.bytes ?? new Uint8Array()),
  };
}

/** @param {Uint8Array} name */
function beforeOtherLetters(name) {
  const end = name.indexOf(OTHER_LETTERS);
  return end < 0 ? new Uint8Array() : name.subarray(0, end);
}

/** "Smith, John A" of Smith^John^A. @param {string} name */
function spoken(name) {
  const [letters = ""] = name.split("=").filter(Boolean);
  const [family, ...others] = letters.split("^").map((part) => part.trim());
  return [family, others.filter(Boolean).join(" ")].filter(Boolean).join(", ");
}

/** "2004-01-19" of 20040119. @param {string} date */
const dashed = (date) => (/^\d{8}$/.test(date) ? date.replace(/(....)(..)(..)/, "$1-$2-$3") : "");
