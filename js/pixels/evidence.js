// @ts-check
/** The reasons for boxes, in words and in marks that do not need colour: a letter and a kind of line. */

/** @typedef {import("./boxes.js").Evidence} Evidence */

/**
 * letter: in the corner of a box; line: lengths of dashes and gaps in thumbnails (dialog.css has the same for the large
 * picture); colour: the same there.
 * @type {Record<Evidence, {letter: string, name: string, why: string, line: number[], colour: string}>}
 */
export const REASONS = {
  ultrasound: {
    letter: "U",
    name: "Ultrasound",
    why: "Outside of the ultrasound regions that the file states.",
    line: [1, 2],
    colour: "#5cc0f5",
  },
  device: {
    letter: "D",
    name: "Device",
    why: "Devices of this kind write here.",
    line: [5, 3],
    colour: "#35d6a0",
  },
  detector: {
    letter: "T",
    name: "Text",
    why: "The detector sees text here.",
    line: [],
    colour: "#ffb224",
  },
  words: {
    letter: "H",
    name: "Header words",
    why: "Words of the header were read here.",
    line: [8, 2, 2, 2],
    colour: "#ff7eb6",
  },
  mask: {
    letter: "M",
    name: "Mask",
    why: "Marked by a mask that somebody brought.",
    line: [2, 4],
    colour: "#b39bff",
  },
  person: {
    letter: "P",
    name: "Person",
    why: "Drawn or moved by a person.",
    line: [],
    colour: "#ffffff",
  },
};

/** A box in words: "Text, columns 12 to 80, rows 3 to 20". @param {import("./boxes.js").Box} box */
export function wordsOf({ rectangle: [left, top, right, bottom], frames: [first, last], evidence }) {
  const ends = last === 0 ? `from frame ${first}` : first === last ? `frame ${first}` : `frames ${first} to ${last}`;
  const frames = first === 1 && last === 0 ? "" : `, ${ends}`;
  return `${REASONS[evidence].name}, columns ${left} to ${right}, rows ${top} to ${bottom}${frames}`;
}
