// @ts-check
/**
 * The regions file as the review writes it and takes it in (docs/pixels.md). Python checks all of it before it counts.
 *
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {import("./review.js").Group} Group
 * @typedef {import("./review.js").Verdict} Verdict
 *
 * @typedef {object} Stated   a review as the file states it
 * @property {readonly Box[]} [boxes]
 * @property {import("./review.js").Decision} [decision]
 * @property {string} [by]
 * @property {string} [at]
 *
 * @typedef {object} StatedFacts
 * @property {number} rows
 * @property {number} columns
 * @property {number} [frames]
 * @property {Record<string, string>} [instances]   source id -> mark
 * @property {Record<string, string>} [unread]      source id -> reason code
 * @property {string} [detector]
 * @property {number} [alarms]
 * @typedef {StatedFacts & Stated} StatedGroup
 *
 * @typedef {object} Others   what a file says of pictures that are not at hand: it goes out again as it came
 * @property {Record<string, StatedGroup>} groups   those of which nothing is at hand; of the others, instances and unread
 * @property {Record<string, Stated>} exceptions
 * @typedef {{project: string, groups: readonly Group[], others: Others, by: string}} Content
 */

import { CodedError } from "../../worker/shared/errors.js";
import { EVIDENCE, united } from "./boxes.js";

const DECISIONS = ["none", "approved", "left out"]; // any other goes before the first, the last before all
const LONGEST_NAME = 64;
/** No others are known. @returns {Others} */
export const noOthers = () => ({ groups: {}, exceptions: {} });

/** The content of the file. @param {Content} content */
export function documentOf({ project, groups, others, by }) {
  const name = nameOf(by);
  /** @type {Record<string, StatedGroup>} */ const stated = { ...others.groups };
  /** @type {Record<string, Stated>} */ const exceptions = { ...others.exceptions };
  for (const group of groups) {
    stated[group.id] = statedGroup(group, others.groups[group.id], name);
    const left = group.verdict.decision === "left out"; // then no instance of it is to be written
    for (const [id, verdict] of group.exceptions) {
      exceptions[id] = statedReview(left ? { ...group.verdict, boxes: verdict.boxes } : verdict, name);
    }
  }
  return { tool: "dicom-deid", kind: "regions", version: 1, project, groups: stated, exceptions };
}

/** @param {Group} group @param {StatedGroup | undefined} absent @param {string} by @returns {StatedGroup} */
function statedGroup({ rows, columns, frames, verdict, instances, unread, detector, alarms }, absent, by) {
  const here = Object.fromEntries(instances.map(({ id, mark }) => [id, mark]));
  return {
    rows,
    columns,
    frames: Math.max(frames, absent?.frames ?? 1),
    ...statedReview(verdict, by),
    instances: { ...absent?.instances, ...here },
    unread: { ...absent?.unread, ...unread },
    detector,
    alarms,
  };
}

/** @param {Verdict} verdict @param {string} name @returns {Required<Stated>} */
function statedReview({ boxes, decision, by, at, here }, name) {
  return { boxes, decision, by: here ? name : by, at };
}

/** A name as the file takes it. @param {string} by */
function nameOf(by) {
  return [...by.replaceAll(/\p{Cc}/gu, " ").trim()].slice(0, LONGEST_NAME).join("");
}

/**
 * A file, united with the groups that are at hand. Throws a CodedError: BAD_REGIONS, REGIONS_OTHER_KEY.
 * @param {string} json
 * @param {string} project
 * @param {ReadonlyMap<string, Group>} known
 */
export function imported(json, project, known) {
  const file = parsed(json);
  if (file.project !== project) throw new CodedError("REGIONS_OTHER_KEY");
  const groups = new Map(known);
  const others = { groups: { ...file.groups }, exceptions: { ...file.exceptions } };
  for (const [id, group] of known) {
    const stated = file.groups[id];
    if (!stated) continue;
    others.groups[id] = absentFrom(group, stated);
    groups.set(id, withStated(group, stated, file.exceptions));
    for (const { id: source } of group.instances) delete others.exceptions[source];
  }
  return { groups, others };
}

