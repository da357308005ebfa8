// @ts-check
/** <policy-workshop>: a full-screen dialog where rules, code and the policy file are written, with a file to try them on beside. */
import { send } from "../intents.js";
import { one, part } from "../page/dom.js";
import { counted } from "../page/format.js";
import { PolicyFile } from "./policy-file.js";
import { PythonRules } from "./python-rules.js";
import { PolicyRules } from "./rule-list.js";
import { BENCHES, draftWords, keptWords } from "./words.js";

/** @typedef {import("../state.js").Bench} Bench */

const LEAD =
  "What becomes of single data elements, code in Python, and the policy file. One of your files stands beside it and shows what would happen to it.";

export class PolicyWorkshop extends HTMLElement {
  /** What was seen of it last. @type {Bench} */ #bench = "rules";
  /** Escape was pressed in the editor: at first it lets the Tab key go, and the next one closes. */
  #escape = { pressed: false, closes: true };

  connectedCallback() {
    const dialog = this.#dialog;
    part(this, "workshop-open", HTMLButtonElement).addEventListener("click", () => {
      send(this, "workshop-shown", this.#bench);
    });
    part(this, "workshop-close", HTMLButtonElement).addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => send(this, "workshop-shown", ""));
    dialog.addEventListener("keydown", (event) => this.#pressed(event), { capture: true }); // the editor keeps some keys
    dialog.addEventListener("cancel", (event) => {
      if (event.target === dialog && !this.#escape.closes) event.preventDefault();
    });
    for (const { input, bench } of this.#choices()) {
      input.addEventListener("change", () => send(this, "workshop-shown", bench));
    }
    addEventListener("pagehide", () => send(this, "workshop-shown", "")); // the browser can keep a page that was left
  }

  /** @param {import("../state.js").Store} store @param {import("../policy/policy.js").Read} read */
  follow(store, read) {
    store.subscribe(["workshop"], ({ workshop }) => this.#show(workshop));
    store.subscribe(["phase"], ({ phase }) => {
      part(this, "workshop-offer", HTMLElement).hidden = phase === "running" || phase === "finished";
      if (phase === "running") this.#dialog.close();
    });
    store.subscribe(["policy", "policyKept", "drafts"], (state) => this.#say(state));
    this.#say(store.state);
    one(this, "policy-rules", PolicyRules).follow(store, read);
    one(this, "python-rules", PythonRules).follow(store);
    one(this, "policy-file", PolicyFile).follow(store, read);
  }

  /** @param {Bench | ""} bench */
  #show(bench) {
    if (bench === "") return this.#dialog.close();
    this.#bench = bench;
    for (const section of this.querySelectorAll("[data-bench]")) {
      if (section instanceof HTMLElement) section.hidden = section.dataset.bench !== bench;
    }
    const [{ input }] = this.#choices().filter((choice) => choice.bench === bench);
    input.checked = true;
    if (this.#dialog.open) return;
    this.#dialog.showModal();
    input.focus();
  }

  /** @param {Readonly<import("../state.js").State>} state */
  #say(state) {
    const { attribute = [], python = [] } = state.policy;
    const tallies = { rules: attribute.length, python: python.length };
    for (const [name, number] of Object.entries(tallies))
      part(this, `${name}-tally`, HTMLElement).textContent = `${number}`;
    const rules = attribute.length + python.length;
    part(this, "workshop-tally", HTMLElement).textContent = rules > 0 ? counted(rules, "rule") : "";
    part(this, "workshop-lead", HTMLElement).textContent = keptWords(state) || LEAD;
    const words = draftWords(state.drafts);
    part(this, "workshop-pending", HTMLElement).textContent =
      words && `${words[0].toUpperCase()}${words.slice(1)}. A run goes without it.`;
    part(this, "workshop-pending", HTMLElement).toggleAttribute("data-short", words !== "");
  }

  /** @param {KeyboardEvent} event */
  #pressed({ key, target }) {
    const pressed = key === "Escape" && target instanceof Element && target.closest(".editor") !== null;
    this.#escape = { pressed, closes: !pressed || this.#escape.pressed };
  }

  #choices() {
    return BENCHES.map((bench) => ({ bench, input: one(this, `[name="bench"][value="${bench}"]`, HTMLInputElement) }));
  }

  get #dialog() {
    return part(this, "workshop-dialog", HTMLDialogElement);
  }
}

customElements.define("policy-workshop", PolicyWorkshop);
