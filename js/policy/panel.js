// @ts-check
/** <policy-panel>: the form of the policy: profile options, SOP Classes to allow, detail of the log. */
import { on, send } from "../intents.js";
import { AskFirst } from "../page/confirm.js";
import { one, part } from "../page/dom.js";
import { counted } from "../page/format.js";
import { OLDER } from "../page/project-key.js";
import { stateOf } from "../page/steps.js";
import { plainPolicy } from "../state.js";
import { checkbox, DATES, radio, sopClassGroup } from "./choices.js";
import { PassphraseField } from "./passphrase-field.js";
import { same, wordsOf } from "./policy.js";

/**
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {import("../page/tables.js").Tables} Tables
 * @typedef {import("../page/tables.js").ProfileOption} ProfileOption
 * @typedef {import("./choices.js").Control} Control
 */

const UID = /^[0-2](\.(0|[1-9]\d*))+$/;
const UID_LETTERS = 64;
const HINT = "For example a vendor’s private kind; several with spaces between.";
const PLAIN = "Nothing more than the Basic Profile of DICOM (PS3.15) keeps: the strictest choice.";
const LAST = "These are the choices that you used last.";
const LAST_WITHOUT_CODE = "These are the choices that you used last, without the rules in Python: code is not kept.";
const OTHER = "The Basic Profile of DICOM (PS3.15), and what you keep beside it.";
/** Whose dispositions of private elements may count, as a policy says it. */
const TCIA = "tcia";

export class PolicyPanel extends HTMLElement {
  #policy = plainPolicy();
  /** As the controls say it: what comes back is not written into them again. */ #said = this.#policy;
  /** @type {import("../state.js").Phase} */ #phase = "choose";

  /** @type {import("../state.js").LastUsed | null} */ #lastUsed = null;
  /** Options that have a control. @type {ProfileOption[]} */ #offered = [];

