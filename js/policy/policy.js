// @ts-check
/** A policy as the page has it: read by Python, compared, and said in words, rule by rule or in one line. */
import { counted } from "../page/format.js";
import { codeOf, Problem } from "../page/problem.js";
import { OLDER } from "../page/project-key.js";

/**
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {import("../../worker/shared/protocol/policy.js").AttributeRule} Rule
 * @typedef {import("../../worker/shared/protocol/policy.js").Reading} Reading
 * @typedef {import("../../worker/shared/protocol/policy.js").PolicyProblem} PolicyProblem
 * @typedef {"match" | "vr" | "pattern" | "creator"} Kind
 *
 * @typedef {Reading | {problems: PolicyProblem[]}} Answered
 *
 * Has Python read a text as a policy; `waiting` is the element that says so if it takes long. Throws a Problem.
 * @typedef {(name: string, text: string, waiting: HTMLElement) => Promise<Answered>} Read
 */

/** An answer that comes sooner is not announced, in milliseconds. */
const PATIENCE_MILLISECONDS = 300;

/** @type {readonly Kind[]} the fields of which a rule has one: which elements it reaches */
export const KINDS = ["match", "vr", "pattern", "creator"];

/** Action codes in words, as a row says them. @type {Record<string, string>} */
export const DONE = {
  K: "kept",
  C: "cleaned",
  D: "replaced by a dummy value",
  Z: "emptied",
  X: "removed",
  U: "given a new UID",
};

/** @param {Rule} rule @returns {Kind} */
export function kindOf(rule) {
  return KINDS.find((kind) => rule[kind] !== undefined) ?? "match";
}

/**
 * Which elements a rule reaches: words, what stands in them as it is written, and words again.
 * @param {Rule} rule
 * @returns {[string, string, string]}
 */
export function whereOf({ match = "", vr, pattern, creator, element }) {
  if (vr) return ["Every element of VR", vr, ""];
  if (pattern) return ["Every tag", pattern, ""];
  if (creator && element) return ["Private", element, `of ${creator}`];
  if (creator) return ["Everything private of", creator, ""];
  const steps = match.replace(/^\//, "").split("/");
  const last = steps.pop() ?? "";
  const top = match.startsWith("/") ? (steps.length ? "from the top" : "at the top only") : "";
  const around = steps.length ? `in items of ${steps.join(", ")}` : "";
  return ["", last, [around, top].filter(Boolean).join(", ")];
}

/** The action of a rule: words, and the text that replaces the value, if there is one. @param {Rule} rule @returns {[string, string]} */
export function actionOf({ action = "", value }) {
  if (value === undefined) return [DONE[action] ?? action, ""];
  return value === "" ? ["replaced by nothing", ""] : ["replaced by", `“${value}”`];
}

/** A rule in one line, for those who hear it. @param {Rule} rule */
export function spoken(rule) {
  return [...whereOf(rule), ...actionOf(rule)].filter(Boolean).join(" ");
}

/**
 * A policy in one line.
 * @param {Policy} policy
 * @param {import("../page/tables.js").ProfileOption[]} known   options
 */
export function wordsOf(policy, known) {
  const { allow_sop_classes: allowed, pass_burned_in, verbose, attribute = [], python = [], wheels = [] } = policy;
  const words = known.filter(({ name }) => policy.options.includes(name)).map(({ short }) => short);
  if (policy.private_dispositions === "tcia") words.push("TCIA's dispositions of private elements");
  if (allowed.length > 0) words.push(`${counted(allowed.length, "more SOP Class", "more SOP Classes")} allowed`);
  if (pass_burned_in) words.push("burned-in annotation passed");
  if (policy.withhold_faces) words.push("volumes of the head withheld");
  if (policy.pseudonyms === OLDER) words.push("pseudonyms as in version 0.2");
  if (attribute.length > 0) words.push(counted(attribute.length, "rule"));
  if (python.length > 0) words.push(`${counted(python.length, "rule")} in Python`);
  if (wheels.length > 0) words.push(counted(wheels.length, "wheel"));
  if (verbose) words.push("verbose log");
  return words.length > 0 ? `Basic Profile, with: ${words.join("; ")}.` : "Basic Profile, without options.";
}

/** Whether two policies say the same, in the same order. @param {Policy} one @param {Policy} other */
export function same(one, other) {
  return JSON.stringify(stated(one)) === JSON.stringify(stated(other));
}

/** The fields of a policy in one order; an empty field is left out. @param {Policy} policy */
function stated({ options, allow_sop_classes, attribute = [], ...others }) {
  const rules = attribute.map((rule) => Object.entries(rule).sort());
  const rest = Object.entries(others).filter(([, said]) => (Array.isArray(said) ? said.length > 0 : said));
  return [options.toSorted(), allow_sop_classes.toSorted(), rules, rest.sort()];
}

/** @param {import("../threads/pool.js").Pool} pool @returns {Read} */
export function reader(pool) {
  return async (name, text, waiting) => {
    const timer = setTimeout(() => (waiting.textContent = "Waiting for Python…"), PATIENCE_MILLISECONDS);
    const asked = pool.ask(async (python) => /** @type {Answered} */ (await python.readPolicy(name, text)));
    try {
      return await asked;
    } catch (error) {
      throw new Problem(codeOf(error) === "INTERNAL_ERROR" ? "INTERNAL_ERROR" : "PYTHON_NOT_STARTED");
    } finally {
      clearTimeout(timer);
      waiting.textContent = "";
    }
  };
}
