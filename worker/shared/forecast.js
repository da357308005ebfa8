// @ts-check
/**
 * Forecast of outcomes: what a run will do with a file, from facts that the scan read and the policy that is set.
 *
 * The rule is that of objections and admit in py/dicom_deid/admission.py; its lists are made of Python's own
 * (tables/forecast.json). Files with equal facts are of one kind, so that a forecast is made once for each kind.
 */

/**
 * Facts of a file; null: they lie behind the bytes that were read, or only Python knows them.
 * @typedef {object} Facts
 * @property {string} end        reason for which the file ends before the policy is asked; "" if none
 * @property {string | null} sopClass   SOP Class UID; "" if it has none
 * @property {boolean | null} picture    whether it has pixels that a person can look at
 * @property {[string, boolean][]} signs   reasons that it states itself, each with whether it does in so many words
 * @property {[string, boolean][]} maybe   those that it may state where nobody has read yet
 * @property {boolean | null} sound
 * @property {boolean | null} overlay    whether an overlay lies in unused bits of the pixel data
 * @property {boolean | null} head       whether it is of a volume of the head
 * @property {boolean} excess    whether bytes behind the image were not read, which have to be zeros
 *
 * Fields of a policy that decide (worker/shared/protocol/policy.js).
 * @typedef {{options: string[], allow_sop_classes: string[], pass_burned_in: boolean, withhold_faces?: boolean}} Chosen
 *
 * `open`: why the outcome is not certain. "header": something that the policy asks for lies behind the bytes that were
 * read; "pixels": it is for the review of its pixels to say. Decoding and the check before writing can stop any file.
 * @typedef {object} Forecast
 * @property {import("./protocol/tasks.js").Status} outcome
 * @property {string} reason     a reason code; with an open outcome, the one that stood against it
 * @property {"" | "header" | "pixels"} open
 *
 * @typedef {{tag: number, reason: string, words: string, says_so: boolean, sop_classes: string[], untyped: boolean, of_frames: boolean}} Sign
 *
 * The content of tables/forecast.json.
 * @typedef {object} Rules
 * @property {{allowed: string[], withheld: string[]}} storage   storage SOP Classes
 * @property {string} standard_root
 * @property {string[]} cleanable
 * @property {string} pixel_option
 * @property {Record<string, import("./protocol/tasks.js").Status>} statuses   of reason codes
 * @property {Sign[]} signs
 * @property {{reason: string, coded: string, modality: string}} sound
 * @property {{sop_classes: string[], worded: number[], words: string, innocent: string, within: string[], no_volume: string[], thickest: number}} head
 * @property {{known: string[], native: string[], elsewhere: string[], deflated: string}} transfer_syntaxes
 * @property {string} directory
 * @property {Record<string, number>} subsampled
 * @property {number} most_padding
 *
 * A change of the policy that lets a kind be written: allow its SOP Class, pass what says that it shows text or a
 * person, clean its pixels. To leave it out needs no change.
 * @typedef {"allow" | "pass" | "clean"} Change
 */

/** Changes that are tried, the smallest first. @type {Change[][]} */
const REMEDIES = [["allow"], ["pass"], ["allow", "pass"], ["clean"]];

/** Forecasts of one policy. */
export class Forecaster {
  #rules;
  #policy;
  #allowed;
  #storage;
  #cleans;
  /** @type {Map<string, string>} SOP Class -> the reason that it gives */ #reasons = new Map();
  /** @type {Map<string, Forecaster>} of the policy with changes in it, by these and the SOP Class */ #changed =
    new Map();

  /** @param {Rules} rules @param {Chosen} policy */
  constructor(rules, policy) {
    this.#rules = rules;
    this.#policy = policy;
    this.#allowed = new Set(policy.allow_sop_classes);
    this.#storage = rules.storage;
    this.#cleans = policy.options.includes(rules.pixel_option);
  }

