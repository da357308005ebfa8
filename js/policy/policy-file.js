// @ts-check
/** <policy-file>: the policy comes from a file, goes into one, and can be edited as text. Code is asked about first. */
import { on, send } from "../intents.js";
import { one, part } from "../page/dom.js";
import { noteOf, Problem } from "../page/problem.js";
import { save } from "../page/save-file.js";
import { goTo } from "../page/steps.js";
import { plainPolicy } from "../state.js";
import { ImportReport } from "./import-report.js";
import { same } from "./policy.js";
import { PolicyText } from "./text-dialog.js";

/**
 * @typedef {import("./policy.js").Policy} Policy
 * @typedef {import("./policy.js").Reading} Reading
 * @typedef {import("./policy.js").Read} Read
 * @typedef {import("../../worker/shared/protocol/policy.js").PythonRule} PythonRule
 */

/** No policy is longer, in bytes; nor is any script that becomes one. */
const MOST_BYTES = 4 * 1024 * 1024;
const SAVED_NAME = "policy.toml";
const HINT =
  "All of this but the key is one file, policy.toml. Scripts of RSNA CTP and recipes of pydicom/deid can be loaded too.";

export class PolicyFile extends HTMLElement {
  /** @type {Read} */
  read = async () => ({ problems: [] });
  #policy = plainPolicy();
  /** Reason code of a field of the form that cannot be used. */ #error = "";
  /** Policy of the file that was loaded or saved last, and words that say which file. */
  #kept = { policy: plainPolicy(), words: "" };
  /** A policy and its text, which has remarks too: it counts as long as the policy says the same. */
  #written = { policy: plainPolicy(), text: "" };

  connectedCallback() {
    const input = part(this, "file-input", HTMLInputElement);
    const buttons = { load: () => input.click(), save: () => this.#save(), edit: () => this.#edit() };
    for (const [name, act] of Object.entries(buttons)) {
      part(this, name, HTMLButtonElement).addEventListener("click", () => this.#try(act));
    }
    const focusNext = () => {
      const next = part(this, "offer", HTMLElement).hidden ? document.getElementById("policy-title") : null;
      (next ?? part(this, "load", HTMLButtonElement)).focus();
    };
    on("report-dismissed", focusNext, this);
    this.#show();
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      input.value = ""; // so that choosing the same again is a change
      if (file) this.#load(file);
    });
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["policy", "policyError"], ({ policy, policyError }) => {
      this.#policy = policy;
      this.#error = policyError;
      this.#show();
    });
    store.subscribe(["lastUsed"], ({ lastUsed }) => this.#keep(lastUsed?.policy ?? plainPolicy(), ""));
    store.subscribe(["phase"], ({ phase }) => {
      part(this, "offer", HTMLElement).hidden = phase === "running" || phase === "finished";
    });
    on("policy-reset", () => this.#keep(plainPolicy(), ""));
    on("policy-dropped", async (file) => {
      if (store.state.phase === "running") return send(this, "not-picked", "RUN_GOES_ON");
      await this.#load(file);
      goTo("policy", { unlessSeen: true });
    });
  }

  #show() {
    const { words } = this.#kept;
    const changed = this.#changed ? " Changed since, and not saved." : "";
    part(this, "file-hint", HTMLElement).textContent = words ? `${words}${changed}` : HINT;
  }

  /** @param {File} file */
  #load(file) {
    return this.#try(async () => {
      const text = await textOf(file);
      const reading = await this.read(file.name, text, part(this, "waiting", HTMLElement));
      const take = (/** @type {Reading} */ found, /** @type {string} */ typed) => this.#take(found, typed, file.name);
      if ("problems" in reading) this.#open(`${file.name} cannot be used yet`, file.name, text, take);
      else await take(reading, text);
    });
  }

  async #save() {
    save(new Blob([await this.#toml()], { type: "application/toml" }), SAVED_NAME);
    this.#keep(this.#policy, `Saved as ${SAVED_NAME}.`);
  }

  async #edit() {
    this.#open("Policy as text", SAVED_NAME, await this.#toml(), async (reading, text) => {
      if (!(await this.#agreed(reading.policy))) return false;
      this.#accept(reading, text, "this text");
      return true;
    });
  }

  /** @param {string} title @param {string} name @param {string} text @param {import("./text-dialog.js").Take} take */
  #open(title, name, text, take) {
    one(document, "policy-text", PolicyText).open({ title, name, text }, take);
  }

  /** A policy from a file, if it is wanted. @param {Reading} reading @param {string} text @param {string} name */
  async #take(reading, text, name) {
    if (this.#changed && !(await this.#asked("replace"))) return false;
    if (!(await this.#agreed(reading.policy))) return false;
    this.#keep(reading.policy, `Loaded from ${name}.`);
    this.#accept(reading, text, name);
    return true;
  }

  /** @param {Reading} reading @param {string} text @param {string} from */
  #accept(reading, text, from) {
    const own = reading.tool === "" && !text.trimStart().startsWith("{"); // it is TOML, and keeps its remarks
    this.#written = { policy: reading.policy, text: own ? text : reading.toml };
    one(this, "import-report", ImportReport).show(reading, from);
    send(this, "policy-loaded", reading.policy);
  }

  /** @param {Policy} policy @param {string} words */
  #keep(policy, words) {
    this.#kept = { policy, words };
    this.#show();
  }

  get #changed() {
    return !same(this.#policy, this.#kept.policy);
  }

  /** The policy as the text of a file. Throws a Problem when a field of the form says what is none. */
  async #toml() {
    send(this, "policy-wanted");
    if (this.#error) throw new Problem(this.#error);
    const policy = this.#policy;
    if (this.#written.text && same(policy, this.#written.policy)) return this.#written.text;
    const reading = await this.read("policy.json", JSON.stringify(policy), part(this, "waiting", HTMLElement));
    if ("problems" in reading) throw new Problem("BAD_POLICY", reading.problems);
    return reading.toml;
  }

  /** Whether code that is not in the policy already may come in. @param {Policy} policy */
  async #agreed({ python = [], wheels = [] }) {
    const known = this.#policy.python?.map(weighed) ?? [];
    const code = python.filter((rule) => !known.includes(weighed(rule)));
    const brought = wheels.filter((wheel) => !this.#policy.wheels?.includes(wheel));
    if (code.length + brought.length === 0) return true;
    part(this, "code", HTMLElement).replaceChildren(
      ...code.flatMap((rule) => [line("p", titleOf(rule)), line("pre", rule.code.trim())]),
      ...(brought.length > 0 ? [line("p", `Wheels: ${brought.join(", ")}`)] : []),
    );
    return this.#asked("consent");
  }

  /** @param {"replace" | "consent"} name @returns {Promise<boolean>} */
  #asked(name) {
    const dialog = part(this, name, HTMLDialogElement);
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  }

  /** @param {() => unknown} act */
  async #try(act) {
    noteOf(this).clear();
    try {
      await act();
    } catch (error) {
      noteOf(this).showError(error);
    }
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
