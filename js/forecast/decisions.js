// @ts-check
/** Decisions about kinds of files that the policy withholds: put into the policy, and taken out of it again. */
import { changedBy, Forecaster } from "../../worker/shared/forecast.js";

/**
 * @typedef {import("../../worker/shared/forecast.js").Rules} Rules
 * @typedef {import("../state.js").Decision} Decision
 * @typedef {import("../state.js").Policy} Policy
 * @typedef {{policy: Policy, decisions: Decision[]}} Decided
 */

/** The policy as it would be without the decisions. @param {Decided} decided @param {Pick<Rules, "pixel_option">} rules @returns {Policy} */
export function undecided({ policy, decisions }, rules) {
  if (decisions.length === 0) return policy;
  const [classes, cleans] = [withChange(decisions, "allow"), withChange(decisions, "clean").length > 0];
  const allowed = classes.map(({ sopClass }) => sopClass);
  return {
    ...policy,
    allow_sop_classes: policy.allow_sop_classes.filter((uid) => !allowed.includes(uid)),
    pass_burned_in: policy.pass_burned_in && withChange(decisions, "pass").length === 0,
    options: policy.options.filter((name) => !(cleans && name === rules.pixel_option)),
  };
}

/**
 * The decisions as far as the policy still holds them: what somebody took out of it by hand is not brought back by the next one.
 * @param {Decided} decided
 * @param {Pick<Rules, "pixel_option">} rules
 * @returns {Decision[]}   the same list, if all of it stands
 */
export function standing({ policy, decisions }, rules) {
  const kept = decisions.flatMap((decision) => {
    const changes = decision.changes.filter((change) => holds(policy, change, decision, rules));
    if (changes.length === decision.changes.length) return [decision];
    return changes.length > 0 ? [{ ...decision, changes }] : [];
  });
  return kept.length === decisions.length && kept.every((one, at) => one === decisions[at]) ? decisions : kept;
}

/**
 * What a run that goes on was allowed beyond the policy that is set: its decisions, which are kept nowhere. As decisions
 * they do not hold for the next files.
 * @param {Policy} policy   of the run
 * @param {Policy} set
 * @returns {Decision[]}
 */
export function decidedIn(policy, set) {
  const more = policy.allow_sop_classes.filter((uid) => !set.allow_sop_classes.includes(uid));
  /** @type {Decision[]} */ const allowed = more.map((uid) => ({ kinds: [], sopClass: uid, changes: ["allow"] }));
  const passes = policy.pass_burned_in && !set.pass_burned_in;
  return passes ? [...allowed, { kinds: [], sopClass: null, changes: ["pass"] }] : allowed;
}

/** @param {Policy} policy @param {Decision["changes"][0]} change @param {Decision} decision @param {Pick<Rules, "pixel_option">} rules */
function holds(policy, change, { sopClass }, { pixel_option }) {
  if (change === "pass") return policy.pass_burned_in;
  return change === "clean" ? policy.options.includes(pixel_option) : policy.allow_sop_classes.includes(sopClass ?? "");
}

/** One more decision, in place of an earlier one about the same kinds. @param {Decided} before @param {Decision} decision @param {Rules} rules @returns {Decided} */
export function decide(before, decision, rules) {
  return redone(before, [...others(before.decisions, decision.kinds), decision], rules);
}

/**
 * Without the decision about these kinds; without others, too, which alone would have them written.
 * @param {Decided} before
 * @param {Pick<Decision, "kinds" | "sopClass"> & {remedies: Decision["changes"][]}} question
 * @param {import("../../worker/shared/forecast.js").Facts} facts   of one of the kinds
 * @param {Rules} rules
 * @returns {Decided}
 */
export function undo(before, { kinds, sopClass, remedies }, facts, rules) {
  const after = redone(before, others(before.decisions, kinds), rules);
  if (new Forecaster(rules, after.policy).of(facts).outcome !== "written") return after;
  const changes = remedies.flat();
  const helps = (/** @type {Decision} */ other) =>
    other.changes.some((change) => changes.includes(change) && (change !== "allow" || other.sopClass === sopClass));
  return redone(
    after,
    after.decisions.filter((other) => !helps(other)),
    rules,
  );
}

/** The same policy with other decisions in it. @param {Decided} before @param {Decision[]} decisions @param {Rules} rules @returns {Decided} */
function redone(before, decisions, rules) {
  const policy = decisions.reduce(
    (policy, { changes, sopClass }) => changedBy(changes, policy, { sopClass }, rules),
    undecided(before, rules),
  );
  return { policy, decisions };
}

/** @param {Decision[]} decisions @param {number[]} kinds */
const others = (decisions, kinds) => decisions.filter((known) => !known.kinds.some((kind) => kinds.includes(kind)));

/** @param {Decision[]} decisions @param {Decision["changes"][0]} change */
const withChange = (decisions, change) => decisions.filter(({ changes }) => changes.includes(change));
