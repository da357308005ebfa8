// @ts-check
/** <rule-result>: what a rule in Python does to the chosen file, before and after; or where it failed. */

import { part } from "../page/dom.js";
import { counted } from "../page/format.js";
import { ElementRows } from "./element-rows.js";

/** @typedef {import("../../worker/shared/protocol/python.js").ExplainedElement} ExplainedElement */

export class RuleResult extends HTMLElement {
  /** @type {ElementRows | null} */ #rows = null;

  connectedCallback() {
    this.#rows = new ElementRows(part(this, "region", HTMLElement));
  }

  wait() {
    part(this, "waiting", HTMLElement).hidden = false;
  }

  /**
   * @param {import("./explain.js").Tried} tried
   * @param {number} at   number of the rule among those of the policy, from 0
   */
  show(tried, at) {
    const failed = "error" in tried ? (tried.problems ?? []).map(wordsOf).join("\n") : (tried.traceback ?? "");
    const elements = "error" in tried || failed ? [] : tried.elements.filter(({ rule }) => isOf(rule, at));
    part(this, "traceback", HTMLElement).textContent = failed;
    part(this, "region", HTMLElement).hidden = elements.length === 0;
    this.#rows?.show(elements);
    part(this, "words", HTMLElement).textContent = failed
      ? "error" in tried
        ? "The rule cannot be used as it is."
        : "The rule failed. In a run, every file that this happens to is withheld."
      : elements.length > 0
        ? `The rule decides ${counted(elements.length, "data element")} of this file.`
        : "The rule decides nothing in this file.";
    this.dataset.result = failed ? "failed" : "";
    part(this, "shown", HTMLElement).hidden = false;
  }

  /** Nothing of a file is left in the page. */
  clear() {
    part(this, "waiting", HTMLElement).hidden = true;
    part(this, "shown", HTMLElement).hidden = true;
    for (const name of ["words", "traceback"]) part(this, name, HTMLElement).textContent = "";
    this.#rows?.clear();
  }
}

/** @param {string} rule   of an element @param {number} at */
function isOf(rule, at) {
  return rule === `python rule ${at + 1}`;
}

/** @param {import("../../worker/shared/protocol/policy.js").PolicyProblem} problem */
function wordsOf({ line, text, near }) {
  // Of code that is no Python, the text says the line; `line` is then that of the policy.
  return `${line > 0 && !text.startsWith("Line ") ? `Line ${line}: ` : ""}${text}${near ? ` Perhaps “${near}”?` : ""}`;
}

customElements.define("rule-result", RuleResult);
