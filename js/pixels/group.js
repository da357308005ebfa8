// @ts-check
/** A group of pictures: how it stands, and what an act or more that is found makes of it. It is replaced, never changed. */

/**
 * @typedef {import("./review.js").Found} Found
 * @typedef {import("./review.js").Group} Group
 * @typedef {import("./review.js").Judged} Judged
 * @typedef {import("./review.js").Standing} Standing
 * @typedef {import("./review.js").Verdict} Verdict
 */

import { united } from "./boxes.js";

/** Nobody has decided. @type {Verdict} */
export const OPEN = { boxes: [], decision: "none", by: "", at: "", here: false };

/** A group that was found just now. @param {Found} found @returns {Group} */
export function fresh(found) {
  return { ...factsOf(found), verdict: { ...OPEN, boxes: united(found.boxes) }, exceptions: new Map() };
}

/** @param {Found} found @returns {Required<Found>} */
function factsOf(found) {
  return { unread: {}, detector: "", alarms: 0, doubt: true, ...found };
}

/** How it stands with a group: undecided as long as anything of it is. @param {Group} group @returns {Standing} */
export function standing({ verdict, exceptions, doubt, instances }) {
  if (instances.length === 0) return "clear"; // none could be read: they are withheld, whatever is decided
  if (verdict.decision === "left out") return "left out";
  const all = [verdict, ...exceptions.values()];
  const open = all.filter(({ decision }) => decision === "none");
  if (open.length === 0) return "approved";
  return !doubt && open.every(({ boxes }) => boxes.length === 0) ? "clear" : "undecided";
}

/** @param {Group} group @returns {Judged} */
export function judgedOf({ verdict, exceptions }) {
  return { verdict, exceptions };
}

/** A group in which all alike, or one instance, have another verdict. @param {Group} group @param {string | null} instance @param {Verdict} verdict @returns {Judged} */
export function judged({ verdict: before, exceptions }, instance, verdict) {
  return instance
    ? { verdict: before, exceptions: new Map(exceptions).set(instance, verdict) }
    : { verdict, exceptions };
}

/**
 * Exceptions, of which those that wait and were looked at are approved.
 * @param {ReadonlyMap<string, Verdict>} exceptions
 * @param {(instance: string) => boolean} seen
 * @param {Omit<Verdict, "boxes">} decided
 */
export function approved(exceptions, seen, decided) {
  const waits = (/** @type {string} */ id, /** @type {Verdict} */ { decision }) => decision === "none" && seen(id);
  return new Map([...exceptions].map(([id, one]) => [id, waits(id, one) ? { ...one, ...decided } : one]));
}

/** A group of which more was found. @param {Group} known @param {Found} found @returns {Group} */
export function grown(known, found) {
  const facts = factsOf(found);
  const marks = new Map(known.instances.map(({ id, mark }) => [id, mark]));
  const same = facts.instances.every(({ id, mark }) => marks.get(id) === mark);
  const now = new Map(facts.instances.map(({ id, mark }) => [id, mark]));
  const exceptions = new Map(
    [...known.exceptions].map(([id, one]) => [id, now.get(id) === marks.get(id) ? one : { ...OPEN, boxes: one.boxes }]),
  );
  const { verdict } = known;
  const stays = verdict.decision === "left out" || (verdict.decision === "approved" && same);
  const open = { ...OPEN, boxes: united([...verdict.boxes, ...facts.boxes]) };
  return { ...facts, verdict: stays ? verdict : open, exceptions };
}
