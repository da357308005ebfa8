// @ts-check
/** <python-rules>: the policy's rules in Python, written while the sample shows what they do, and taken into the policy. */
import { send } from "../intents.js";
import { copyOf, part } from "../page/dom.js";
import { noteOf } from "../page/problem.js";
import { plainPolicy } from "../state.js";
import { codeProblems } from "./code-problems.js";
import { Drafts, MAY } from "./rule-drafts.js";
import { RuleEditor } from "./rule-editor.js";

/**
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {import("../../worker/shared/protocol/policy.js").ActionCode} ActionCode
 */

export class PythonRules extends HTMLElement {
  #drafts = new Drafts();
  #policy = plainPolicy();
  /** What was told last, and of which policy, to tell nothing twice. */ #told = { text: "", policy: this.#policy };
  /** @type {RuleEditor | null} */ #editor = null;
  /** @type {Promise<void> | null} */ #opening = null;

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

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["policy"], ({ policy }) => {
      this.#policy = policy;
      const { python = [], wheels = [] } = this.#policy;
      this.#drafts.follow(python);
      part(this, "wheels", HTMLInputElement).value = wheels.join(" ");
      if (this.#editor) this.#show();
    });
    store.subscribe(["workshop"], ({ workshop }) => void (workshop === "python" && this.open()));
    store.subscribe(["verdict"], ({ verdict, drafts }) => {
      this.#judge(
        verdict && verdict.policy === drafts.python?.policy ? codeProblems(verdict, this.#drafts.tried().at) : [],
      );
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

  /** Says beside the lines of the code what was wrong with them on the sample. @param {import("./code-problems.js").CodeProblem[]} problems */
  #judge(problems) {
    this.#editor?.mark(problems);
    const items = problems.map(({ line, text }) => {
      const item = copyOf("wrong", HTMLLIElement);
      part(item, "words", HTMLElement).textContent = text;
      const button = part(item, "line", HTMLButtonElement);
      button.hidden = line === 0;
      button.textContent = `Line ${line}`;
      button.addEventListener("click", () => this.#editor?.goTo(line));
      return item;
    });
    part(this, "wrongs", HTMLElement).replaceChildren(...items);
  }

  async #load() {
    const place = part(this, "editor", HTMLElement);
    place.replaceChildren();
    this.#editor = await RuleEditor.make(place, this.#drafts.current.code, () => this.#use());
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
    this.#tell();
  }

  /** Tells what is written, so that the sample shows it. */
  #tell() {
    const { rules, at } = this.#drafts.tried();
    const pending = this.#drafts.isPending;
    const text = JSON.stringify([rules, at, pending]);
    if (text === this.#told.text && this.#policy === this.#told.policy) return;
    this.#told = { text, policy: this.#policy };
    const policy = { ...this.#policy, python: rules };
    const draft = this.#drafts.isUntouched && !pending ? null : { policy, rule: `python rule ${at + 1}`, pending };
    send(this, "drafted", { bench: "python", draft });
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
