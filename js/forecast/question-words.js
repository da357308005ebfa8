// @ts-check
/** A question of the forecast in words: which files, why they are withheld, what each answer means. The standard's names go apart. */
import { counted } from "../page/format.js";
import { reason as reasonOf } from "../page/tables.js";

/**
 * @typedef {import("../page/tables.js").SopClass} SopClass
 * @typedef {import("../state.js").Question} Question
 * @typedef {import("../state.js").Remark} Remark
 */

/** What tells files of one SOP Class apart that are withheld for several reasons. @type {Record<string, string>} */
const MARKED = {
  BURNED_IN: " with text burned in",
  PIXELS_SHOW_TEXT: " marked as a screen or a page",
  PIXELS_SHOW_PERSON: " marked as showing a person",
  SOUND_RECORDED: " with sound",
  FACE_WITHHELD: " of the head",
};

/** "48 Secondary Capture images". @param {Pick<Question, "files" | "sopClass" | "reason" | "remedies">} question @param {SopClass} [sopClass]   undefined: the standard has no such one */
export function nameOf({ files, sopClass: uid, reason, remedies }, sopClass) {
  if (!sopClass) return counted(files, "object") + (uid ? " of a private kind" : " without a kind");
  const name = sopClass.name.replace(/ Storage( - Trial)?( SOP Class)?$/, "");
  const what = counted(files, name.endsWith(" Image") ? `${name.slice(0, -6)} image` : `${name} object`);
  return what + (isBoth(remedies) ? " marked as showing text or a person" : (MARKED[reason] ?? ""));
}

/** The consequence that the policy withholds them for; "" if it would write them. @param {Question} question @param {SopClass} [sopClass] */
export function whyOf({ outcome, reason, remedies }, sopClass) {
  if (outcome === "written") return "";
  const why = reason === "SOP_CLASS_WITHHELD" && sopClass ? sopClass.reason : reasonOf(reason).sentence;
  return isBoth(remedies) ? `${why} Each also says itself that it shows text or a person.` : why;
}

/** What was decided about them; of what is not, what Allow would do beyond them. @param {Question} question */
export function standingOf({ fate, remedies }) {
  if (fate === "left") return "Left out.";
  if (fate === "searched")
    return "To be cleaned: first Look for text in pictures, under What to keep; written when you have approved what is made blank.";
  if (fate !== "undecided") return "Allowed.";
  return passes(remedies) ? "Allow then holds for all that says that it shows text or a person, or holds sound." : "";
}

/**
 * The button that cleans: Clean Pixel Data is for all kinds that it helps, so where there are more, it says so.
 * @param {Question} question
 * @param {number} cleanable   undecided files that can be cleaned
 */
export const cleanWords = ({ files }, cleanable) =>
  cleanable > files ? `Clean the pixels of all kinds (${counted(cleanable, "file")})` : "Clean the pixels";

/** The button that undoes: what is cleaned is so for all kinds, or for none. @param {Question} question @param {Question[]} questions */
export const undoWords = ({ fate }, questions) =>
  fate === "searched" && questions.filter((other) => other.fate === fate).length > 1 ? "Undo for all kinds" : "Undo";

/** The changes that Allow makes; undefined: nothing but cleaning helps. @param {Question["remedies"]} remedies */
export const allowing = (remedies) => remedies.find((changes) => !changes.includes("clean"));

/** Whether two things stand against them, so that both have to be allowed. @param {Question["remedies"]} remedies */
const isBoth = (remedies) => passes(remedies) && (allowing(remedies)?.length ?? 0) > 1;

/** @param {Question["remedies"]} remedies */
const passes = (remedies) => allowing(remedies)?.includes("pass") ?? false;

/** "61 files need a decision". @param {number} undecided */
export function titleOf(undecided) {
  if (undecided === 0) return "Each kind that the policy withholds is decided";
  return `${counted(undecided, "file needs", "files need")} a decision`;
}

/** Of files about which nothing can be decided: how many, and what is known. @param {Remark} remark @returns {[string, string]} */
export function remarkOf({ reason, fate, files }) {
  const { sentence, remedy } = reasonOf(reason);
  const what = fate === "never" ? "cannot be written" : "will be written";
  return [`${counted(files, "file")} ${what}:`, `${sentence} ${remedy}`];
}
