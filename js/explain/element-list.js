// @ts-check
/** <what-if>: what would come of one file: the outcome, and each data element before and after. Stored nowhere. */

import { contentOf, part } from "../page/dom.js";
import { count, counted } from "../page/format.js";
import { ElementRows } from "./element-rows.js";

/**
 * @typedef {import("../../worker/shared/protocol/python.js").Explanation} Explanation
 * @typedef {import("../../worker/shared/protocol/python.js").ExplainedElement} ExplainedElement
 */

export const WOULD = {
  written: "would be written",
  withheld: "would be withheld",
  skipped: "would be skipped",
  failed: "would fail",
};
const AS_IF = "Its elements are shown as they would be without that.";
/** After the last key of the filter, before the rows change, in milliseconds. */
const PAUSE = 120;
/** Of the elements to show: those that the rule decides that is being written. */
const MINE = "rule";

export class WhatIf extends HTMLElement {
  /** @type {ElementRows | null} */ #rows = null;
  /** @type {ExplainedElement[]} */ #elements = [];
  /** Name of the rule that is being written; "": none. */ #rule = "";
  /** Which rows are to be shown. */ #chosen = "all";
  /** @type {number | undefined} */ #timer;

  connectedCallback() {
    this.replaceChildren(contentOf("what-if"));
    this.#rows = new ElementRows(part(this, "region", HTMLElement));
    part(this, "filter", HTMLInputElement).addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#filter(), PAUSE);
    });
    part(this, "which", HTMLSelectElement).addEventListener("change", () => this.#filter());
  }

  /** Something is being worked out: what is there stays until it is done. */
  wait() {
    this.setAttribute("aria-busy", "true");
    part(this, "waiting", HTMLElement).hidden = false;
  }

  /**
   * @param {Explanation} explanation
   * @param {{madeUp: boolean, stay: boolean, rule?: string}} how   madeUp: the key is nobody's; stay: it is the same file, where
   *   one had scrolled to; rule: that is being written, of which the elements are shown, as ExplainedElement names it
   */
  show({ outcome, sop_class, elements, traceback }, { madeUp, stay, rule = "" }) {
    this.#settle();
    this.#follow(rule);
    const badge = part(this, "status", HTMLElement);
    badge.textContent = WOULD[outcome.status];
    badge.dataset.status = outcome.status;
    part(this, "kind", HTMLElement).textContent = sop_class;
    const asIf = outcome.status === "withheld" && elements.length > 0 ? AS_IF : "";
    part(this, "reason", HTMLElement).textContent = `${outcome.sentence} ${outcome.remedy} ${asIf}`.trim();
    part(this, "traceback", HTMLElement).textContent = traceback ?? "";
    part(this, "made-up", HTMLElement).hidden = !madeUp || elements.length === 0;
    part(this, "shown", HTMLElement).hidden = false;
    part(this, "listing", HTMLElement).hidden = elements.length === 0;
    this.#elements = elements;
    this.#offer();
    this.#filter({ stay });
  }

  /** What is there is that of before, and stays, since what is written now cannot be followed. */
  keep() {
    this.#settle();
  }

  /** Nothing of a file is left in the page. */
  clear() {
    this.#settle();
    this.#elements = [];
    this.#rows?.clear();
    part(this, "shown", HTMLElement).hidden = true;
    for (const name of ["kind", "reason", "traceback", "decided"]) part(this, name, HTMLElement).textContent = "";
  }

  #settle() {
    this.removeAttribute("aria-busy");
    part(this, "waiting", HTMLElement).hidden = true;
  }

  /** Shows the elements of a rule while it is written, and all of them after that, unless others were chosen. @param {string} rule */
  #follow(rule) {
    const select = part(this, "which", HTMLSelectElement);
    if (rule && !this.#rule && ["all", ""].includes(select.value)) this.#chosen = MINE;
    else this.#chosen = !rule && select.value === MINE ? "all" : select.value || "all";
    this.#rule = rule;
  }

  /** The kinds of rows that there are, to choose from; what was chosen stays. */
  #offer() {
    const select = part(this, "which", HTMLSelectElement);
    const chosen = this.#chosen;
    const mine = this.#elements.filter(({ rule }) => rule === this.#rule).length;
    part(this, "decided", HTMLElement).textContent = this.#rule && this.#elements.length > 0 ? decided(mine) : "";
    const changed = this.#elements.filter(isChanged).length;
    const counts = Map.groupBy(this.#elements, ({ became }) => became);
    const words = new Set([...counts.keys()].sort());
    if (!["all", "changed", MINE].includes(chosen)) words.add(chosen);
    const options = [
      ...(this.#rule ? [new Option(`Of this rule (${count(mine)})`, MINE)] : []),
      new Option(`All (${count(this.#elements.length)})`, "all"),
      new Option(`Changed only (${count(changed)})`, "changed"),
      ...[...words].map((word) => new Option(`${word} (${count(counts.get(word)?.length ?? 0)})`, word)),
    ];
    select.replaceChildren(...options);
    select.value = chosen;
  }

  /** @param {{stay: boolean}} [options] */
  #filter(options) {
    const which = part(this, "which", HTMLSelectElement).value;
    const text = part(this, "filter", HTMLInputElement).value.trim().toLowerCase();
    const elements = this.#elements.filter(
      (element) =>
        (which === MINE ? element.rule === this.#rule : isOf(element, which)) &&
        (!text || textOf(element).includes(text)),
    );
    this.#rows?.show(elements, options);
    const all = this.#elements.length;
    part(this, "count", HTMLElement).textContent =
      elements.length === all
        ? counted(all, "data element")
        : `${count(elements.length)} of ${counted(all, "data element")}`;
  }
}

/** @param {number} mine */
function decided(mine) {
  return mine > 0
    ? `The rule decides ${counted(mine, "data element")} of this file.`
    : "The rule decides nothing in this file.";
}

/** @param {ExplainedElement} element */
function isChanged({ effect }) {
  return effect !== "unchanged";
}

/** @param {ExplainedElement} element @param {string} which */
function isOf(element, which) {
  return which === "all" || (which === "changed" ? isChanged(element) : element.became === which);
}

/** All that one can look for in a row. @param {ExplainedElement} element */
function textOf({ path, keyword, name, vr, rule, why, became, before, after }) {
  return [path, keyword, name, vr, rule, why, became, before, after].join("\n").toLowerCase();
}

customElements.define("what-if", WhatIf);
