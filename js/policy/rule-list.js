// @ts-check
/** <policy-rules>: the rules of a policy, a row each in their order, to be added, edited, moved and deleted. */
import { send } from "../intents.js";
import { copyOf, one, part } from "../page/dom.js";
import { actionOf, spoken, whereOf } from "./policy.js";
import { RuleDialog } from "./rule-dialog.js";

/** @typedef {import("./policy.js").Rule} Rule */

export class PolicyRules extends HTMLElement {
  /** @type {Rule[]} */
  #rules = [];
  /** There may be thousands, and a rule that is moved stays the same. @type {WeakMap<Rule, HTMLLIElement>} */
  #rows = new WeakMap();

  connectedCallback() {
    part(this, "add", HTMLButtonElement).addEventListener("click", () => this.#edit(this.#rules.length));
    part(this, "rules", HTMLElement).addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      const row = button?.closest("li");
      if (button && row) this.#act(button.dataset.do ?? "", [...(row.parentElement?.children ?? [])].indexOf(row));
    });
  }

  /** @param {Rule[]} rules */
  show(rules) {
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
    if (act === "edit") this.#edit(place);
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

  /** Edits the rule at a place; behind the last one it is a new one. @param {number} place */
  async #edit(place) {
    const rule = await one(document, "rule-dialog", RuleDialog).ask(this.#rules[place] ?? null);
    if (!rule) return;
    const added = place === this.#rules.length;
    this.#change(this.#rules.toSpliced(place, 1, rule));
    this.#say(added ? `Rule ${place + 1} added.` : `Rule ${place + 1} changed.`);
    if (added) part(this, "add", HTMLButtonElement).focus();
    else this.#focus("edit", place);
  }

  /** @param {Rule[]} rules */
  #change(rules) {
    send(this, "rules-edited", rules); // the panel shows them
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
