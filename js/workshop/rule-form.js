// @ts-check
/** <rule-form>: one rule of a policy, made or changed: told with each change, and checked by Python before it is taken. */
import { send } from "../intents.js";
import { one, part } from "../page/dom.js";
import { noteOf } from "../page/problem.js";
import { KINDS, kindOf } from "../policy/policy.js";
import { plainPolicy } from "../state.js";
import { nearButton } from "./nearest.js";

/**
 * @typedef {import("../policy/policy.js").Rule} Rule
 * @typedef {import("../policy/policy.js").Read} Read
 * @typedef {import("../../worker/shared/protocol/policy.js").PolicyProblem} PolicyProblem
 */

/** Sentence for each field that must not be empty. @type {Record<string, string>} */
const ASKED = {
  match: "Which attribute? Give its keyword or its tag.",
  vr: "Which VR? It has two letters.",
  pattern: "Which tags? Give their form.",
  creator: "Whose elements? Give the private creator as it stands in the files.",
};

export class RuleForm extends HTMLElement {
  /** @type {Read} */
  read = async () => ({ problems: [] });

  connectedCallback() {
    const form = this.#form;
    part(this, "cancel", HTMLButtonElement).addEventListener("click", () => this.#end(null));
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#check();
    });
  }

  /** @param {Rule | null} rule   null: a new one */
  open(rule) {
    this.#form.reset();
    part(this, "title", HTMLElement).textContent = rule ? "Change rule" : "Add rule";
    part(this, "accept", HTMLElement).textContent = rule ? "Change in the policy" : "Add to the policy";
    if (rule) this.#fill(rule);
    this.#arrange();
    this.#clear();
    this.#form.hidden = false;
    this.#shown()[0].focus();
  }

  /** Says beside the fields what the trial on the sample found wrong; the keyboard stays where it is. @param {PolicyProblem[]} problems */
  judge(problems) {
    this.#clear();
    for (const problem of problems) this.#wrong(problem, this.#fieldOf(problem));
  }

  #changed() {
    this.#arrange();
    this.#clear();
    send(this, "rule-written", this.#empty ? null : this.#rule);
  }

  /** The field that must not be empty, and is. */
  get #empty() {
    return this.#shown().find(({ name, value }) => KINDS.some((kind) => kind === name) && !value.trim());
  }

  /** @param {Rule} rule */
  #fill(rule) {
    one(this, `[name="kind"][value="${kindOf(rule)}"]`, HTMLInputElement).checked = true;
    const action = rule.value === undefined ? rule.action : "value";
    one(this, `[name="action"][value="${action}"]`, HTMLInputElement).checked = true;
    for (const input of this.#texts()) input.value = rule[/** @type {keyof Rule} */ (input.name)] ?? "";
  }

  /** Shows the fields that belong to the kind and the action. */
  #arrange() {
    const { kind, action } = this.#chosen;
    for (const field of this.querySelectorAll(".field[data-kind]")) {
      if (field instanceof HTMLElement) field.hidden = field.dataset.kind !== kind;
    }
    part(this, "value-field", HTMLElement).hidden = action !== "value";
  }

  get #chosen() {
    const data = new FormData(this.#form);
    return { kind: String(data.get("kind")), action: String(data.get("action")) };
  }

  /** @returns {Rule} */
  get #rule() {
    const { kind, action } = this.#chosen;
    const text = Object.fromEntries(this.#texts().map(({ name, value }) => [name, value.trim()]));
    const { value, reason, element } = text;
    return {
      [kind]: text[kind],
      ...(kind === "creator" && element ? { element } : {}),
      ...(action === "value" ? { value } : { action }),
      ...(reason ? { reason } : {}),
    };
  }

  async #check() {
    this.#clear();
    const empty = this.#empty;
    if (empty) return this.#wrong({ line: 0, word: "", text: ASKED[empty.name], near: "" }, empty).focus();
    const rule = this.#rule;
    const accept = part(this, "accept", HTMLButtonElement);
    accept.disabled = true;
    try {
      const text = JSON.stringify({ ...plainPolicy(), attribute: [rule] });
      const reading = await this.read("rule.json", text, part(this, "waiting", HTMLElement));
      if (this.#form.hidden) return;
      if (!("problems" in reading)) return this.#end(rule);
      this.#clear(); // the trial may have said the same meanwhile
      for (const problem of reading.problems) this.#wrong(problem, this.#fieldOf(problem)).focus();
    } catch (error) {
      noteOf(this).showError(error);
    } finally {
      accept.disabled = false;
    }
  }

  /** @param {Rule | null} rule   null: nothing is to change */
  #end(rule) {
    this.#form.hidden = true;
    if (rule) send(this, "rule-taken", rule);
    else send(this, "rule-left");
  }

  /** The field that a problem is about; null: the action. @param {PolicyProblem} problem */
  #fieldOf({ word }) {
    const fields = this.#shown();
    return (
      fields.find(({ value }) => value.trim() === word) ??
      fields.find(({ value }) => value.trim().split("/").includes(word)) ??
      fields.find(({ name }) => name === word) ??
      null
    );
  }

  /**
   * Says at a field what is wrong, with the word that was perhaps meant.
   * @param {PolicyProblem} problem
   * @param {HTMLInputElement | null} field
   * @returns {HTMLInputElement} where it can be mended
   */
  #wrong({ text, word, near }, field) {
    const place = one(this, `#rule-${field?.name ?? "action"}-wrong`, HTMLElement);
    place.replaceChildren(text);
    const target = field ?? one(this, '[name="action"]:checked', HTMLInputElement);
    field?.setAttribute("aria-invalid", "true");
    if (!field || !near) return target;
    const replace = () => {
      field.value = field.value.replace(word, () => near);
      this.#changed();
      field.focus();
    };
    place.append(" ", nearButton(near, replace));
    return target;
  }

  #clear() {
    noteOf(this).clear();
    for (const place of this.querySelectorAll(".wrong")) place.replaceChildren();
    for (const input of this.#texts()) input.removeAttribute("aria-invalid");
  }

  /** @returns {HTMLInputElement[]} */
  #texts() {
    return /** @type {HTMLInputElement[]} */ ([...this.querySelectorAll('input[type="text"]')]);
  }

  /** The text fields in sight. */
  #shown() {
    return this.#texts().filter((input) => !input.closest("[hidden]"));
  }

  get #form() {
    return part(this, "form", HTMLFormElement);
  }
}

customElements.define("rule-form", RuleForm);
