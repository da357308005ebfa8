// @ts-check
/** A group of pictures: how it stands, and what an act or more that is found makes of it. It is replaced, never changed. */

/**
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {import("./review.js").Facts} Facts
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
  const exceptions = Object.entries(found.own ?? {}).map(([id, boxes]) => /** @type {const} */ ([id, open(boxes)]));
  return { ...factsOf(found), verdict: open(found.boxes), exceptions: new Map(exceptions) };
}

/** @param {Found} found @returns {import("./review.js").Facts} */
function factsOf({ own: _, ...found }) {
  return { unread: {}, detector: "", alarms: 0, doubt: true, ...found };
}

/** Boxes that nobody has decided on. @param {readonly Box[]} boxes @returns {Verdict} */
function open(boxes) {
  return { ...OPEN, boxes: united(boxes) };
}

/** How it stands with a group: undecided as long as anything of it is. @param {Group} group @returns {Standing} */
export function standing({ verdict, exceptions, doubt, instances, unread }) {
  if (instances.length === 0) return "clear"; // none could be read: they are withheld, whatever is decided
  const own = [...exceptions].filter(([id]) => !(id in unread)).map(([, one]) => one);
  const all = own.length < instances.length ? [verdict, ...own] : own; // else each picture has a verdict of its own
  if (verdict.decision === "left out" || all.every(({ decision }) => decision === "left out")) return "left out";
  const open = all.filter(({ decision }) => decision === "none");
  if (open.length === 0) return "approved";
  return !doubt && open.every(({ boxes }) => boxes.length === 0) ? "clear" : "undecided";
}

/** The pictures that wait for a decision, without which they are withheld. @param {Group} group */
export function waiting({ verdict, exceptions, doubt, instances }) {
  if (verdict.decision === "left out") return [];
  return instances.filter(({ id }) => {
    const { decision, boxes } = exceptions.get(id) ?? verdict;
    return decision === "none" && (doubt || boxes.length > 0);
  });
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

/** A group of which more was found: as two regions files are united (docs/pixels.md). @param {Group} known @param {Found} found @returns {Group} */
export function grown(known, found) {
  const facts = unitedFacts(known, factsOf(found));
  const before = pairs(known.instances);
  const now = pairs(facts.instances);
  const { verdict } = known;
  const same = [...now].every(([id, mark]) => before.get(id) === mark);
  const stays = verdict.decision === "left out" || (verdict.decision === "approved" && same);
  const after = stays ? verdict : open([...verdict.boxes, ...found.boxes]);
  const exceptions = new Map(
    [...known.exceptions].map(([id, one]) => [id, now.get(id) === before.get(id) ? one : open(one.boxes)]),
  );
  for (const [id, boxes] of Object.entries(found.own ?? {})) {
    const one = exceptions.get(id);
    if (one?.decision !== "approved" && one?.decision !== "left out")
      exceptions.set(id, open([...(one?.boxes ?? []), ...boxes]));
  }
  for (const [id, one] of exceptions) {
    if (one.decision === "none") exceptions.set(id, open([...one.boxes, ...after.boxes]));
  }
  return { ...facts, verdict: after, exceptions };
}

/** What is known of a group and what was found now; of an instance in both, what was found. @param {Group} known @param {Facts} found @returns {Facts} */
function unitedFacts(known, found) {
  const instances = [...new Map([...known.instances, ...found.instances].map((one) => [one.id, one])).values()];
  const read = new Set(instances.map(({ id }) => id));
  const unread = Object.entries({ ...known.unread, ...found.unread }).filter(([id]) => !read.has(id));
  return {
    ...found,
    frames: Math.max(known.frames, found.frames),
    instances,
    unread: Object.fromEntries(unread),
    detector: lookedBy(known, found),
    alarms: Math.max(known.alarms, found.alarms),
    doubt: known.doubt || found.doubt,
  };
}

/** The detector that looked at every instance of both; "": none did, or each at its own. @param {Facts} one @param {Facts} other */
function lookedBy(one, other) {
  if (one.detector === other.detector) return one.detector;
  const within = (/** @type {Facts} */ { instances }, /** @type {Facts} */ all) => {
    const marks = pairs(all.instances);
    return instances.every(({ id, mark }) => marks.get(id) === mark);
  };
  if (other.detector && within(one, other)) return other.detector;
  return within(other, one) ? one.detector : "";
}

/** Source id -> mark. @param {Facts["instances"]} instances */
function pairs(instances) {
  return new Map(instances.map(({ id, mark }) => [id, mark]));
}
