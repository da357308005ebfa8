// @ts-check
/** <policy-file>: the policy comes from a file, goes into one, and can be edited as text. Code is asked about first. */
import { on, send } from "../intents.js";
import { AskFirst } from "../page/confirm.js";
import { one, part } from "../page/dom.js";
import { noteOf, Problem } from "../page/problem.js";
import { save } from "../page/save-file.js";
import { goTo } from "../page/steps.js";
import { same } from "../policy/policy.js";
import { plainPolicy } from "../state.js";
import { ImportReport } from "./import-report.js";
import { PolicyText } from "./policy-text.js";
import { importWords, keptWords } from "./words.js";

/**
 * @typedef {import("../policy/policy.js").Policy} Policy
 * @typedef {import("../policy/policy.js").Reading} Reading
 * @typedef {import("../policy/policy.js").Read} Read
 * @typedef {import("../../worker/shared/protocol/policy.js").PythonRule} PythonRule
 */

/** No policy is longer, in bytes; nor is any script that becomes one. */
const MOST_BYTES = 4 * 1024 * 1024;
const SAVED_NAME = "policy.toml";
const HINT =
  "All that is set but the key is one file, policy.toml. Scripts of RSNA CTP and recipes of pydicom/deid can be loaded too.";

export class PolicyFile extends HTMLElement {
  /** @type {Read} */
  #read = async () => ({ problems: [] });
  #policy = plainPolicy();
  /** Reason code of a field of the form that cannot be used. */ #error = "";
  /** Policy of the file that was loaded or saved last. */ #kept = plainPolicy();
  /** What became of a script that the policy was made of. @type {import("../state.js").Carried | null} */ #imported =
    null;
  /** A policy and its text, which has remarks too: it counts as long as the policy says the same. */
  #written = { policy: plainPolicy(), text: "" };

  connectedCallback() {
    const input = part(this, "file-input", HTMLInputElement);
    const buttons = { load: () => input.click(), save: () => this.#save() };
    for (const [name, act] of Object.entries(buttons)) {
      part(this, name, HTMLButtonElement).addEventListener("click", () => this.#try(act));
    }
    on("report-dismissed", () => part(this, "load", HTMLButtonElement).focus(), this);
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      input.value = ""; // so that choosing the same again is a change
      if (file) this.#load(file);
    });
  }

  /** @param {import("../state.js").Store} store @param {Read} read */
  follow(store, read) {
    this.#read = read;
    this.#text.read = read;
    this.#text.changed = (pending, reading) => this.#draft(pending, reading);
    this.#text.left = () => this.#refresh();
    store.subscribe(["policy", "policyError", "policyKept", "workshop"], (state, changed) => {
      this.#policy = state.policy;
      this.#error = state.policyError;
      this.#kept = state.policyKept.policy;
      this.#imported = state.policyKept.imported;
      part(this, "file-hint", HTMLElement).textContent = keptWords(state) || HINT;
      const told = changed.has("policy") || changed.has("workshop");
      if (told && state.workshop === "file" && !this.#text.pending) this.#refresh();
    });
    part(this, "file-hint", HTMLElement).textContent = HINT;
    on("policy-dropped", async (file) => {
      if (store.state.phase === "running") return send(this, "not-picked", "RUN_GOES_ON");
      await this.#load(file);
      if (!store.state.workshop) goTo("policy", { unlessSeen: true });
    });
  }

  /** The text says what the policy says. */
  #refresh() {
    return this.#try(async () => {
      const [policy, text] = [this.#policy, await this.#toml()];
      if (policy !== this.#policy || this.#text.pending) return;
      const take = (/** @type {Reading} */ reading, /** @type {string} */ typed) => this.#apply(policy, reading, typed);
      this.#text.show({ title: "Policy as text", name: SAVED_NAME, text, fresh: false, take });
    });
  }

