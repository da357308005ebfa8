// @ts-check
/**
 * <try-out>: the policy tried on one file before anything is written: what would happen to it, and rules in Python.
 * The values of the file are nowhere but here, and gone when both are closed or a run begins.
 */
import { on } from "../intents.js";
import { part } from "../page/dom.js";
import { followNotes } from "../page/notes.js";
import { noteOf } from "../page/problem.js";
import { isWhole, OLDER } from "../page/project-key.js";
import { WhatIf } from "./element-list.js";
import { PythonRules } from "./python-rules.js";
import { SamplePicker } from "./sample-picker.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").Found} Found
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {import("./explain.js").Trial} Trial
 * @typedef {import("./explain.js").Tried} Tried
 * @typedef {import("./sample-picker.js").Files} Files
 * @typedef {import("../../worker/shared/protocol/files.js").Sample} Sample
 * @typedef {import("../state.js").Store} Store
 */

/** A policy often changes by several clicks; the last one is waited for, in milliseconds. */
const PAUSE = 150;

export class TryOut extends HTMLElement {
  /** @type {{files: Files, trial: Trial, store: Store} | null} */ #parts = null;
  /** @type {Sample | null} the file that is chosen */ #sample = null;
  /** Number of the look that is being taken; an earlier one's answer is dropped. */ #turn = 0;
  /** @type {number | undefined} */ #timer;
  /** @type {number | undefined} the file that is shown */ #shown;

  connectedCallback() {
    for (const details of this.#all) details.addEventListener("toggle", () => this.#toggled());
    const choose = (/** @type {Sample | null} */ sample) => {
      this.#sample = sample;
      this.#changed();
    };
    on("sample-chosen", choose, this);
    addEventListener("pagehide", () => this.#close()); // the browser can keep a page that was left
  }

  /** @param {Files} files @param {Trial} trial @param {Store} store */
  async follow(files, trial, store) {
    this.#parts = { files, trial, store };
    store.subscribe(["policy"], () => this.#changed());
    on("passphrase-entered", () => this.#changed()); // not with each key: a key is made of it
    store.subscribe(["phase"], ({ phase, found }) => {
      if (phase === "ready" && found)
        this.#offer(found).catch(() => {}); // then it has nothing to try on
      else this.#withdraw();
    });
    followNotes(this, store, "tryOut");
    this.#rules.follow(store, (tried) => this.#try(tried));
  }

  /** @param {Found} found */
  async #offer(found) {
    if (!this.#parts) return;
    this.hidden = false;
    await part(this, "picker", SamplePicker).offer(this.#parts.files, found);
  }

  /** A run begins, or other files were chosen: nothing is left of what was shown. */
  #withdraw() {
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
      const index = this.#sample?.index;
      const { passphrase = "", policy } = this.#parts?.store.state ?? {};
      const madeUp = !isWhole(passphrase, policy?.pseudonyms === OLDER);
      this.#whatIf.show(tried, { madeUp, stay: index === this.#shown });
      this.#shown = index;
      return;
    }
    this.#whatIf.clear();
    if (tried) noteOf(this).show(tried.error);
  }

  /** @param {(policy: Policy) => Policy} [tried]   the policy with a rule that is not in it yet @returns {Promise<Tried | null>}  null: no file is chosen */
  async #try(tried = (policy) => policy) {
    if (!this.#parts || !this.#sample) return null;
    const { trial, store } = this.#parts;
    return trial.explain({ index: this.#sample.index }, tried(store.state.policy), store.state.passphrase);
  }
}

customElements.define("try-out", TryOut);