  /** @param {Facts} facts @returns {Forecast} */
  of(facts) {
    if (facts.end) return { outcome: this.#rules.statuses[facts.end], reason: facts.end, open: "" };
    let doubt = "";
    /** @type {Forecast["open"]} */ let open = "";
    for (const { reason, sure } of this.#objections(facts)) {
      if (!sure) open = "header";
      else if (this.#answered(reason, facts)) doubt ||= reason;
      else return { outcome: "withheld", reason, open: "" };
    }
    if (doubt) return { outcome: "written", reason: doubt, open: "pixels" };
    return { outcome: "written", reason: facts.head ? "FACE_CAN_BE_REBUILT" : "", open };
  }

  /** Whether a review of its pixels answers a reason. @param {string} reason @param {Facts} facts */
  #answered(reason, { picture }) {
    return picture !== false && this.#cleans && this.#rules.cleanable.includes(reason);
  }

  /** The reasons why the policy does not write a kind, and whether they are sure. @param {Facts} facts @returns {Generator<{reason: string, sure: boolean}>} */
  *#objections({ sopClass, head, overlay, signs, maybe, sound, excess }) {
    const { pass_burned_in, withhold_faces } = this.#policy;
    const allowed = this.#allowed.has(sopClass ?? "");
    const kind = allowed ? "" : this.#reasonOf(sopClass ?? "");
    if (kind) yield { reason: kind, sure: sopClass !== null };
    if (withhold_faces && head !== false) yield { reason: "FACE_WITHHELD", sure: head === true };
    if (overlay !== false) yield { reason: "OVERLAY_IN_PIXELS", sure: overlay === true };
    if (excess) yield { reason: "PIXELS_TOO_LONG", sure: false };
    if (pass_burned_in) return;
    for (const [reason, saysSo] of signs) if (saysSo || !allowed) yield { reason, sure: true };
    for (const [reason, saysSo] of maybe) if (saysSo || !allowed) yield { reason, sure: false };
    if (sound !== false && !allowed) yield { reason: this.#rules.sound.reason, sure: sound === true };
  }

  /** The reason that a SOP Class gives, "" if none. @param {string} uid */
  #reasonOf(uid) {
    const known = this.#reasons.get(uid) ?? this.#reasonFor(uid);
    this.#reasons.set(uid, known);
    return known;
  }

  /** @param {string} uid */
  #reasonFor(uid) {
    if (this.#storage.allowed.includes(uid)) return "";
    if (this.#storage.withheld.includes(uid)) return "SOP_CLASS_WITHHELD";
    return !uid || uid.startsWith(this.#rules.standard_root) ? "UNKNOWN_SOP_CLASS" : "PRIVATE_SOP_CLASS";
  }

  /**
   * Changes of the policy each of which lets a withheld kind be written; none is a part of another.
   * @param {Facts} facts
   * @returns {Change[][]}
   */
  remedies(facts) {
    /** @type {Change[][]} */ const found = [];
    if (facts.end || this.of(facts).outcome !== "withheld") return found;
    for (const changes of REMEDIES) {
      if (found.some((smaller) => smaller.every((change) => changes.includes(change)))) continue;
      if (this.#with(changes, facts).of(facts).outcome === "written") found.push(changes);
    }
    return found;
  }

  /** @param {Change[]} changes @param {Facts} facts */
  #with(changes, facts) {
    const name = `${changes} ${changes.includes("allow") ? facts.sopClass : ""}`;
    const changed =
      this.#changed.get(name) ?? new Forecaster(this.#rules, changedBy(changes, this.#policy, facts, this.#rules));
    this.#changed.set(name, changed);
    return changed;
  }
}

/**
 * A policy with a remedy in it.
 * @template {Chosen} P
 * @param {Change[]} changes
 * @param {P} policy
 * @param {Pick<Facts, "sopClass">} facts
 * @param {Rules} rules
 * @returns {P}
 */
export function changedBy(changes, policy, { sopClass }, rules) {
  const changed = { ...policy };
  if (changes.includes("allow") && sopClass)
    changed.allow_sop_classes = [...new Set([...policy.allow_sop_classes, sopClass])];
  if (changes.includes("pass")) changed.pass_burned_in = true;
  if (changes.includes("clean")) changed.options = [...new Set([...policy.options, rules.pixel_option])];
  return changed;
}

/** The rules, from the site. @returns {Promise<Rules>} */
export async function loadRules() {
  const response = await fetch(new URL("../../tables/forecast.json", import.meta.url));
  if (!response.ok) throw new Error("tables/forecast.json cannot be had");
  return response.json();
}