  /** What stands in the text is tried on the sample, but for code that nobody has agreed to. @param {boolean} pending @param {Reading | null} reading */
  #draft(pending, reading) {
    const { code, brought } = this.#unknown(reading?.policy ?? this.#policy);
    const policy = reading && code.length + brought.length === 0 ? reading.policy : null;
    send(this, "drafted", { bench: "file", draft: pending ? { policy, rule: "", pending } : null });
  }

  /** @param {File} file */
  #load(file) {
    return this.#try(async () => {
      const text = await textOf(file);
      const reading = await this.#read(file.name, text, part(this, "waiting", HTMLElement));
      if (this.#text.pending && !(await this.#replaces("Text of the policy file was changed and is not applied.")))
        return;
      if (!("problems" in reading)) return void ((await this.#take(reading, text, file.name)) && this.#text.leave());
      const take = (/** @type {Reading} */ found, /** @type {string} */ typed) => this.#take(found, typed, file.name);
      this.#text.show({ title: `${file.name} cannot be used yet`, name: file.name, text, fresh: true, take });
      send(this, "workshop-shown", "file");
    });
  }

  async #save() {
    save(new Blob([await this.#toml()], { type: "application/toml" }), SAVED_NAME);
    send(this, "policy-kept", { policy: this.#policy, words: `Saved as ${SAVED_NAME}.`, imported: this.#imported });
  }

  /** The text that was edited, if it is wanted. @param {Policy} before   as it was @param {Reading} reading @param {string} text */
  async #apply(before, reading, text) {
    const replaces = "The policy was changed elsewhere meanwhile.";
    if (!same(before, this.#policy) && !(await this.#replaces(replaces, "The text"))) return false;
    if (!(await this.#agreed(reading.policy))) return false;
    this.#accept(reading, text, "this text");
    return true;
  }

  /** A policy from a file, if it is wanted. @param {Reading} reading @param {string} text @param {string} name */
  async #take(reading, text, name) {
    if (!same(this.#policy, this.#kept) && !(await this.#replaces("The policy was changed and is not saved.")))
      return false;
    if (!(await this.#agreed(reading.policy))) return false;
    const imported = importWords(reading, name);
    send(this, "policy-kept", { policy: reading.policy, words: `Loaded from ${name}.`, imported });
    this.#accept(reading, text, name);
    if (reading.tool) send(this, "workshop-shown", "file"); // where its report stands
    return true;
  }

  /** @param {Reading} reading @param {string} text @param {string} from */
  #accept(reading, text, from) {
    const own = reading.tool === "" && !text.trimStart().startsWith("{"); // it is TOML, and keeps its remarks
    this.#written = { policy: reading.policy, text: own ? text : reading.toml };
    one(this, "import-report", ImportReport).show(reading, from);
    send(this, "policy-loaded", reading.policy);
  }

  /** The policy as the text of a file. Throws a Problem when a field of the form says what is none. */
  async #toml() {
    if (this.#error) throw new Problem(this.#error);
    const policy = this.#policy;
    if (this.#written.text && same(policy, this.#written.policy)) return this.#written.text;
    const reading = await this.#read("policy.json", JSON.stringify(policy), part(this, "waiting", HTMLElement));
    if ("problems" in reading) throw new Problem("BAD_POLICY", reading.problems);
    return reading.toml;
  }

  /** Code and wheels of a policy that are not in the one that is set. @param {Policy} policy */
  #unknown({ python = [], wheels = [] }) {
    const known = this.#policy.python?.map(weighed) ?? [];
    return {
      code: python.filter((rule) => !known.includes(weighed(rule))),
      brought: wheels.filter((wheel) => !this.#policy.wheels?.includes(wheel)),
    };
  }

  /** Whether code that is not in the policy already may come in. @param {Policy} policy @returns {Promise<boolean>} */
  async #agreed(policy) {
    const { code, brought } = this.#unknown(policy);
    if (code.length + brought.length === 0) return true;
    const workshop = /** @type {HTMLElement} */ (this.closest("policy-workshop")); // its dialog may be closed
    part(workshop, "code", HTMLElement).replaceChildren(
      ...code.flatMap((rule) => [line("p", titleOf(rule)), line("pre", rule.code.trim())]),
      ...(brought.length > 0 ? [line("p", `Wheels: ${brought.join(", ")}`)] : []),
    );
    const dialog = part(workshop, "consent", HTMLDialogElement);
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  }

  /** @param {string} lost @param {string} [what] */
  #replaces(lost, what = "The file") {
    const text = `${lost} ${what} replaces all of it.`;
    return one(document, "ask-first", AskFirst).ask({ title: "Replace what you have set?", text, yes: "Replace it" });
  }

  /** @param {() => unknown} act */
  async #try(act) {
    noteOf(this).clear();
    try {
      await act();
    } catch (error) {
      noteOf(this).showError(error);
      send(this, "workshop-shown", "file");
    }
  }

  get #text() {
    return one(this, "policy-text", PolicyText);
  }
}

/** @param {File} file */
async function textOf(file) {
  if (file.size > MOST_BYTES) throw new Problem("NO_POLICY");
  const bytes = await file.arrayBuffer().catch(() => {
    throw new Problem("NOT_READABLE");
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Problem("NO_POLICY");
  }
}

/** The parts of a rule that a person agrees to, as text. @param {PythonRule} rule */
function weighed({ code, may }) {
  return JSON.stringify([code, may]);
}

/** @param {PythonRule} rule */
function titleOf({ name = "A rule without a name", may = [] }) {
  return `${name}, which may say ${may.join(", ")}:`;
}

/** @param {"p" | "pre"} kind @param {string} text */
function line(kind, text) {
  const element = document.createElement(kind);
  element.textContent = text;
  return element;
}

customElements.define("policy-file", PolicyFile);
