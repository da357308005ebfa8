// @ts-check
/**
 * What was wrong with a rule in Python on the sample, by the line of its code.
 *
 * @typedef {{line: number, text: string}} CodeProblem   line: of the code, from 1; 0: it is of none
 */

/** Of code that is no Python, as the reader of a policy says it. */
const NOT_READ = /^Line (\d+) of the code: (.*)$/s;
/** Of code that failed when it was loaded: the number of the rule, which its label has. */
const NOT_LOADED = /^rule (\d+) in Python(?: \(.*?\))?: (.*)$/s;
/** The head of a traceback, which names the rule that failed and the element that it was asked about. */
const FAILED = /^rule (\d+) in Python.*?, asked about .*?:$/m;

/**
 * @param {import("../state.js").Verdict} verdict
 * @param {number} at   number of the rule among those of the policy, from 0
 * @returns {CodeProblem[]}
 */
export function codeProblems({ problems, traceback }, at) {
  const found = problems.map((problem) => placed(problem, at));
  const number = Number(FAILED.exec(traceback)?.[1] ?? 0);
  if (!traceback) return found;
  const lines = [...traceback.matchAll(new RegExp(`File "<rule ${number}>", line (\\d+)`, "g"))].map(
    ([, line]) => line,
  );
  const last = traceback.trimEnd().split("\n").at(-1) ?? "";
  return [...found, { line: number === at + 1 ? Number(lines.at(-1) ?? 0) : 0, text: last }];
}

/** @param {import("../../worker/shared/protocol/policy.js").PolicyProblem} problem @param {number} at @returns {CodeProblem} */
function placed({ line, text, near }, at) {
  const meant = near ? ` Perhaps “${near}”?` : "";
  const unread = NOT_READ.exec(text);
  if (unread) return { line: Number(unread[1]), text: unread[2] + meant };
  const unloaded = NOT_LOADED.exec(text);
  if (unloaded && Number(unloaded[1]) === at + 1) return { line, text: unloaded[2] + meant };
  return { line: 0, text: text + meant };
}
