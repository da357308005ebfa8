// @ts-check
/** <choose-panel>: the dialogues for a folder and for ZIP files, and the name of what was chosen. */
import { send } from "../intents.js";
import { hasFolderDrop, hasFolderPicker } from "../page/capabilities.js";
import { one, part } from "../page/dom.js";
import { followNotes } from "../page/notes.js";
import { noteOf } from "../page/problem.js";
import { pacsAddress } from "../page/served.js";
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
    const pacs = part(this, "pacs", HTMLButtonElement);
    pacs.hidden = pacsAddress() === "";
    pacs.addEventListener("click", () => send(this, "query-pacs"));
    for (const input of [folderInput, zipInput]) {
      input.addEventListener("change", () => {
        this.#offer(Promise.resolve(pickFiles(input.files ?? [])));
        input.value = ""; // so that choosing the same again is a change
      });
    }
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["pick"], ({ pick }) => this.#show(pick?.label ?? ""));
    store.subscribe(["phase", "refused"], ({ phase, refused }) => this.#lock(phase === "running" || refused));
    followNotes(this, store, "choose");
  }

  /** Hides what does not work in this browser, and says what works instead. */
  #explain() {
    part(this, "fallback", HTMLElement).hidden = hasFolderPicker();
    part(this, "no-drop", HTMLElement).hidden = hasFolderDrop();
    if (!hasFolderDrop()) part(this, "lead", HTMLElement).textContent = "Drop a ZIP or files anywhere on this page";
  }

  /** @param {Promise<import("../state.js").Pick | null>} picking */
  async #offer(picking) {
    noteOf(this).clear();
    try {
      const pick = await picking;
      if (pick) send(this, "picked", pick);
    } catch (error) {
      noteOf(this).showError(error);
    }
  }

  /** @param {string} label */
  #show(label) {
    noteOf(this).clear();
    const picked = part(this, "picked", HTMLElement);
    picked.textContent = label;
    picked.hidden = false;
    part(this, "folder", HTMLButtonElement).classList.remove("primary");
  }

  /** While a run goes on nothing else can be chosen. @param {boolean} locked */
  #lock(locked) {
    for (const name of ["folder", "zip", "pacs"]) part(this, name, HTMLButtonElement).disabled = locked;
    one(this, ".step-body", HTMLElement).classList.toggle("locked", locked);
  }
}

customElements.define("choose-panel", ChoosePanel);
