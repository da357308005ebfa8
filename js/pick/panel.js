// @ts-check
/** <choose-panel>: the two dialogues, and what was chosen. */
import { hasFolderDrop, hasFolderPicker } from "../page/capabilities.js";
import { one, part, tell } from "../page/dom.js";
import { codeOf, noteOf } from "../page/problem.js";
import { pickFiles, pickFolder } from "./pick.js";

export class ChoosePanel extends HTMLElement {
  connectedCallback() {
    const folderInput = part(this, "folder-input", HTMLInputElement);
    const zipInput = part(this, "zip-input", HTMLInputElement);
    this.#explain();
    part(this, "zip", HTMLButtonElement).addEventListener("click", () => zipInput.click());
    part(this, "folder", HTMLButtonElement).addEventListener("click", () => {
      if (hasFolderPicker()) this.#offer(pickFolder());
      else folderInput.click();
    });
    for (const input of [folderInput, zipInput]) {
      input.addEventListener("change", () => {
        this.#offer(Promise.resolve(pickFiles(input.files ?? [])));
        input.value = ""; // so that choosing the same again is a change
      });
    }
  }

  /** What does not work in this browser is not offered, and what works instead is said. */
  #explain() {
    part(this, "fallback", HTMLElement).hidden = hasFolderPicker();
    part(this, "no-drop", HTMLElement).hidden = hasFolderDrop();
    if (!hasFolderDrop()) part(this, "lead", HTMLElement).textContent = "Drop a ZIP or files anywhere on this page";
  }

  /** @param {Promise<import("./pick.js").Pick | null>} picking */
  async #offer(picking) {
    noteOf(this).clear();
    try {
      const pick = await picking;
      if (pick) tell(this, "picked", pick);
    } catch (error) {
      this.problem(codeOf(error));
    }
  }

  /** @param {string} code */
  problem(code) {
    noteOf(this).show(code);
  }

  /** @param {string} label */
  show(label) {
    noteOf(this).clear();
    const picked = part(this, "picked", HTMLElement);
    picked.textContent = label;
    picked.hidden = false;
    part(this, "folder", HTMLButtonElement).classList.remove("primary");
  }

  /** @param {boolean} locked  while a run goes on nothing else can be chosen */
  lock(locked) {
    for (const name of ["folder", "zip"]) part(this, name, HTMLButtonElement).disabled = locked;
    one(this, ".step-body", HTMLElement).classList.toggle("locked", locked);
  }
}

customElements.define("choose-panel", ChoosePanel);
