// @ts-check
/**
 * <try-out>: the policy tried on one file before anything is written: what would happen to it, and rules in Python.
 * What is shown of the file is nowhere else, and gone when both are closed or a run begins.
 */
import { part } from "../page/dom.js";
import { noteOf } from "../page/problem.js";
import { fetchActionWords } from "../page/tables.js";
import { plainPolicy } from "../policy/policy.js";
import { WhatIf } from "./element-list.js";
import { PythonRules } from "./python-rules.js";
import { SamplePicker } from "./sample-picker.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").Found} Found
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {import("./explain.js").Trial} Trial
 * @typedef {import("./explain.js").Tried} Tried
 * @typedef {import("./sample-picker.js").Files} Files
 * @typedef {HTMLElement & {policy: Policy, passphrase: string, setPolicy(policy: Policy): void}} PolicyPanel
 */

/** A policy often changes by several clicks; the last one is waited for, in milliseconds. */
const PAUSE = 150;

export class TryOut extends HTMLElement {
  /** @type {{files: Files, trial: Trial, policy: PolicyPanel} | null} */ #parts = null;
  /** Number of the look that is being taken; an earlier one's answer is dropped. */ #turn = 0;
  /** @type {number | undefined} */ #timer;
  /** @type {number | undefined} the file that is shown */ #shown;
  /** As it was told last: asked for, the panel would take the focus to what is wrong. */ #policy = plainPolicy();

  connectedCallback() {
    for (const details of this.#all) details.addEventListener("toggle", () => this.#toggled());
    this.addEventListener("sample-chosen", () => this.#changed());
    addEventListener("pagehide", () => this.#close()); // the browser can keep a page that was left
  }

  /** @param {Files} files @param {Trial} trial @param {PolicyPanel} policy */
  async connect(files, trial, policy) {
    this.#parts = { files, trial, policy };
    policy.addEventListener("policy-changed", (event) => {
      this.#policy = /** @type {CustomEvent<Policy>} */ (event).detail;
      this.#changed();
    });
    // The passphrase is no part of the policy; what is changed in here is not the panel's.
    part(policy, "passphrase", HTMLInputElement).addEventListener("change", () => this.#changed());
    this.#rules.connect(policy, (tried) => this.#try(tried));
    const words = await fetchActionWords();
    this.#whatIf.setWords(words);
    this.#rules.setWords(words);
  }

  /** @param {Found} found */
  async offer(found) {
    if (!this.#parts) return;
    this.hidden = false;
    await part(this, "picker", SamplePicker).offer(this.#parts.files, found);
  }

  /** A run begins, or other files were chosen: nothing is left of what was shown. */
  withdraw() {
    this.hidden = true;
    this.#close();
  }

  #close() {
    for (const details of this.#all) details.open = false;
    this.#clear();
  }

  get #all() {
    return ["what-if-details", "rules-details"].map((name) => part(this, name, HTMLDetailsElement));
  }

  get #whatIf() {
    return part(this, "what-if", WhatIf);
  }

  get #rules() {
    return part(this, "python-rules", PythonRules);
  }

  #toggled() {
    const [whatIf, rules] = this.#all;
    if (rules.open) this.#rules.open();
    else this.#rules.clear();
    if (whatIf.open) this.#look();
    else this.#whatIf.clear();
    if (!whatIf.open && !rules.open) this.#clear();
  }

  #clear() {
    this.#turn++;
    clearTimeout(this.#timer);
    this.#whatIf.clear();
    this.#rules.clear();
    noteOf(this).clear();
    this.#parts?.trial.end();
  }

  /** Another policy, another file: what is shown follows. */
  #changed() {
    this.#rules.clear();
    if (!this.#all[0].open) return;
    this.#turn++;
    this.#whatIf.wait();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), PAUSE);
  }

  async #look() {
    const turn = ++this.#turn;
    this.#whatIf.wait();
    const tried = await this.#try();
    if (turn !== this.#turn) return;
    noteOf(this).clear();
    if (tried && !("error" in tried)) {
      const index = part(this, "picker", SamplePicker).sample?.index;
      this.#whatIf.show(tried, { madeUp: this.#parts?.policy.passphrase === "", stay: index === this.#shown });
      this.#shown = index;
      return;
    }
    this.#whatIf.clear();
    if (tried) noteOf(this).show(tried.error);
  }

  /** @param {(policy: Policy) => Policy} [tried]   the policy with a rule that is not in it yet @returns {Promise<Tried | null>}  null: no file is chosen */
  async #try(tried = (policy) => policy) {
    const { sample } = part(this, "picker", SamplePicker);
    if (!this.#parts || !sample) return null;
    const { policy, trial } = this.#parts;
    return trial.explain({ index: sample.index }, tried(this.#policy), policy.passphrase);
  }
}

customElements.define("try-out", TryOut);
