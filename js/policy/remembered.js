// @ts-check
/** The policy that was used last, kept in this browser for the next visit: choices alone, no key and no code. */
import { plainPolicy } from "../state.js";
import { same } from "./policy.js";

/**
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {import("../page/tables.js").ProfileOption} ProfileOption
 * @typedef {import("../state.js").LastUsed} LastUsed
 */

const PLACE = "dicom-deid.last-policy";
/** Of what is kept: another one is of another version, and is not read. */
const FORMAT = 1;
const RULE_FIELDS = new Set(["match", "vr", "pattern", "creator", "element", "action", "value", "reason"]);

const isFlag = (/** @type {unknown} */ value) => typeof value === "boolean";
const isText = (/** @type {unknown} */ value) => typeof value === "string";
const isTexts = (/** @type {unknown} */ value) => Array.isArray(value) && value.every(isText);

/** Whether a field of a policy can be used, by its name; one that has no line here is not known. @type {Record<string, (value: unknown) => boolean>} */
const SOUND = {
  options: isTexts,
  allow_sop_classes: isTexts,
  pass_burned_in: isFlag,
  verbose: isFlag,
  withhold_faces: isFlag,
  private_dispositions: isText,
  pseudonyms: Number.isInteger,
  attribute: (value) => Array.isArray(value) && value.every(isRule),
};

/** Keeps the policy of a run that begins. Rules in Python are code, which nobody has read once more the next time. @param {Policy} policy */
export function remember({ python = [], wheels: _, ...policy }) {
  attempt(() => localStorage.setItem(PLACE, JSON.stringify({ format: FORMAT, policy, code: python.length > 0 })));
}

export function forget() {
  attempt(() => localStorage.removeItem(PLACE));
}

/** Sets the policy that was used last, unless another one was set meanwhile. @param {import("../state.js").Store} store @param {ProfileOption[]} options */
export function recall(store, options) {
  const lastUsed = remembered(options);
  if (lastUsed && same(store.state.policy, plainPolicy())) store.update({ policy: lastUsed.policy, lastUsed });
}

/**
 * The policy that was used last; null: none was, or what is kept cannot be used.
 * @param {ProfileOption[]} options   that there are
 * @returns {LastUsed | null}
 */
export function remembered(options) {
  const kept = attempt(() => JSON.parse(localStorage.getItem(PLACE) ?? "null"));
  if (kept?.format !== FORMAT || typeof kept.policy !== "object" || kept.policy === null) return null;
  const policy = { ...plainPolicy(), ...kept.policy };
  const isSound = Object.entries(policy).every(([name, value]) => Object.hasOwn(SOUND, name) && SOUND[name](value));
  return isSound && fits(policy, options) ? { policy, code: kept.code === true } : null;
}

/** Whether all its options are known, and none excludes another. @param {Policy} policy @param {ProfileOption[]} options */
function fits(policy, options) {
  const chosen = options.filter(({ name }) => policy.options.includes(name));
  return (
    chosen.length === policy.options.length &&
    chosen.every(({ excludes = [] }) => !excludes.some((other) => policy.options.includes(other)))
  );
}

/** @param {unknown} value */
function isRule(value) {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([name, text]) => RULE_FIELDS.has(name) && isText(text));
}

/** A browser can refuse its storage, and it can be full or broken: then nothing is remembered. @template T @param {() => T} act */
function attempt(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
