// @ts-check
/** <policy-rules>: the rules of a policy, a row each in their order, to be added, edited, moved and deleted. */
import { on, send } from "../intents.js";
import { copyOf, one, part } from "../page/dom.js";
import { actionOf, spoken, whereOf } from "../policy/policy.js";
import { plainPolicy } from "../state.js";
import { RuleForm } from "./rule-form.js";

/** @typedef {import("../policy/policy.js").Rule} Rule */

export class PolicyRules extends HTMLElement {
  /** @type {Rule[]} */
  #rules = [];
  #policy = plainPolicy();
  /** The rule that is being changed; null: a new one is being written, or none. @type {Rule | null} */ #edited = null;
  /** As it stands in the form, if it can be tried. @type {Rule | null} */ #written = null;
  /** There may be thousands, and a rule that is moved stays the same. @type {WeakMap<Rule, HTMLLIElement>} */
  #rows = new WeakMap();

  connectedCallback() {
    part(this, "add", HTMLButtonElement).addEventListener("click", () => this.#edit(null));
    on("rule-written", (rule) => this.#draft(rule), this);
    on("rule-taken", (rule) => this.#take(rule), this);
    on("rule-left", () => this.#leave(), this);
    part(this, "rules", HTMLElement).addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      const row = button?.closest("li");
      if (button && row) this.#act(button.dataset.do ?? "", [...(row.parentElement?.children ?? [])].indexOf(row));
    });
  }

  /** @param {import("../state.js").Store} store @param {import("../policy/policy.js").Read} read */
  follow(store, read) {
    this.#form.read = read;
    store.subscribe(["policy"], ({ policy }) => {
      this.#policy = policy;
      this.#show(policy.attribute ?? []);
      if (this.#written) this.#draft(this.#written);
    });
    store.subscribe(["verdict"], ({ verdict, drafts }) => {
      if (verdict && verdict.policy === drafts.rules?.policy) this.#form.judge(verdict.problems);
    });
  }

  /** @param {Rule[]} rules */
  #show(rules) {
    this.#rules = rules;
    const rows = rules.map((rule, place) => {
      const row = this.#rows.get(rule) ?? rowOf(rule);
      this.#rows.set(rule, row);
      setPlace(row, rule, place, rules.length);
      return row;
    });
    part(this, "rules", HTMLElement).replaceChildren(...rows);
  }

  /** @param {string} act @param {number} place */
  #act(act, place) {
    if (act === "edit") this.#edit(this.#rules[place]);
    else this.#move(act, place);
  }

  /** Moves a rule up or down by one, or takes it out. @param {string} act @param {number} place */
  #move(act, place) {
    const rules = [...this.#rules];
    const [rule] = rules.splice(place, 1);
    const target = act === "delete" ? place : place + (act === "up" ? -1 : 1);
    if (act !== "delete") rules.splice(target, 0, rule);
    this.#change(rules);
    this.#say(act === "delete" ? "Deleted." : `Now rule ${target + 1} of ${rules.length}.`);
    this.#focus(act, Math.min(target, rules.length - 1));
  }

  /** @param {Rule | null} rule   null: a new one */
  #edit(rule) {
    this.#edited = rule;
    part(this, "add", HTMLButtonElement).hidden = true;
    this.#draft(null);
    this.#form.open(rule);
  }

  /** Place of the rule that is written; behind the last one it is a new one. */
  get #place() {
    const place = this.#edited ? this.#rules.indexOf(this.#edited) : -1;
    return place < 0 ? this.#rules.length : place;
  }

  /** The rule as it stands in the form is tried on the sample. @param {Rule | null} rule   null: there is none yet */
  #draft(rule) {
    this.#written = rule;
    const policy = rule && { ...this.#policy, attribute: this.#rules.toSpliced(this.#place, 1, rule) };
    const draft = policy && { policy, rule: `policy rule ${this.#place + 1}`, pending: true };
    send(this, "drafted", { bench: "rules", draft });
  }

  /** @param {Rule} rule */
  #take(rule) {
    const [place, added] = [this.#place, this.#place === this.#rules.length];
    this.#written = null;
    this.#change(this.#rules.toSpliced(place, 1, rule));
    this.#say(added ? `Rule ${place + 1} added.` : `Rule ${place + 1} changed.`);
    this.#close();
    if (!added) this.#focus("edit", place);
  }

  #leave() {
    const place = this.#place;
    this.#close();
    if (place < this.#rules.length) this.#focus("edit", place);
  }

  /** The form is put away. */
  #close() {
    this.#edited = null;
    this.#draft(null);
    part(this, "add", HTMLButtonElement).hidden = false;
    part(this, "add", HTMLButtonElement).focus();
  }

  /** @param {Rule[]} attribute */
  #change(attribute) {
    send(this, "policy-loaded", { ...this.#policy, attribute });
  }

  get #form() {
    return one(this, "rule-form", RuleForm);
  }

  /** The buttons are new ones: the focus goes to where it was, as near as there is one. @param {string} act @param {number} place */
  #focus(act, place) {
    const row = part(this, "rules", HTMLElement).children[place];
    const [same, other] = [`[data-do="${act}"]:enabled`, `[data-do="${act === "up" ? "down" : "up"}"]:enabled`];
    const button = row?.querySelector(same) ?? row?.querySelector(other) ?? part(this, "add", HTMLButtonElement);
    /** @type {HTMLButtonElement} */ (button).focus();
  }

  /** @param {string} words */
  #say(words) {
    part(this, "spoken", HTMLElement).textContent = words;
  }
}

/** @param {Rule} rule */
function rowOf(rule) {
  const row = copyOf("rule", HTMLLIElement);
  const [before, where, after] = whereOf(rule);
  const [words, text] = actionOf(rule);
  const [first, last] = row.querySelectorAll(".rule-words");
  const [action, value, reason] = one(row, ".rule-action", HTMLElement).children;
  first.textContent = before;
  one(row, ".rule-where", HTMLElement).textContent = where;
  last.textContent = after;
  [action.textContent, value.textContent, reason.textContent] = [words, text, rule.reason ?? ""];
  return row;
}

/**
 * Sets the names of a row's buttons and which of them work: both depend on its place.
 * @param {HTMLLIElement} row
 * @param {Rule} rule
 * @param {number} place
 * @param {number} count   of all rules
 */
function setPlace(row, rule, place, count) {
  const key = `${place} ${place === count - 1}`;
  if (row.dataset.place === key) return;
  row.dataset.place = key;
  for (const button of row.querySelectorAll("button")) {
    const act = button.dataset.do ?? "";
    button.disabled = (act === "up" && place === 0) || (act === "down" && place === count - 1);
    const name = act === "up" || act === "down" ? `Move ${act}` : button.textContent;
    button.setAttribute("aria-label", `${name}: rule ${place + 1}, ${spoken(rule)}`);
  }
}

customElements.define("policy-rules", PolicyRules);
