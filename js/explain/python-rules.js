// @ts-check
/** <python-rules>: the policy's rules in Python, written, tried on the chosen file, and taken into the policy. */
import { send } from "../intents.js";
import { part } from "../page/dom.js";
import { noteOf } from "../page/problem.js";
import { plainPolicy } from "../state.js";
import { Drafts, MAY } from "./rule-drafts.js";
import { RuleEditor } from "./rule-editor.js";
import { RuleResult } from "./rule-result.js";

/**
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {import("../../worker/shared/protocol/policy.js").ActionCode} ActionCode
 * @typedef {import("./explain.js").Tried} Tried
 * @typedef {(change: (policy: Policy) => Policy) => Promise<Tried | null>} Try
 */

export class PythonRules extends HTMLElement {
  #drafts = new Drafts();
  #policy = plainPolicy();
  /** @type {Try} */ #try = async () => null;
  /** @type {RuleEditor | null} */ #editor = null;
  /** @type {Promise<void> | null} */ #opening = null;
  #turn = 0;

  connectedCallback() {
    const form = part(this, "rule-form", HTMLFormElement);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => this.#edited());
    // The editor handles some keys itself, and leaves others and the clipboard to the browser.
    for (const change of ["keyup", "input"]) {
      part(this, "editor", HTMLElement).addEventListener(change, () => this.#edited());
    }
    part(this, "wheels", HTMLInputElement).addEventListener("change", () => this.#changePolicy());
    part(this, "use", HTMLButtonElement).addEventListener("click", () => this.#use());
    part(this, "delete", HTMLButtonElement).addEventListener("click", () => this.#delete());
  }

  /** @param {import("../state.js").Store} store @param {Try} attempt */
  follow(store, attempt) {
    this.#try = attempt;
    store.subscribe(["policy"], ({ policy }) => {
      this.#policy = policy;
      const { python = [], wheels = [] } = this.#policy;
      this.#drafts.follow(python);
      part(this, "wheels", HTMLInputElement).value = wheels.join(" ");
      if (this.#editor) this.#show();
      this.#tally();
    });
  }

  /** The editor is loaded when it is first needed. */
  async open() {
    this.#opening ??= this.#load();
    await this.#opening.catch(() => {
      this.#opening = null;
      noteOf(this).show("EDITOR_MISSING");
    });
  }

  /** Nothing of a file is left in the page; what was written stays. */
  clear() {
    this.#turn++;
    part(this, "result", RuleResult).clear();
    noteOf(this).clear();
  }

  async #load() {
    const place = part(this, "editor", HTMLElement);
    place.replaceChildren();
    this.#editor = await RuleEditor.make(place, this.#drafts.current.code, () => this.#run());
    this.#show();
  }

  /** @returns {HTMLInputElement[]} */
  #may() {
    return [...this.querySelectorAll("input[name=may]")].filter((node) => node instanceof HTMLInputElement);
  }

  /** The rule that is being edited, and the list of all. */
  #show() {
    const { name = "", may = MAY, code } = this.#drafts.current;
    part(this, "rule-name", HTMLInputElement).value = name;
    for (const input of this.#may()) input.checked = may.includes(/** @type {ActionCode} */ (input.value));
    if (this.#editor && this.#editor.code !== code) this.#editor.code = code;
    this.#list();
  }

  #list() {
    const buttons = this.#drafts.all.map((draft, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "small";
      button.textContent = draft.title(at);
      button.setAttribute("aria-pressed", String(at === this.#drafts.at));
      button.addEventListener("click", () => this.#choose(at));
      return button;
    });
    const add = document.createElement("button");
    add.type = "button";
    add.className = "small quiet";
    add.textContent = "Another rule";
    add.hidden = this.#drafts.isBlank;
    add.addEventListener("click", () => this.#choose(this.#drafts.all.length));
    part(this, "list", HTMLElement).replaceChildren(...buttons, add);
    this.#state();
  }

  /** @param {number} at */
  #choose(at) {
    this.clear();
    this.#drafts.choose(at);
    this.#show();
    const pressed = part(this, "list", HTMLElement).querySelector("[aria-pressed=true]");
    if (pressed instanceof HTMLElement) pressed.focus();
  }

  #edited() {
    if (!this.#editor) return;
    const name = part(this, "rule-name", HTMLInputElement).value.trim();
    const may = this.#may()
      .filter(({ checked }) => checked)
      .map(({ value }) => /** @type {ActionCode} */ (value));
    const before = this.#drafts.current.name ?? "";
    const usual = may.join() === MAY.join();
    this.#drafts.current = { ...(name && { name }), ...(!usual && { may }), code: this.#editor.code };
    if (before === name) this.#state();
    else this.#list();
  }

  #state() {
    const { isSaved, isChanged } = this.#drafts;
    part(this, "state", HTMLElement).textContent = isChanged
      ? "Changed, and not in the policy yet."
      : isSaved
        ? "In the policy."
        : "Not in the policy yet.";
    part(this, "use", HTMLButtonElement).disabled = isSaved && !isChanged;
    this.#tally();
  }

  #tally() {
    const saved = this.#policy.python?.length ?? 0;
    const details = /** @type {HTMLDetailsElement} */ (this.closest("details"));
    part(details, "rules-tally", HTMLElement).textContent = saved > 0 ? `${saved} in the policy` : "none";
  }

  async #run() {
    this.#edited();
    this.clear();
    const turn = ++this.#turn;
    const result = part(this, "result", RuleResult);
    result.wait();
    const { rules, at } = this.#drafts.tried();
    const tried = await this.#try((policy) => ({ ...policy, python: rules }));
    if (turn !== this.#turn) return;
    result.clear();
    if (!tried) return;
    if ("error" in tried && !tried.problems?.length) noteOf(this).show(tried.error);
    else result.show(tried, at);
  }

  #use() {
    this.#edited();
    this.#drafts.save();
    this.#changePolicy();
  }

  #delete() {
    const was = this.#drafts.isSaved;
    this.#drafts.remove();
    if (was) this.#changePolicy();
    this.clear();
    this.#show();
  }

  #changePolicy() {
    const { python: _, wheels: __, ...rest } = this.#policy;
    const python = this.#drafts.saved;
    const wheels = part(this, "wheels", HTMLInputElement)
      .value.split(/[\s,;]+/)
      .filter(Boolean);
    const policy = { ...rest, ...(wheels.length > 0 && { wheels }), ...(python.length > 0 && { python }) };
    send(this, "policy-loaded", policy);
  }
}

customElements.define("python-rules", PythonRules);
