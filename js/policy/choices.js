// @ts-check
/** Choices of the policy's form, as its tables have them: a checkbox or radio with a plain label, and PS3.15's name in small print. */
import { copyOf, one } from "../page/dom.js";

/**
 * @typedef {import("../page/tables.js").SopClass} SopClass
 * @typedef {import("../page/tables.js").ProfileOption} ProfileOption
 * @typedef {"option" | "dates" | "sop-class"} Control   name of the inputs
 */

/** The group of options of which one at most is chosen, and the name of its radios. */
export const DATES = "dates";

/** @param {ProfileOption} option */
export function checkbox({ name, plain, title, code }) {
  return choice("option", name, { lead: plain, standard: `${title} (${code})` });
}

/** @param {ProfileOption} option */
export function radio({ name, plain, sentence, title, code }) {
  const label = choice(DATES, name, { lead: plain, hint: sentence, standard: `${title} (${code})` });
  one(label, "input", HTMLInputElement).type = "radio";
  return label;
}

/**
 * @param {Control} name
 * @param {string} value
 * @param {{lead: string, hint?: string, standard?: string}} words   standard: what PS3.15 calls it
 */
function choice(name, value, { lead, hint = "", standard = "" }) {
  const label = copyOf("option", HTMLLabelElement);
  Object.assign(one(label, "input", HTMLInputElement), { name, value });
  one(label, "b", HTMLElement).textContent = lead;
  one(label, ".hint", HTMLElement).textContent = hint;
  one(label, "small", HTMLElement).textContent = standard;
  return label;
}

/**
 * The classes that are withheld for one reason.
 * @param {string} reason
 * @param {SopClass[]} classes
 */
export function sopClassGroup(reason, classes) {
  const group = document.createElement("fieldset");
  const legend = document.createElement("legend");
  group.className = "sop-classes";
  legend.textContent = reason;
  const title = (/** @type {SopClass} */ { name, retired }) => (retired ? `${name} (retired)` : name);
  group.append(
    legend,
    ...classes.map((sopClass) => choice("sop-class", sopClass.uid, { lead: title(sopClass), hint: sopClass.uid })),
  );
  return group;
}
