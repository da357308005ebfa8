// @ts-check
/** The workshop in words: its benches, and what is written at them and is not in the policy. */
import { count, counted } from "../page/format.js";
import { same } from "../policy/policy.js";

/** @typedef {import("../state.js").Bench} Bench */

/** @type {readonly Bench[]} */
export const BENCHES = ["rules", "python", "file"];

/** @type {Record<Bench, string>} */
const WRITTEN = { rules: "a rule", python: "code in Python", file: "text of the policy file" };

/** Where the policy comes from, as long as it says the same; "": from no file. @param {Pick<import("../state.js").State, "policy" | "policyKept">} state */
export function keptWords({ policy, policyKept: { policy: kept, words } }) {
  return words && !same(policy, kept) ? `${words} Changed since, and not saved.` : words;
}

/** What became of a script of another tool; null of a policy file. @param {import("../../worker/shared/protocol/policy.js").Reading} reading @param {string} name  of its file @returns {import("../state.js").Carried | null} */
export function importWords({ tool, carried, differing, lost }, name) {
  if (!tool) return null;
  const means = differing.length > 0 ? `, ${count(differing.length)} of them with another meaning here` : "";
  const missing = lost.length > 0 ? `${counted(lost.length, "line")} not` : "none was lost";
  const words = `From ${name}, a script of ${tool}: ${counted(carried, "line")} carried over${means}; ${missing}.`;
  return { words, short: lost.length + differing.length > 0 };
}

/** What would be missing from a run; "": nothing. @param {import("../state.js").State["drafts"]} drafts */
export function draftWords(drafts) {
  const pending = BENCHES.filter((bench) => drafts[bench]?.pending).map((bench) => WRITTEN[bench]);
  return pending.length > 0 ? `not in the policy yet: ${pending.join(", ")} under Rules and code` : "";
}
