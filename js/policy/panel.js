// @ts-check
/** <policy-panel>: the form of the policy: profile options, SOP Classes to allow, rules, detail of the log. */
import { on, send } from "../intents.js";
import { copyOf, one, part } from "../page/dom.js";
import { counted } from "../page/format.js";
import { OLDER } from "../page/project-key.js";
import { stateOf } from "../page/steps.js";
import { OFFERED, OPTION } from "../pixels/offer.js";
import { plainPolicy } from "../state.js";
import { PassphraseField } from "./passphrase-field.js";
import { same, wordsOf } from "./policy.js";
import { PolicyFile } from "./policy-file.js";
import { RuleDialog } from "./rule-dialog.js";
import { PolicyRules } from "./rule-list.js";
import { PolicyText } from "./text-dialog.js";

/**
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {import("../page/tables.js").Tables} Tables
 * @typedef {import("../page/tables.js").SopClass} SopClass
 */

const UID = /^[0-2](\.(0|[1-9]\d*))+$/;
const UID_LETTERS = 64;
const HINT = "For example a vendor’s private kind; several with spaces between.";
/** Whose dispositions of private elements may count, as a policy says it. */
const TCIA = "tcia";

export class PolicyPanel extends HTMLElement {
  #policy = plainPolicy();
  /** As the controls say it: what comes back is not written into them again. */ #said = this.#policy;
  /** @type {import("../state.js").Phase} */ #phase = "choose";

  /** @type {Map<string, string[]>} option -> those that it excludes: choosing one takes the others back */
  #excludes = new Map();

