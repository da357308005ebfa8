// @ts-check
/** <problem-note>: an error and its remedy, in the panel where it happened; and the errors of the page. */
import { CodedError, codeOf } from "../../worker/shared/errors.js";
import { reasons } from "./tables.js";

/** @typedef {import("../../worker/shared/protocol/policy.js").PolicyProblem} PolicyProblem */

/** An error of the page: its words come from the tables, and no identifier can be in it. */
export class Problem extends CodedError {
  /** @param {string} code @param {PolicyProblem[]} [problems]  all that is wrong with a policy */
  constructor(code, problems = []) {
    super(code);
    this.problems = problems;
  }
}

export { codeOf };

export class ProblemNote extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "alert");
  }

  /** @param {string} code @param {PolicyProblem[]} [problems] */
  show(code, problems = []) {
    this.dataset.code = code;
    reasons.whenThere(() => {
      if (this.dataset.code === code) this.#render(code, problems);
    });
  }

  /** @param {string} code @param {PolicyProblem[]} problems */
  #render(code, problems) {
    const { sentence, remedy } = reasons.of(code);
    const what = document.createElement("b");
    what.textContent = sentence;
    this.replaceChildren(what, ` ${remedy}`, ...(problems.length > 0 ? [listOf(problems)] : []));
  }

  /** @param {unknown} error */
  showError(error) {
    this.show(codeOf(error), error instanceof Problem ? error.problems : []);
  }

  clear() {
    this.replaceChildren();
    delete this.dataset.code;
  }
}

/** @param {PolicyProblem[]} problems */
function listOf(problems) {
  const list = document.createElement("ul");
  for (const { text, near } of problems) {
    list.append(document.createElement("li"));
    /** @type {Element} */ (list.lastElementChild).textContent = near ? `${text} Nearest: ${near}.` : text;
  }
  return list;
}

customElements.define("problem-note", ProblemNote);

/** The note of a panel. @param {Element} panel @returns {ProblemNote} */
export function noteOf(panel) {
  return /** @type {ProblemNote} */ (panel.querySelector("problem-note"));
}
