// @ts-check
/** <problem-note>: what went wrong and what to do, in the panel where it happened; and the error that carries its code. */
import { reason } from "./tables.js";

/** An error with a code only: its words come from the tables, and no identifier can be in it. */
export class Problem extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** @param {unknown} error */
export function codeOf(error) {
  return error instanceof Problem ? error.code : "UNEXPECTED";
}

export class ProblemNote extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "alert");
  }

  /** @param {string} code */
  show(code) {
    const { sentence, remedy } = reason(code);
    const what = document.createElement("b");
    what.textContent = sentence;
    this.replaceChildren(what, ` ${remedy}`);
    this.dataset.code = code;
  }

  clear() {
    this.replaceChildren();
    delete this.dataset.code;
  }
}

customElements.define("problem-note", ProblemNote);

/** The note of a panel. @param {Element} panel @returns {ProblemNote} */
export function noteOf(panel) {
  return /** @type {ProblemNote} */ (panel.querySelector("problem-note"));
}
