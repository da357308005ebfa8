// @ts-check
/** Rows of data elements, before and after: as many as are in sight, more as one scrolls. Values are in these rows only. */

import { copyOf, one, part } from "../page/dom.js";
import { count, counted } from "../page/format.js";

/** @typedef {import("../../worker/shared/protocol/python.js").ExplainedElement} ExplainedElement */

/** Rows made at a time. A multi-frame header has tens of thousands. */
const ROWS = 150;
/** Characters of a value shown at once; the rest on demand. */
const SHORT = 120;
const AFTERWARDS = { unchanged: "the same", emptied: "empty", removed: "", changed: "", added: "" };

export class ElementRows {
  #region;
  #table;
  /** @type {ExplainedElement[]} those that are still to come */ #rest = [];

  /**
   * @param {HTMLElement} region   scrolls; holds the table, and behind it what comes into sight at its end
   */
  constructor(region) {
    this.#region = region;
    this.#table = part(region, "elements", HTMLTableElement);
    const more = (/** @type {IntersectionObserverEntry[]} */ [{ isIntersecting }]) => isIntersecting && this.#more();
    new IntersectionObserver(more, { root: region, rootMargin: "600px" }).observe(part(region, "end", HTMLElement));
  }

  /**
   * @param {ExplainedElement[]} elements
   * @param {{stay?: boolean}} [options]   stay: where one had scrolled to
   */
  show(elements, { stay = false } = {}) {
    const [body] = this.#table.tBodies;
    const [rows, top] = stay ? [body.rows.length, this.#region.scrollTop] : [0, 0];
    body.replaceChildren();
    this.#rest = elements;
    this.#table.ariaRowCount = String(elements.length + 1);
    do this.#more();
    while (body.rows.length < rows && this.#rest.length > 0);
    this.#region.scrollTop = top;
  }

  clear() {
    this.show([]);
  }

  #more() {
    const next = this.#rest.slice(0, ROWS);
    this.#rest = this.#rest.slice(ROWS);
    this.#table.tBodies[0].append(...next.map(row));
  }
}

/** @param {ExplainedElement} element */
function row(element) {
  const made = copyOf("element", HTMLTableRowElement);
  const { name, keyword, path, vr, action, rule, what, why, effect, became, cut, before, after } = element;
  const steps = path.split("/");
  made.style.setProperty("--depth", String(steps.length - 1));
  one(made, ".element-name", HTMLElement).textContent = name;
  one(made, ".element-tag", HTMLElement).textContent = `${itemOf(steps)}${steps.at(-1)}`;
  // Mostly the keyword is the name without its spaces.
  one(made, ".element-keyword", HTMLElement).textContent = name.replace(/[^\w]/g, "") === keyword ? "" : keyword;
  one(made, ".element-vr", HTMLElement).textContent = vr;
  const badge = one(made, ".badge", HTMLElement);
  badge.textContent = cut > 0 ? `${became} (${counted(cut, "word")})` : became;
  badge.dataset.effect = effect;
  badge.title = what;
  one(made, ".element-code", HTMLElement).textContent = action === "+" ? "" : action;
  one(made, ".element-reason", HTMLElement).textContent = why;
  one(made, ".element-rule", HTMLElement).textContent = rule;
  value(one(made, ".element-before", HTMLElement), before, "");
  value(one(made, ".element-after", HTMLElement), effect === "unchanged" ? null : after, AFTERWARDS[effect]);
  return made;
}

/** "item 2 " where the element lies in an item of a sequence. @param {string[]} steps */
function itemOf(steps) {
  const item = /\[(\d+)\]$/.exec(steps.at(-2) ?? "");
  return item ? `item ${item[1]} ` : "";
}

/**
 * @param {HTMLElement} cell
 * @param {string | null} text
 * @param {string} instead   what is said where there is no text
 */
function value(cell, text, instead) {
  if (!text) {
    cell.textContent = instead;
    cell.classList.add("absent");
  } else if (text.length <= SHORT) {
    cell.textContent = text;
  } else {
    const more = document.createElement("button");
    more.type = "button";
    more.className = "small quiet";
    more.textContent = `Show all ${count(text.length)} characters`;
    more.addEventListener("click", () => {
      cell.textContent = text;
      cell.tabIndex = -1;
      cell.focus(); // the button is gone
    });
    cell.append(`${text.slice(0, SHORT)}… `, more);
  }
}
