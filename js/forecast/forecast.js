// @ts-check
/** The forecast of what takes part: how many files will be written, and which kinds need a decision. Made once for each kind. */
import { Forecaster } from "../../worker/shared/forecast.js";
import { groupsOf } from "../../worker/shared/forecast-groups.js";
import { undecided } from "./decisions.js";

/**
 * @typedef {import("../../worker/shared/forecast.js").Rules} Rules
 * @typedef {import("../../worker/shared/protocol/files.js").Found} Found
 * @typedef {import("../../worker/shared/protocol/files.js").StudyFound} StudyFound
 * @typedef {import("../state.js").Group} Group
 * @typedef {import("../state.js").Fate} Fate
 * @typedef {import("../state.js").Foreseen} Foreseen
 * @typedef {import("../state.js").Remark} Remark
 */

/** Said of files that are written all the same. */
const TOLD = "FACE_CAN_BE_REBUILT";

/**
 * @param {Rules} rules
 * @param {Found["kinds"]} kinds
 * @param {StudyFound[]} studies   those that take part, with all kinds of their files
 * @param {number[]} left          kinds of which no file takes part
 * @param {import("./decisions.js").Decided} decided
 * @returns {Foreseen | null}   null: nobody knows of what kinds they are
 */
export function forecastOf(rules, kinds, studies, left, decided) {
  const taken = filesByKind(studies);
  const known = Object.values(taken).reduce((sum, files) => sum + files, 0);
  if (known < studies.reduce((sum, { files }) => sum + files, 0)) return null;
  const { groups } = groupsOf(new Forecaster(rules, decided.policy), kinds, taken);
  const { sums, fates, remarks } = summed(groups, taken, left);
  return { sums, fates, remarks, questions: questionsOf(rules, kinds, taken, left, { groups, fates, decided }) };
}

/** @param {StudyFound[]} studies */
function filesByKind(studies) {
  /** @type {Record<number, number>} */ const taken = {};
  for (const study of studies) {
    for (const [kind, { files }] of Object.entries(study.kinds))
      taken[Number(kind)] = (taken[Number(kind)] ?? 0) + files;
  }
  return taken;
}

/** @param {Group[]} groups @param {Record<number, number>} taken @param {number[]} left */
function summed(groups, taken, left) {
  const leftKinds = new Set(left);
  /** @type {Foreseen["sums"]} */ const sums = { written: 0, unread: 0, searched: 0, undecided: 0, never: 0 };
  /** @type {Fate[]} */ const fates = [];
  /** @type {Map<string, Remark>} */ const remarks = new Map();
  for (const group of groups) {
    const fate = fateOf(group);
    const kinds = group.kinds.filter((kind) => !leftKinds.has(kind));
    const files = kinds.reduce((sum, kind) => sum + taken[kind], 0);
    for (const kind of kinds) fates[kind] = fate;
    sums[fate] += files;
    if (files === 0 || (fate !== "never" && group.reason !== TOLD)) continue;
    const remark = remarks.get(group.reason) ?? { reason: group.reason, fate, files: 0 };
    remarks.set(group.reason, { ...remark, files: remark.files + files });
  }
  return { sums, fates, remarks: [...remarks.values()] };
}

/** @param {Group} group @returns {Fate} */
function fateOf({ outcome, open, remedies }) {
  if (outcome === "written") return open === "" ? "written" : open === "pixels" ? "searched" : "unread";
  return remedies.length > 0 ? "undecided" : "never";
}

/**
 * What the policy withholds, but for decisions; grouped without these, so that a question stays the same when it is decided.
 * @param {Rules} rules
 * @param {Found["kinds"]} kinds
 * @param {Record<number, number>} taken
 * @param {number[]} left
 * @param {{groups: Group[], fates: Fate[], decided: import("./decisions.js").Decided}} now
 * @returns {import("../state.js").Question[]}
 */
function questionsOf(rules, kinds, taken, left, { groups, fates, decided }) {
  const policy = undecided(decided, rules);
  const before = policy === decided.policy ? groups : groupsOf(new Forecaster(rules, policy), kinds, taken).groups;
  const all = new Set(left);
  const isLeft = (/** @type {number} */ kind) => all.has(kind);
  return before.flatMap((group) => {
    const leftKinds = group.kinds.filter(isLeft);
    // Left out, and written by the policy that is set now: so that it can still be undone.
    if (fateOf(group) !== "undecided") return leftKinds.length > 0 ? [leftOf(group, leftKinds, taken)] : [];
    const open = group.kinds.find((kind) => !isLeft(kind));
    return [{ ...group, fate: open === undefined ? "left" : fates[open] }];
  });
}

/** @param {Group} group @param {number[]} kinds @param {Record<number, number>} taken @returns {import("../state.js").Question} */
function leftOf(group, kinds, taken) {
  return { ...group, kinds, files: kinds.reduce((sum, kind) => sum + taken[kind], 0), fate: "left" };
}
