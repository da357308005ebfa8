// @ts-check
/** <rule-dialog>: one rule of a policy, made or changed, and checked by Python before it is taken. */
import { one, part } from "../page/dom.js";
import { noteOf } from "../page/problem.js";
import { plainPolicy } from "../state.js";
import { nearButton } from "./nearest.js";
import { KINDS, kindOf } from "./policy.js";

/**
 * @typedef {import("./policy.js").Rule} Rule
 * @typedef {import("./policy.js").Read} Read
 * @typedef {import("../../worker/shared/protocol/policy.js").PolicyProblem} PolicyProblem
 */

/** Sentence for each field that must not be empty. @type {Record<string, string>} */
const ASKED = {
  match: "Which attribute? Give its keyword or its tag.",
  vr: "Which VR? It has two letters.",
  pattern: "Which tags? Give their form.",
  creator: "Whose elements? Give the private creator as it stands in the files.",
};

export class RuleDialog extends HTMLElement {
  /** @type {Read} */
  read = async () => ({ problems: [] });
  /** @type {(rule: Rule | null) => void} */
  #answer = () => {};

  connectedCallback() {
    const form = part(this, "form", HTMLFormElement);
    part(this, "cancel", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#answer(null));
    form.addEventListener("change", () => this.#arrange());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#check();
    });
  }

  /** @param {Rule | null} rule   null: a new one @returns {Promise<Rule | null>}  null: nothing is to change */
  ask(rule) {
    const form = part(this, "form", HTMLFormElement);
    const words = rule ? "Change rule" : "Add rule";
    form.reset();
    for (const name of ["title", "accept"]) part(this, name, HTMLElement).textContent = words;
    if (rule) this.#fill(rule);
    this.#arrange();
    this.#clear();
    this.#dialog.showModal();
    this.#shown()[0].focus();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
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
    const data = new FormData(part(this, "form", HTMLFormElement));
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
    const empty = this.#shown().find(({ name, value }) => KINDS.some((kind) => kind === name) && !value.trim());
    if (empty) return this.#wrong({ line: 0, word: "", text: ASKED[empty.name], near: "" }, empty);
    const rule = this.#rule;
    const accept = part(this, "accept", HTMLButtonElement);
    accept.disabled = true;
    try {
      const text = JSON.stringify({ ...plainPolicy(), attribute: [rule] });
      const reading = await this.read("rule.json", text, part(this, "waiting", HTMLElement));
      if (!this.#dialog.open) return;
      if (!("problems" in reading)) return this.#accept(rule);
      for (const problem of reading.problems) this.#wrong(problem, this.#fieldOf(problem));
    } catch (error) {
      noteOf(this).showError(error);
    } finally {
      accept.disabled = false;
    }
  }

  /** @param {Rule} rule */
  #accept(rule) {
    const answer = this.#answer;
    this.#answer = () => {};
    this.#dialog.close();
    answer(rule);
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

  /** Says at a field what is wrong, with the word that was perhaps meant. @param {PolicyProblem} problem @param {HTMLInputElement | null} field */
  #wrong({ text, word, near }, field) {
    const place = one(this, `#rule-${field?.name ?? "action"}-wrong`, HTMLElement);
    place.replaceChildren(text);
    const target = field ?? one(this, '[name="action"]:checked', HTMLInputElement);
    field?.setAttribute("aria-invalid", "true");
    target.focus();
    if (!field || !near) return;
    const replace = () => {
      field.value = field.value.replace(word, () => near);
      this.#clear();
      field.focus();
    };
    place.append(" ", nearButton(near, replace));
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

  get #dialog() {
    return part(this, "dialog", HTMLDialogElement);
  }
}

customElements.define("rule-dialog", RuleDialog);
