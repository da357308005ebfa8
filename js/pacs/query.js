// @ts-check
/** <pacs-query>: a dialog that finds studies of a PACS, of which the ticked ones are picked like a folder. */
import { send } from "../intents.js";
import { copyOf, one, part } from "../page/dom.js";
import { count, counted } from "../page/format.js";
import { noteOf } from "../page/problem.js";
import { fillLogin, readLogin } from "./login.js";

/**
 * @typedef {import("../../worker/shared/protocol/pacs.js").Pacs} Pacs
 * @typedef {import("../../worker/shared/protocol/pacs.js").Query} Query
 * @typedef {import("../../worker/shared/protocol/pacs.js").StudyThere} StudyThere
 * @typedef {import("../../worker/shared/protocol/pacs.js").StudiesThere} StudiesThere
 */

const FIELDS = /** @type {const} */ (["id", "name", "from", "until", "modality", "accession"]);

export class PacsQuery extends HTMLElement {
  /** @type {((pacs: Pacs, query: Query) => Promise<StudiesThere>) | null} */ #find = null;
  /** @type {Pacs | null} where the studies that are listed come from */ #pacs = null;
  /** @type {Map<HTMLInputElement, StudyThere>} by their boxes */ #studies = new Map();

  connectedCallback() {
    const dialog = part(this, "dialog", HTMLDialogElement);
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#look();
    });
    part(this, "close", HTMLButtonElement).addEventListener("click", () => dialog.close());
    part(this, "take", HTMLButtonElement).addEventListener("click", () => this.#take());
    part(this, "all", HTMLInputElement).addEventListener("change", ({ target }) => {
      for (const box of this.#studies.keys()) box.checked = /** @type {HTMLInputElement} */ (target).checked;
      this.#tell();
    });
    part(this, "studies", HTMLElement).addEventListener("change", () => this.#tell());
    dialog.addEventListener("close", () => this.#clear());
  }

  /** @param {(pacs: Pacs, query: Query) => Promise<StudiesThere>} find */
  serve(find) {
    this.#find = find;
  }

  open() {
    fillLogin(this);
    part(this, "place", HTMLElement).textContent = `: ${part(this, "address", HTMLInputElement).value}`;
    part(this, "dialog", HTMLDialogElement).showModal();
    part(this, "id", HTMLInputElement).focus();
  }

  async #look() {
    this.#clear();
    const [found, button] = [part(this, "found", HTMLElement), part(this, "find", HTMLButtonElement)];
    button.disabled = true;
    found.textContent = "Asking the PACS…";
    try {
      const pacs = readLogin(this);
      const query = Object.fromEntries(FIELDS.map((name) => [name, part(this, name, HTMLInputElement).value]));
      const there = await this.#find?.(pacs, /** @type {Query} */ (query));
      this.#pacs = pacs;
      if (there) this.#show(there);
    } catch (error) {
      found.textContent = "";
      noteOf(this).showError(error);
    } finally {
      button.disabled = false;
    }
  }

  /** @param {StudiesThere} there */
  #show({ studies, more }) {
    const items = studies.map((study) => this.#item(study));
    part(this, "studies", HTMLElement).replaceChildren(...items);
    part(this, "result", HTMLElement).hidden = studies.length === 0;
    const found = studies.length === 0 ? "No study is found." : `${counted(studies.length, "study", "studies")} found.`;
    part(this, "found", HTMLElement).textContent = more
      ? `The first ${count(studies.length)} are listed, and there are more: say more about them.`
      : found;
    this.#tell();
  }

  /** @param {StudyThere} study */
  #item(study) {
    const item = copyOf("study-there", HTMLLIElement);
    const text = (/** @type {string} */ selector, /** @type {string} */ value) =>
      (one(item, selector, HTMLElement).textContent = value);
    text(".there-date", study.date || "no date");
    text(".there-patient b", study.patient || "no name");
    text(".there-id", study.id);
    text(".there-about", [study.modality, study.description, study.accession].filter(Boolean).join(" · "));
    text(".there-files", study.instances > 0 ? counted(study.instances, "instance") : "");
    this.#studies.set(one(item, "input", HTMLInputElement), study);
    return item;
  }

  get #ticked() {
    return [...this.#studies].filter(([box]) => box.checked).map(([, study]) => study);
  }

  #tell() {
    const ticked = this.#ticked.length;
    const all = part(this, "all", HTMLInputElement);
    all.checked = ticked > 0 && ticked === this.#studies.size;
    all.indeterminate = ticked > 0 && !all.checked;
    const take = part(this, "take", HTMLButtonElement);
    take.disabled = ticked === 0;
    take.classList.toggle("primary", ticked > 0);
    part(this, "find", HTMLButtonElement).classList.toggle("primary", ticked === 0);
    take.textContent = ticked === 0 ? "Take studies" : `Take ${counted(ticked, "study", "studies")}`;
  }

  #take() {
    const [pacs, studies] = [this.#pacs, this.#ticked];
    if (!pacs || studies.length === 0) return;
    part(this, "dialog", HTMLDialogElement).close();
    const label = `${counted(studies.length, "study", "studies")} of the PACS`;
    send(this, "picked", { picked: { kind: "pacs", pacs, studies }, label });
  }

  /** Names of patients do not stay. */
  #clear() {
    this.#studies = new Map();
    this.#pacs = null;
    part(this, "studies", HTMLElement).replaceChildren();
    part(this, "result", HTMLElement).hidden = true;
    part(this, "found", HTMLElement).textContent = "";
    noteOf(this).clear();
    this.#tell();
  }
}

customElements.define("pacs-query", PacsQuery);
