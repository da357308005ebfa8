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

export class WhatIf extends HTMLElement {
  /** @type {ElementRows | null} */ #rows = null;
  /** @type {ExplainedElement[]} */ #elements = [];
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
   * @param {{madeUp: boolean, stay: boolean}} how   madeUp: the key is nobody's; stay: it is the same file, where one had scrolled to
   */
  show({ outcome, sop_class, elements, traceback }, { madeUp, stay }) {
    this.#settle();
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

  /** Nothing of a file is left in the page. */
  clear() {
    this.#settle();
    this.#elements = [];
    this.#rows?.clear();
    part(this, "shown", HTMLElement).hidden = true;
    for (const name of ["kind", "reason", "traceback"]) part(this, name, HTMLElement).textContent = "";
  }

  #settle() {
    this.removeAttribute("aria-busy");
    part(this, "waiting", HTMLElement).hidden = true;
  }

  /** The kinds of rows that there are, to choose from; what was chosen stays. */
  #offer() {
    const select = part(this, "which", HTMLSelectElement);
    const chosen = select.value || "all";
    const changed = this.#elements.filter(isChanged).length;
    const counts = Map.groupBy(this.#elements, ({ became }) => became);
    const words = new Set([...counts.keys()].sort());
    if (chosen !== "all" && chosen !== "changed") words.add(chosen);
    const options = [
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
      (element) => isOf(element, which) && (!text || textOf(element).includes(text)),
    );
    this.#rows?.show(elements, options);
    const all = this.#elements.length;
    part(this, "count", HTMLElement).textContent =
      elements.length === all
        ? counted(all, "data element")
        : `${count(elements.length)} of ${counted(all, "data element")}`;
  }
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
