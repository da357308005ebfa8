// @ts-check
/** Words for how it stands with a group and with one of its pictures, and for what is particular about it. */

import { count, counted } from "../page/format.js";
import { standing, waiting } from "./group.js";

/**
 * @typedef {import("./review.js").Group} Group
 * @typedef {import("./review.js").Review} Review
 * @typedef {{words: string, kind: "approved" | "left" | "undecided" | "clear"}} Badge
 */

/** @type {Record<import("./review.js").Standing, Badge>} */
const BADGES = {
  approved: { words: "Approved", kind: "approved" },
  "left out": { words: "Left out", kind: "left" },
  undecided: { words: "Not decided", kind: "undecided" },
  clear: { words: "Nothing found", kind: "clear" },
};

export const ALL_DECIDED = "All groups are decided.";

/** @param {Group} group @returns {Badge} */
export function badgeOf(group) {
  if (group.instances.length === 0) return { words: "Not readable", kind: "left" };
  const left = waiting(group).length;
  if (left > 0 && left < group.instances.length) return { words: `${count(left)} not decided`, kind: "undecided" };
  return BADGES[standing(group)];
}

/** Of an exception; null: the picture is like the others. @param {Group} group @param {string} instance @returns {Badge | null} */
export function badgeOfInstance(group, instance) {
  const own = group.exceptions.get(instance);
  if (!own) return null;
  const { decision } = group.verdict.decision === "left out" ? group.verdict : own;
  const kinds = /** @type {const} */ ({ approved: "approved", "left out": "left", none: "undecided" });
  const words = { approved: "Approved", "left out": "Left out", none: "Not decided" };
  return { words: words[decision], kind: kinds[decision] };
}

/** "800 × 600, 34 pictures, 120 frames". @param {Group} group */
export function sizeOf({ columns, rows, instances, frames }) {
  const most = frames > 1 ? `up to ${counted(frames, "frame")}` : "";
  return [`${columns} × ${rows}`, counted(instances.length, "picture"), most].filter(Boolean).join(", ");
}

/** "800 × 600, 34 pictures, 14 boxes, 2 exceptions". @param {Group} group */
export function aboutOf({ columns, rows, instances, verdict, exceptions }) {
  const own = exceptions.size > 0 ? counted(exceptions.size, "exception") : "";
  const words = [`${columns} × ${rows}`, counted(instances.length, "picture"), boxesOf(verdict.boxes), own];
  return words.filter(Boolean).join(", ");
}

/** "14 boxes", "no box". @param {readonly unknown[]} boxes */
export function boxesOf({ length }) {
  return length > 0 ? counted(length, "box", "boxes") : "no box";
}

/** Pictures that need attention, in words; "": none does. @param {Group} group */
export function alarmOf({ alarms, unread, doubt, verdict }) {
  const lost = Object.keys(unread).length;
  const fate = doubt || verdict.boxes.length > 0 ? ": withheld, whatever you decide" : "";
  return [
    alarms > 0 && `Words of the header were read in ${counted(alarms, "picture")}.`,
    lost > 0 && `${counted(lost, "more picture")} could not be read${fate}.`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** "You have seen 3 of 34 pictures." @param {Review} review @param {Group} group */
export function seenOf(review, { id, instances }) {
  const seen = review.seen(id);
  if (instances.length === 1) return seen ? "You have seen its picture." : "";
  return `You have seen ${count(seen)} of ${count(instances.length)} pictures.`;
}

/** How far the review is: in how many groups something is decided, and what becomes of the others. @param {import("./review.js").Counts} counts */
export function farness({ total, undecided, approved, leftOut }) {
  const done = `${counted(total, "group")}: ${count(approved)} approved, ${count(leftOut)} left out.`;
  if (undecided > 0) return { done, open: `${count(undecided)} not decided: will be withheld.`, end: "" };
  return { done, open: "", end: approved + leftOut > 0 ? ALL_DECIDED : "" };
}
