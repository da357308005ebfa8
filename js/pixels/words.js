// @ts-check
/** What the review of pictures comes to, in words: what was found, and what a run would withhold as it is now. */

import { count, counted } from "../page/format.js";
import { cleansPixels } from "./offer.js";

/** @typedef {import("../state.js").Reviewed} Reviewed */

/** Objects that a run would withhold for their pictures, by why. @param {Reviewed} reviewed @returns {[number, string][]} */
function reasonsOf({ undecided, leftOut, unread, unseen }) {
  /** @type {[number, string][]} */
  const all = [
    [undecided, "not approved"],
    [leftOut, "left out"],
    [unread, "not readable"],
    [unseen, "not looked at"],
  ];
  return all.filter(([objects]) => objects > 0);
}

/** @param {Reviewed} reviewed */
export function saidOf(reviewed) {
  const { groups, instances, unwritable } = reviewed;
  const why = reasonsOf(reviewed);
  const told = [
    `${counted(groups, "group")} of ${counted(instances, "object")} with pictures.`,
    markedBy(reviewed.mask),
    unwritable > 0 &&
      `${counted(unwritable, "file")} that cannot be written anyway ${unwritable === 1 ? "was" : "were"} not looked at.`,
  ]
    .filter(Boolean)
    .join(" ");
  if (why.length === 0) return `${told} None of them will be withheld.`;
  const withheld = why.reduce((sum, [objects]) => sum + objects, 0);
  const each = why.map(([objects, words]) => `${count(objects)} ${words}`).join(", ");
  return `${told} ${counted(withheld, "object")} will be withheld: ${each}.`;
}

/** What a mask comes to; "": none was brought. @param {Reviewed["mask"]} mask */
function markedBy(mask) {
  if (!mask) return "";
  const { marked, beside } = mask;
  if (marked + beside === 0) return "The mask marks nothing: nothing that was looked at is of its frame of reference.";
  return `The mask marks something in ${counted(marked, "object")}, and nothing in ${count(beside)} more of its frame of reference.`;
}

/**
 * The forecast with what is known of pictures: after a review those that it lets through are written, the others are not.
 * What takes part since the search is withheld; what no longer takes part may be counted as withheld, never as written.
 * @param {import("../state.js").Sums} sums
 * @param {Pick<import("../state.js").State, "policy" | "reviewed" | "regionsLoaded">} state
 * @returns {import("../state.js").Sums}
 */
export function reviewedSums(sums, { policy, reviewed, regionsLoaded }) {
  if (!cleansPixels(policy)) return sums;
  const { written, searched } = sums;
  if (!reviewed) return regionsLoaded ? { ...sums, searched: 0, marked: searched } : sums;
  const withheld = reasonsOf(reviewed).reduce((sum, [objects]) => sum + objects, 0);
  const later = Math.max(0, searched - reviewed.doubted - reviewed.unseen);
  const hidden = Math.min(written + searched, withheld + later);
  return { ...sums, written: written + searched - hidden, searched: 0, hidden };
}

/** For the line beside Start: that pictures have to be looked at; "": they were, or it is not asked for. @param {Pick<import("../state.js").State, "policy" | "reviewed" | "regionsLoaded">} state */
export function unseenWords({ policy, reviewed, regionsLoaded }) {
  const waits = cleansPixels(policy) && !reviewed && !regionsLoaded;
  return waits ? "pictures that nobody has looked at will be withheld" : "";
}
