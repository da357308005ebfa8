// @ts-check
/** <policy-text>: a policy as text, checked by Python while it is typed; it can be applied once it is sound. */

import { copyOf, part } from "../page/dom.js";
import { counted } from "../page/format.js";
import { noteOf } from "../page/problem.js";
import { nearButton } from "./nearest.js";

/**
 * @typedef {import("../policy/policy.js").Read} Read
 * @typedef {import("../../worker/shared/protocol/policy.js").Reading} Reading
 * @typedef {import("../../worker/shared/protocol/policy.js").PolicyProblem} PolicyProblem
 * @typedef {object} Shown   a text, and who hears of it
 * @property {string} title
 * @property {string} name    of the file that it comes from
 * @property {string} text
 * @property {boolean} fresh  it is not in the policy, though nothing is typed yet
 * @property {(reading: Reading, text: string) => Promise<boolean>} take   false: it is not wanted after all
 */

/** How long nothing is typed before the text is checked, in milliseconds. */
const PAUSE_MILLISECONDS = 250;

export class PolicyText extends HTMLElement {
  /** @type {Read} */
  read = async () => ({ problems: [] });
  /** Hears of what stands here: pending, it is not in the policy; reading, it is sound. @type {(pending: boolean, reading: Reading | null) => void} */
  changed = () => {};
  /** Hears that nothing is pending any more, and shows the policy. */
  left = () => {};
  /** @type {Shown} */ #shown = { title: "", name: "policy.toml", text: "", fresh: false, take: async () => true };
  /** @type {Reading | null} what the text says, if it is sound */
  #reading = null;
  /** @type {number | undefined} */
  #timer;

  connectedCallback() {
    const text = this.#text;
    text.addEventListener("input", () => this.#changed());
    text.addEventListener("scroll", () => {
      part(this, "gutter", HTMLElement).scrollTop = text.scrollTop;
    });
    part(this, "apply", HTMLButtonElement).addEventListener("click", () => this.#apply());
    part(this, "discard", HTMLButtonElement).addEventListener("click", () => {
      this.leave();
      text.focus();
    });
  }

  /** Whether something stands here that is not in the policy. */
  get pending() {
    return this.#shown.fresh || this.#text.value !== this.#shown.text;
  }

  /** @param {Shown} shown */
  show(shown) {
    part(this, "title", HTMLElement).textContent = shown.title;
    part(this, "problems", HTMLElement).replaceChildren();
    this.#text.value = shown.text;
    this.#shown = { ...shown, text: this.#text.value }; // with line feeds alone
    this.#text.setSelectionRange(0, 0);
    this.#text.scrollTop = 0;
    this.#changed(0);
  }

  /** Nothing is pending: it was taken, or is not wanted. */
  leave() {
    this.#shown = { ...this.#shown, text: this.#text.value, fresh: false };
    this.changed(false, null);
    this.left();
  }

  async #apply() {
    const reading = this.#reading;
    if (reading && (await this.#shown.take(reading, this.#text.value))) this.leave();
  }

  #changed(pause = PAUSE_MILLISECONDS) {
    this.#reading = null;
    part(this, "apply", HTMLButtonElement).disabled = true;
    part(this, "discard", HTMLButtonElement).disabled = !this.pending;
    this.changed(this.pending, null);
    const lines = this.#text.value.split("\n").length;
    part(this, "gutter", HTMLElement).textContent = Array.from({ length: lines }, (_, line) => line + 1).join("\n");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), pause);
  }

  async #check() {
    const state = part(this, "state", HTMLElement);
    const { value } = this.#text;
    noteOf(this).clear();
    try {
      const reading = await this.read(this.#shown.name, value, state);
      if (value === this.#text.value) this.#show(reading);
    } catch (error) {
      noteOf(this).showError(error);
    }
  }

  /** @param {Reading | {problems: PolicyProblem[]}} reading */
  #show(reading) {
    const problems = "problems" in reading ? reading.problems : [];
    this.#reading = "problems" in reading ? null : reading;
    part(this, "problems", HTMLElement).replaceChildren(...problems.map((problem) => this.#item(problem)));
    part(this, "apply", HTMLButtonElement).disabled = problems.length > 0 || !this.pending;
    this.changed(this.pending, this.#reading);
    part(this, "state", HTMLElement).textContent =
      "problems" in reading ? `${counted(problems.length, "problem")} to correct:` : sound(reading);
  }

  /** @param {PolicyProblem} problem */
  #item(problem) {
    const item = copyOf("wrong", HTMLLIElement);
    const line = part(item, "line", HTMLButtonElement);
    line.textContent = `Line ${Math.max(1, problem.line)}`;
    line.addEventListener("click", () => this.#select(problem));
    const replaceable = problem.near && this.#isWord(problem);
    const near = problem.near && !replaceable ? ` Nearest: ${problem.near}.` : "";
    part(item, "words", HTMLElement).textContent = problem.text + near;
    if (replaceable) item.append(nearButton(problem.near, () => this.#replace(problem)));
    return item;
  }

  /** Where the word of a problem stands; all of its line if it is not there. @param {PolicyProblem} problem @returns {[number, number]} */
  #place({ line, word }) {
    const lines = this.#text.value.split("\n");
    const number = Math.min(Math.max(line, 1), lines.length) - 1;
    const start = lines.slice(0, number).reduce((sum, text) => sum + text.length + 1, 0);
    const at = word ? lines[number].indexOf(word) : -1;
    return at < 0 ? [start, start + lines[number].length] : [start + at, start + at + word.length];
  }

  /** Whether the word of a problem stands there as one, quoted or as the name of a field. A line of code does not. @param {PolicyProblem} problem */
  #isWord(problem) {
    const [start, end] = this.#place(problem);
    const text = this.#text.value;
    return text.slice(start, end) === problem.word && /["'/=: \]]/.test(text[end] ?? "");
  }

  /** @param {PolicyProblem} problem */
  #select(problem) {
    const text = this.#text;
    const lineHeight = Number.parseFloat(getComputedStyle(text).lineHeight);
    text.scrollTop = (problem.line - 1) * lineHeight - text.clientHeight / 2;
    text.focus({ preventScroll: true });
    text.setSelectionRange(...this.#place(problem));
  }

  /** @param {PolicyProblem} problem */
  #replace(problem) {
    this.#text.setRangeText(problem.near, ...this.#place(problem), "end");
    this.#text.focus();
    this.#changed(0);
  }

  get #text() {
    return part(this, "text", HTMLTextAreaElement);
  }
}

/** @param {Reading} reading */
function sound({ policy, lost, tool }) {
  const rules = (policy.attribute?.length ?? 0) + (policy.python?.length ?? 0);
  const not = lost.length > 0 ? `; ${counted(lost.length, "line")} of this script could not be carried over` : "";
  return `${tool ? `A script of ${tool}. ` : ""}Sound: ${counted(policy.options.length, "option")}, ${counted(rules, "rule")}${not}.`;
}

customElements.define("policy-text", PolicyText);