  connectedCallback() {
    const form = part(this, "form", HTMLFormElement);
    form.addEventListener("submit", (event) => event.preventDefault()); // Return in a field starts nothing
    form.addEventListener("change", (event) => {
      const input = event.target;
      if (input instanceof HTMLInputElement && !this.#passphrase.contains(input)) this.#changed();
    });
    part(this, "reset", HTMLButtonElement).addEventListener("click", () => this.#reset());
    part(this, "imported-lines", HTMLButtonElement).addEventListener("click", () =>
      send(this, "workshop-shown", "file"),
    );
    on("start", () => this.#pointAtWrong());
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["policy", "lastUsed"], ({ policy, lastUsed }) => {
      this.#policy = policy;
      this.#lastUsed = lastUsed;
      if (policy !== this.#said) this.#write();
      this.#show();
    });
    this.#passphrase.follow(store);
    store.subscribe(["phase"], ({ phase }) => {
      this.#phase = phase;
      part(this, "form", HTMLFormElement).hidden = this.#isClosed;
      this.#summarise();
      this.#passphrase.reveal(false);
    });
    store.subscribe(["policyKept", "phase"], ({ policyKept: { imported } }) => {
      part(this, "imported", HTMLElement).hidden = imported === null || this.#isClosed;
      const words = part(this, "imported-words", HTMLElement);
      words.textContent = imported?.words ?? "";
      words.toggleAttribute("data-short", imported?.short);
    });
  }

  get #passphrase() {
    return one(this, "passphrase-field", PassphraseField);
  }

  /** While a run goes on, and after it, one line stands for the form. */
  get #isClosed() {
    return this.#phase === "running" || this.#phase === "finished";
  }

  /** @param {Tables} tables */
  setTables({ options, sopClasses }) {
    this.#offered = options;
    const groups = Map.groupBy(this.#offered, ({ group }) => group);
    for (const [name, members] of groups) {
      const group = one(this, `[data-group="${name}"]`, HTMLElement);
      // Of the dates one answer is right: from nothing to all, and the table begins with all.
      if (name === DATES) group.append(...members.toReversed().map(radio));
      else group.prepend(...members.map(checkbox));
    }
    const withheld = sopClasses.filter((sopClass) => sopClass.default === "withheld");
    const kinds = Map.groupBy(withheld, ({ reason }) => reason);
    part(this, "sop-classes", HTMLElement).replaceChildren(
      ...[...kinds].map(([reason, classes]) => sopClassGroup(reason, classes)),
    );
    this.#write();
    this.#show();
  }

  /** The default policy; one with rules, which somebody has written, is asked about first. */
  async #reset() {
    const { attribute = [], python = [] } = this.#policy;
    const rules = attribute.length + python.length;
    const question = {
      title: "Reset what to keep?",
      text: `${counted(rules, "rule")} of this policy will be gone, unless you have saved the policy.`,
      yes: "Reset",
      danger: true,
    };
    if (rules > 0 && !(await one(document, "ask-first", AskFirst).ask(question))) return;
    send(this, "policy-reset");
    one(this, "h2", HTMLElement).focus(); // the button is gone
  }

  /** The policy is about to be used: of a field that holds what is no UID, the keyboard goes there. */
  #pointAtWrong() {
    if (this.#validate().bad === undefined) return;
    const field = part(this, "other-uids", HTMLInputElement);
    /** @type {HTMLDetailsElement} */ (field.closest("details")).open = true;
    field.focus();
  }

  /** Writes the policy into the controls. */
  #write() {
    const {
      options,
      allow_sop_classes: allowed,
      pass_burned_in,
      withhold_faces,
      verbose,
      private_dispositions,
      pseudonyms,
    } = this.#policy;
    for (const input of this.#inputs("option")) input.checked = options.includes(input.value);
    const dates = this.#inputs(DATES);
    const kept = dates.find(({ value }) => options.includes(value))?.value ?? "";
    for (const input of dates) input.checked = input.value === kept;
    for (const input of this.#inputs("sop-class")) input.checked = allowed.includes(input.value);
    const listed = this.#checked("sop-class").map(({ value }) => value);
    part(this, "other-uids", HTMLInputElement).value = allowed.filter((uid) => !listed.includes(uid)).join(" ");
    part(this, "pass-burned-in", HTMLInputElement).checked = pass_burned_in;
    part(this, "faces", HTMLInputElement).checked = withhold_faces ?? false;
    part(this, "verbose", HTMLInputElement).checked = verbose;
    part(this, "dispositions", HTMLInputElement).checked = private_dispositions === TCIA;
    part(this, "older", HTMLInputElement).checked = pseudonyms === OLDER;
  }

  /** The line that stands for the form, and for a policy that was loaded before the form is there. */
  #summarise() {
    const early = stateOf(this.#phase, "policy") === "quiet" && !same(this.#policy, plainPolicy());
    const words = wordsOf(this.#policy, this.#offered);
    part(this, "summary", HTMLElement).textContent = early && this.#isLast ? `As last time: ${words}` : words;
    part(this, "summary", HTMLElement).hidden = !this.#isClosed && !early;
  }

  /** The policy is that of an earlier visit, as it was. */
  get #isLast() {
    return this.#lastUsed !== null && same(this.#policy, this.#lastUsed.policy);
  }

  /** Where the choices come from. */
  get #standing() {
    if (same(this.#policy, plainPolicy())) return PLAIN;
    if (!this.#isLast) return OTHER;
    return this.#lastUsed?.code ? LAST_WITHOUT_CODE : LAST;
  }

  /** The form says something else than before. */
  #changed() {
    const { uids, bad } = this.#validate();
    const { pseudonyms: _, withhold_faces: __, ...others } = this.#policy;
    const chosen = [...this.#checked("option"), ...this.#checked(DATES)].map(({ value }) => value).filter(Boolean);
    this.#said = {
      ...others,
      options: chosen,
      allow_sop_classes: [...new Set([...this.#checked("sop-class").map(({ value }) => value), ...uids])],
      pass_burned_in: part(this, "pass-burned-in", HTMLInputElement).checked,
      verbose: part(this, "verbose", HTMLInputElement).checked,
      private_dispositions: part(this, "dispositions", HTMLInputElement).checked ? TCIA : "",
      ...(part(this, "faces", HTMLInputElement).checked ? { withhold_faces: true } : {}),
      ...(part(this, "older", HTMLInputElement).checked ? { pseudonyms: OLDER } : {}),
    };
    send(this, "policy-edited", { policy: this.#said, error: bad === undefined ? "" : "BAD_UID" });
  }

  /** Shows what is not a control of its own. */
  #show() {
    this.#validate();
    this.#tally();
    this.#summarise();
    part(this, "standing", HTMLElement).textContent = this.#standing;
    part(this, "reset", HTMLElement).hidden = this.#standing === PLAIN;
  }

  /** Says at the field of other SOP Class UIDs what is no UID. */
  #validate() {
    const field = part(this, "other-uids", HTMLInputElement);
    const uids = field.value.split(/[\s,;]+/).filter(Boolean);
    const bad = uids.find((uid) => !isUid(uid));
    field.setAttribute("aria-invalid", String(bad !== undefined));
    part(this, "other-uids-hint", HTMLElement).textContent = bad
      ? `“${bad}” is not a UID: digits and dots only.`
      : HINT;
    return { uids: uids.filter(isUid), bad };
  }

  #tally() {
    const allowed = this.#policy.allow_sop_classes.length;
    part(this, "allowed-tally", HTMLElement).textContent = allowed > 0 ? `${allowed} allowed` : "none allowed";
  }

  /** @param {Control} name @returns {HTMLInputElement[]} */
  #inputs(name) {
    return [...this.querySelectorAll(`input[name="${name}"]`)].filter((node) => node instanceof HTMLInputElement);
  }

  /** @param {Control} name */
  #checked(name) {
    return this.#inputs(name).filter(({ checked }) => checked);
  }
}

/** @param {string} text */
function isUid(text) {
  return UID.test(text) && text.length <= UID_LETTERS;
}

customElements.define("policy-panel", PolicyPanel);