/** What a file says of instances of a group that are not at hand. @param {Group} group @param {StatedGroup} stated @returns {StatedGroup} */
function absentFrom({ instances, unread }, stated) {
  const here = new Set([...instances.map(({ id }) => id), ...Object.keys(unread)]);
  const without = (/** @type {Record<string, string>} */ all) =>
    Object.fromEntries(Object.entries(all).filter(([id]) => !here.has(id)));
  return { ...stated, instances: without(stated.instances ?? {}), unread: without(stated.unread ?? {}) };
}

/** A group united with what a file states of it. @param {Group} group @param {StatedGroup} stated @param {Record<string, Stated>} excepted @returns {Group} */
function withStated(group, stated, excepted) {
  const marks = stated.instances ?? {};
  const other = verdictOf(stated);
  const covered = group.instances.every(({ id, mark }) => marks[id] === mark);
  const exceptions = new Map(group.exceptions);
  for (const { id, mark } of group.instances) {
    const theirs = excepted[id] && verdictOf(excepted[id]);
    if (!theirs) continue;
    const before = exceptions.get(id);
    const after = marks[id] === mark ? theirs : waiting(theirs);
    exceptions.set(id, before ? stronger(before, after) : after);
  }
  const here = new Map(group.instances.map(({ id, mark }) => [id, mark]));
  const alone = Object.entries(marks).every(([id, mark]) => here.get(id) === mark);
  const mine = group.verdict.decision === "approved";
  const sure = other.decision === "approved" ? mine || covered : alone; // every instance was before an approver's eyes
  const verdict = stronger(group.verdict, other);
  if (verdict.decision !== "approved" || sure) return { ...group, verdict, exceptions };
  return {
    ...group,
    verdict: { ...waiting(verdict), boxes: united([...group.verdict.boxes, ...other.boxes]) },
    exceptions,
  };
}

/** The verdict that goes before the other; of two alike the later one, with the boxes of both. @param {Verdict} one @param {Verdict} other @returns {Verdict} */
function stronger(one, other) {
  const rank = (/** @type {Verdict} */ { decision }) => DECISIONS.indexOf(decision);
  if (rank(one) !== rank(other)) return rank(one) > rank(other) ? one : other;
  return { ...(one.at > other.at ? one : other), boxes: united([...one.boxes, ...other.boxes]) };
}

/** A verdict that no longer counts as an approval. @param {Verdict} verdict @returns {Verdict} */
function waiting(verdict) {
  return verdict.decision === "approved" ? { ...verdict, decision: "none", by: "", at: "", here: false } : verdict;
}

/** @param {Stated} stated @returns {Verdict} */
function verdictOf({ boxes = [], decision = "none", by = "", at = "" }) {
  return { boxes: united(boxes.map(boxOf)), decision, by, at, here: false };
}

/** @param {Partial<Box>} box @returns {Box} */
function boxOf({ rectangle, frames = [1, 0], evidence }) {
  const numbers = (/** @type {unknown} */ list, /** @type {number} */ length) =>
    Array.isArray(list) && list.length === length && list.every((one) => Number.isInteger(one) && one >= 0);
  if (!rectangle || !evidence) throw new CodedError("BAD_REGIONS");
  if (!numbers(rectangle, 4) || !numbers(frames, 2) || !EVIDENCE.includes(evidence))
    throw new CodedError("BAD_REGIONS");
  return { rectangle, frames, evidence };
}

/** @param {string} json @returns {{project: string, groups: Record<string, StatedGroup>, exceptions: Record<string, Stated>}} */
function parsed(json) {
  const file = (() => {
    try {
      return JSON.parse(json);
    } catch {
      throw new CodedError("BAD_REGIONS");
    }
  })();
  const { tool, kind, version, project, groups = {}, exceptions = {} } = isObject(file) ? file : {};
  if (tool !== "dicom-deid" || kind !== "regions" || version !== 1) throw new CodedError("BAD_REGIONS");
  if (!isObject(groups) || !isObject(exceptions)) throw new CodedError("BAD_REGIONS");
  for (const stated of [...Object.values(groups), ...Object.values(exceptions)]) {
    if (!isObject(stated) || !DECISIONS.includes(stated.decision ?? "none")) throw new CodedError("BAD_REGIONS");
    if (!Array.isArray(stated.boxes ?? []) || !isObject(stated.instances ?? {})) throw new CodedError("BAD_REGIONS");
  }
  return { project, groups, exceptions };
}

/** @param {unknown} value @returns {value is Record<string, any>} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