  connectedCallback() {
    const form = part(this, "form", HTMLFormElement);
    form.addEventListener("submit", (event) => event.preventDefault()); // Return in a field starts nothing
    form.addEventListener("change", (event) => {
      const input = event.target;
      if (input instanceof HTMLInputElement && !this.#passphrase.contains(input)) this.#changed(input);
    });
    on("rules-edited", (attribute) => send(this, "policy-loaded", { ...this.#policy, attribute }), this);
    for (const use of /** @type {const} */ (["start", "policy-wanted"])) on(use, () => this.#pointAtWrong());
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["policy"], ({ policy }) => {
      this.#policy = policy;
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
    one(this, "policy-file", PolicyFile).follow(store);
  }

  get #passphrase() {
    return one(this, "passphrase-field", PassphraseField);
  }

  /** While a run goes on, and after it, one line stands for the form. */
  get #isClosed() {
    return this.#phase === "running" || this.#phase === "finished";
  }

  /** @param {import("./policy.js").Read} read */
  readWith(read) {
    one(this, "policy-file", PolicyFile).read = read;
    one(this, "policy-text", PolicyText).read = read;
    one(this, "rule-dialog", RuleDialog).read = read;
  }

  /** @param {Tables} tables */
  setTables({ options, sopClasses }) {
    const offered = options.filter(({ name }) => OFFERED || name !== OPTION);
    this.#excludes = new Map(options.map(({ name, excludes = [] }) => [name, excludes]));
    part(this, "options", HTMLElement).replaceChildren(
      ...offered.map(({ name, title, sentence }) => choice("option", name, title, sentence)),
    );
    const withheld = sopClasses.filter((sopClass) => sopClass.default === "withheld");
    const groups = Map.groupBy(withheld, ({ reason }) => reason);
    part(this, "sop-classes", HTMLElement).replaceChildren(
      ...[...groups].map(([reason, classes]) => sopClassGroup(reason, classes)),
    );
    this.#write();
    this.#show();
  }

  /** The policy is about to be used or saved: of a field that holds what is no UID, the keyboard goes there. */
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
      verbose,
      private_dispositions,
      pseudonyms,
    } = this.#policy;
    for (const input of this.#inputs("option")) input.checked = options.includes(input.value);
    for (const input of this.#inputs("sop-class")) input.checked = allowed.includes(input.value);
    const listed = this.#checked("sop-class").map(({ value }) => value);
    part(this, "other-uids", HTMLInputElement).value = allowed.filter((uid) => !listed.includes(uid)).join(" ");
    part(this, "pass-burned-in", HTMLInputElement).checked = pass_burned_in;
    part(this, "verbose", HTMLInputElement).checked = verbose;
    part(this, "dispositions", HTMLInputElement).checked = private_dispositions === TCIA;
    part(this, "older", HTMLInputElement).checked = pseudonyms === OLDER;
    one(this, "policy-rules", PolicyRules).show(this.#policy.attribute ?? []);
  }

  /** The line that stands for the form, and for a policy that was loaded before the form is there. */
  #summarise() {
    const early = stateOf(this.#phase, "policy") === "quiet" && !same(this.#policy, plainPolicy());
    const titles = this.#checked("option").map((input) => input.dataset.title ?? "");
    part(this, "summary", HTMLElement).textContent = wordsOf(this.#policy, titles);
    part(this, "summary", HTMLElement).hidden = !this.#isClosed && !early;
  }

  /** The form says something else than before. @param {HTMLInputElement} changed */
  #changed(changed) {
    const excluded = (changed.checked && this.#excludes.get(changed.value)) || [];
    for (const input of this.#checked("option")) {
      if (excluded.includes(input.value)) input.checked = false;
    }
    const { uids, bad } = this.#validate();
    const { pseudonyms: _, ...others } = this.#policy;
    this.#said = {
      ...others,
      options: this.#checked("option").map(({ value }) => value),
      allow_sop_classes: [...new Set([...this.#checked("sop-class").map(({ value }) => value), ...uids])],
      pass_burned_in: part(this, "pass-burned-in", HTMLInputElement).checked,
      verbose: part(this, "verbose", HTMLInputElement).checked,
      private_dispositions: part(this, "dispositions", HTMLInputElement).checked ? TCIA : "",
      ...(part(this, "older", HTMLInputElement).checked ? { pseudonyms: OLDER } : {}),
    };
    send(this, "policy-edited", { policy: this.#said, error: bad === undefined ? "" : "BAD_UID" });
  }

  /** Shows what is not a control of its own. */
  #show() {
    this.#validate();
    this.#tally();
    this.#summarise();
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
    const rules = this.#policy.attribute?.length ?? 0;
    part(this, "allowed-tally", HTMLElement).textContent = allowed > 0 ? `${allowed} allowed` : "none allowed";
    part(this, "attribute-tally", HTMLElement).textContent = rules > 0 ? counted(rules, "rule") : "none";
  }

  /** @param {"option" | "sop-class"} name @returns {HTMLInputElement[]} */
  #inputs(name) {
    return [...this.querySelectorAll(`input[name="${name}"]`)].filter((node) => node instanceof HTMLInputElement);
  }

  /** @param {"option" | "sop-class"} name */
  #checked(name) {
    return this.#inputs(name).filter(({ checked }) => checked);
  }
}

/** @param {string} text */
function isUid(text) {
  return UID.test(text) && text.length <= UID_LETTERS;
}

/**
 * @param {"option" | "sop-class"} name
 * @param {string} value
 * @param {string} title
 * @param {string} sentence
 */
function choice(name, value, title, sentence) {
  const label = copyOf("option", HTMLLabelElement);
  const input = one(label, "input", HTMLInputElement);
  Object.assign(input, { name, value });
  input.dataset.title = title;
  one(label, "b", HTMLElement).textContent = title;
  one(label, ".hint", HTMLElement).textContent = sentence;
  return label;
}

/**
 * The classes that are withheld for one reason.
 * @param {string} reason
 * @param {SopClass[]} classes
 */
function sopClassGroup(reason, classes) {
  const group = document.createElement("fieldset");
  const legend = document.createElement("legend");
  group.className = "sop-classes";
  legend.textContent = reason;
  const title = (/** @type {SopClass} */ { name, retired }) => (retired ? `${name} (retired)` : name);
  group.append(legend, ...classes.map((sopClass) => choice("sop-class", sopClass.uid, title(sopClass), sopClass.uid)));
  return group;
}

customElements.define("policy-panel", PolicyPanel);
