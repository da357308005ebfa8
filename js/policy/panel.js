// @ts-check
/** <policy-panel>: passphrase, profile options, kinds of objects to allow, and the log's detail. */

import { copyOf, one, part, tell } from "../page/dom.js";
import { counted } from "../page/format.js";
import { Problem } from "../page/problem.js";
import { plainPolicy, same, wordsOf } from "./policy.js";
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
  /** @type {Policy} the one truth: the controls show it, and change it */
  #policy = plainPolicy();

  /** @type {Map<string, string[]>} option -> those that it excludes: choosing one takes the others back */
  #excludes = new Map();

  connectedCallback() {
    const form = part(this, "form", HTMLFormElement);
    form.addEventListener("submit", (event) => event.preventDefault()); // Return in a field starts nothing
    form.addEventListener("change", (event) => {
      const input = event.target;
      if (input instanceof HTMLInputElement && input.dataset.part !== "passphrase") this.#changed(input);
    });
    const show = part(this, "show", HTMLButtonElement);
    show.addEventListener("click", () => this.#reveal(show.getAttribute("aria-pressed") !== "true"));
    this.addEventListener("rules-edited", (event) => {
      const attribute = /** @type {CustomEvent} */ (event).detail;
      this.setPolicy({ ...this.#policy, attribute });
    });
    this.addEventListener("policy-loaded", (event) => this.setPolicy(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {import("./policy.js").Read} read */
  readWith(read) {
    one(this, "policy-file", PolicyFile).read = read;
    one(this, "policy-text", PolicyText).read = read;
    one(this, "rule-dialog", RuleDialog).read = read;
  }

  /** @param {Tables} tables */
  setTables({ options, sopClasses }) {
    this.#excludes = new Map(options.map(({ name, excludes = [] }) => [name, excludes]));
    part(this, "options", HTMLElement).replaceChildren(
      ...options.map(({ name, title, sentence }) => choice("option", name, title, sentence)),
    );
    const withheld = sopClasses.filter((sopClass) => sopClass.default === "withheld");
    const groups = Map.groupBy(withheld, ({ reason }) => reason);
    part(this, "sop-classes", HTMLElement).replaceChildren(
      ...[...groups].map(([reason, classes]) => sopClassGroup(reason, classes)),
    );
    this.setPolicy(this.#policy);
  }

  /** @param {File} file */
  load(file) {
    return one(this, "policy-file", PolicyFile).load(file);
  }

  get passphrase() {
    return part(this, "passphrase", HTMLInputElement).value;
  }

  /** A key that was made stays in the field, so that the next run of this visit goes with it. @param {string} made */
  fill(made) {
    part(this, "passphrase", HTMLInputElement).value = made;
    part(this, "passphrase-hint", HTMLElement).textContent =
      "This is the key that was made for your last run. Empty the field to get another one.";
  }

  get policy() {
    return this.#policy;
  }

  /** The policy to be used or saved. Throws a Problem when one of the other SOP Class UIDs is none. @returns {Policy} */
  complete() {
    if (this.#validate().bad !== undefined) {
      const field = part(this, "other-uids", HTMLInputElement);
      /** @type {HTMLDetailsElement} */ (field.closest("details")).open = true;
      field.focus();
      throw new Problem("BAD_UID");
    }
    return this.#policy;
  }

  /** Shows another policy in the place of what was there; tells it as `policy-changed`. @param {Policy} policy */
  setPolicy(policy) {
    this.#policy = policy;
    const { options, allow_sop_classes: allowed, pass_burned_in, verbose } = policy;
    for (const input of this.#inputs("option")) input.checked = options.includes(input.value);
    for (const input of this.#inputs("sop-class")) input.checked = allowed.includes(input.value);
    const listed = this.#checked("sop-class").map(({ value }) => value);
    part(this, "other-uids", HTMLInputElement).value = allowed.filter((uid) => !listed.includes(uid)).join(" ");
    part(this, "pass-burned-in", HTMLInputElement).checked = pass_burned_in;
    part(this, "verbose", HTMLInputElement).checked = verbose;
    part(this, "dispositions", HTMLInputElement).checked = policy.private_dispositions === TCIA;
    one(this, "policy-rules", PolicyRules).show(this.#policy.attribute ?? []);
    this.#show();
  }

  /** While a run goes on, and after it, one line stands for the form. @param {boolean} closed */
  close(closed) {
    part(this, "form", HTMLFormElement).hidden = closed;
    one(this, "policy-file", PolicyFile).close(closed);
    this.#summarise();
    this.#reveal(false);
  }

  /** The line that stands for the form, and for a policy that was loaded before the form is there. */
  #summarise() {
    const closed = part(this, "form", HTMLFormElement).hidden;
    const early = this.dataset.state === "quiet" && !same(this.#policy, plainPolicy());
    const titles = this.#checked("option").map((input) => input.dataset.title ?? "");
    part(this, "summary", HTMLElement).textContent = wordsOf(this.#policy, titles);
    part(this, "summary", HTMLElement).hidden = !closed && !early;
  }

  /** The form says something else than before. @param {HTMLInputElement} changed */
  #changed(changed) {
    const others = (changed.checked && this.#excludes.get(changed.value)) || [];
    for (const input of this.#checked("option")) {
      if (others.includes(input.value)) input.checked = false;
    }
    this.#policy = {
      ...this.#policy,
      options: this.#checked("option").map(({ value }) => value),
      allow_sop_classes: [
        ...new Set([...this.#checked("sop-class").map(({ value }) => value), ...this.#validate().uids]),
      ],
      pass_burned_in: part(this, "pass-burned-in", HTMLInputElement).checked,
      verbose: part(this, "verbose", HTMLInputElement).checked,
      private_dispositions: part(this, "dispositions", HTMLInputElement).checked ? TCIA : "",
    };
    this.#show();
  }

  /** What is not a control of its own, and the news. */
  #show() {
    this.#validate();
    this.#tally();
    this.#summarise();
    one(this, "policy-file", PolicyFile).show(this.#policy);
    tell(this, "policy-changed", this.#policy);
  }

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

  /** @param {boolean} shown */
  #reveal(shown) {
    part(this, "show", HTMLButtonElement).setAttribute("aria-pressed", String(shown));
    part(this, "passphrase", HTMLInputElement).type = shown ? "text" : "password";
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
