// @ts-check
/** <import-report>: which lines of another tool's script are not in the policy, which mean something else, and why. */

import { send } from "../intents.js";
import { copyOf, one, part } from "../page/dom.js";
import { counted } from "../page/format.js";

/**
 * @typedef {import("../../worker/shared/protocol/policy.js").Reading} Reading
 * @typedef {import("../../worker/shared/protocol/policy.js").ScriptLine} ScriptLine
 */

export class ImportReport extends HTMLElement {
  connectedCallback() {
    part(this, "dismiss", HTMLButtonElement).addEventListener("click", () => {
      this.hidden = true;
      send(this, "report-dismissed");
    });
  }

  /** Stays until it is dismissed, or another policy is loaded. @param {Reading} reading @param {string} name  of the file */
  show({ tool, lost, differing, notes }, name) {
    this.hidden = tool === "";
    if (this.hidden) return;
    part(this, "title", HTMLElement).textContent =
      lost.length > 0 ? `${counted(lost.length, "line")} could not be carried over` : "Every line was carried over";
    part(this, "lead", HTMLElement).textContent =
      `${name} is a script of ${tool}. It became a policy. Look through it before you rely on it.`;
    part(this, "differing-title", HTMLElement).textContent =
      `${counted(differing.length, "line means", "lines mean")} something else here`;
    part(this, "differing-details", HTMLElement).hidden = differing.length === 0;
    part(this, "lost", HTMLElement).replaceChildren(...lost.map(scriptLine));
    part(this, "differing", HTMLElement).replaceChildren(...differing.map(scriptLine));
    part(this, "notes", HTMLElement).replaceChildren(...notes.map(note));
  }
}

/** @param {ScriptLine} line */
function scriptLine({ line, text, why }) {
  const item = copyOf("script-line", HTMLLIElement);
  one(item, ".script-place", HTMLElement).textContent = `line ${line}`;
  one(item, "code", HTMLElement).textContent = text;
  one(item, ".script-why", HTMLElement).textContent = why;
  return item;
}

/** @param {string} words */
function note(words) {
  const item = document.createElement("li");
  item.textContent = words;
  return item;
}

customElements.define("import-report", ImportReport);
