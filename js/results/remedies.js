// @ts-check
/** What can be allowed of the files that a run withheld, so that they are run alone: by the rules that forecast outcomes. */

import { changedBy, Forecaster } from "../../worker/shared/forecast.js";

/**
 * @typedef {import("../../worker/shared/forecast.js").Facts} Facts
 * @typedef {import("../../worker/shared/forecast.js").Rules} Rules
 * @typedef {import("../../worker/shared/forecast.js").Change} Change
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 *
 * Files that were withheld for one reason and are of one SOP Class; `kinds`: how many of them are of which kind, -1 where
 * that is not known.
 * @typedef {{code: string, sopClass: string, kinds: Map<number, number>}} Withheld
 *
 * A change of the policy, the policy with it, and how many of the files are written then as far as their headers say.
 * @typedef {{changes: Change[], policy: Policy, files: number}} Way
 */

/** What may be asked for in one step. Cleaning their pixels needs a review first. @type {Change[][]} */
const STEPS = [["allow"], ["pass"], ["allow", "pass"]];

/**
 * The ways to have such files written: each frees more of them than the one before.
 * @param {Withheld} group
 * @param {Policy} policy   that withheld them
 * @param {Rules} rules
 * @param {{facts: Facts}[]} kinds   Found.kinds; none, where the files are not found any more
 * @returns {Way[]}
 */
export function waysOf({ code, sopClass, kinds: counts }, policy, rules, kinds) {
  const forecaster = new Forecaster(rules, policy);
  const known = [...counts].map(([number, files]) => {
    const isSo = (/** @type {Facts} */ facts) => {
      const { outcome, reason } = forecaster.of(facts);
      return outcome === "withheld" && reason === code;
    };
    const facts = [kinds[number]?.facts, factsOf(code, sopClass, rules)].find((one) => one && isSo(one));
    return { remedies: facts ? forecaster.remedies(facts) : [], files };
  });
  /** @type {Way[]} */ const ways = [];
  for (const changes of STEPS) {
    const freed = known.filter(({ remedies }) => remedies.some((all) => all.every((one) => changes.includes(one))));
    const files = freed.reduce((sum, one) => sum + one.files, 0);
    if (files <= (ways.at(-1)?.files ?? 0)) continue;
    ways.push({ changes, policy: changedBy(changes, policy, { ...NOTHING, sopClass }, rules), files });
  }
  return ways;
}

/** @type {Facts} a file that nothing stands against */
const NOTHING = {
  end: "",
  sopClass: "",
  picture: false,
  signs: [],
  maybe: [],
  sound: false,
  overlay: false,
  head: false,
  excess: false,
};

/** The facts that a reason tells of a file. @param {string} code @param {string} sopClass @param {Rules} rules @returns {Facts} */
function factsOf(code, sopClass, rules) {
  const signs = rules.signs.filter(({ reason }) => reason === code);
  return {
    ...NOTHING,
    sopClass,
    signs: signs.length > 0 ? [[code, signs.some(({ says_so }) => says_so)]] : [],
    sound: code === rules.sound.reason,
  };
}
