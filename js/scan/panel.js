// @ts-check
/** <found-panel>: figures of the scan while it goes on, the files that are left out, and the offer of a search. */
import { send } from "../intents.js";
import { part } from "../page/dom.js";
import { bytes, count, counted } from "../page/format.js";
import { followNotes } from "../page/notes.js";
import { noteOf } from "../page/problem.js";
import { reason } from "../page/tables.js";

/** @typedef {import("../../worker/shared/protocol/files.js").Found} Found */

export class FoundPanel extends HTMLElement {
  /** @type {string[]} modalities of which studies are listed */ #chosen = [];

  connectedCallback() {
    part(this, "stop", HTMLButtonElement).addEventListener("click", () => send(this, "stop-scan"));
    part(this, "index", HTMLButtonElement).addEventListener("click", () => send(this, "search-originals"));
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["pick", "seen", "found"], ({ seen, found, stopped }, changed) => {
      if (changed.has("pick")) this.#begin();
      if (found) this.#end(found, stopped);
      else if (seen) this.#update(seen);
    });
    store.subscribe(["found", "modalities"], ({ found, modalities }) => found && this.#filter(found, modalities));
    store.subscribe(["kept"], ({ kept }) => this.#offerIndex(kept !== null));
    store.subscribe(["indexing"], ({ indexing }) => this.#indexing(indexing));
    followNotes(this, store, "found");
  }

  #begin() {
    noteOf(this).clear();
    part(this, "scanning", HTMLElement).hidden = false;
    part(this, "spoken", HTMLElement).textContent = "";
    part(this, "search-offer", HTMLElement).hidden = true;
  }

  /** @param {boolean} kept   there is an index, of these or of other files */
  #offerIndex(kept) {
    const hint = kept ? "The one that is kept is brought up to date, or replaced if it is of other files." : "";
    part(this, "index-kept", HTMLElement).textContent = hint;
  }

  /** How far the index of these files is; "": none is made. @param {string} far */
  #indexing(far) {
    part(this, "indexing", HTMLElement).textContent = far && `Reading headers: ${far}.`;
  }

  /** @param {Found} found */
  #update(found) {
    this.#figure("seen", count(found.seen));
    this.#figure("dicom", count(found.dicom));
    this.#figure("studies", count(found.studies.length));
    this.#figure("series", count(found.series));
    this.#figure("bytes", bytes(found.bytes));
    part(this, "modalities", HTMLElement).replaceChildren(...modalitiesOf(found).map(modalityItem));
    part(this, "skipped", HTMLElement).replaceChildren(...leftOut(found));
  }

  /** @param {Found} found @param {boolean} stopped  by the person */
  #end(found, stopped) {
    this.#update(found);
    part(this, "scanning", HTMLElement).hidden = true;
    if (stopped)
      part(this, "skipped", HTMLElement).append(
        item("", "You stopped the search: only what is counted here takes part."),
      );
    part(this, "spoken", HTMLElement).textContent =
      `Found ${counted(found.dicom, "DICOM file")} in ${counted(found.studies.length, "study", "studies")}.`;
    part(this, "search-offer", HTMLElement).hidden = found.dicom === 0;
    if (found.error) noteOf(this).show(found.error);
    else if (found.dicom === 0) noteOf(this).show(found.skipped.ARCHIVE ? "ONLY_ARCHIVES" : "NOTHING_THERE");
  }

  /** The modalities are filters of the list of studies, where there is one. @param {Found} found @param {string[]} chosen */
  #filter(found, chosen) {
    this.#chosen = chosen;
    if (found.studies.length < 2) return;
    const list = part(this, "modalities", HTMLElement);
    if (!list.querySelector("button")) {
      list.replaceChildren(...modalitiesOf(found).map((entry) => modalityButton(entry, () => this.#toggle(entry[0]))));
    }
    for (const button of list.querySelectorAll("button")) button.ariaPressed = String(chosen.includes(button.value));
  }

  /** @param {string} modality */
  #toggle(modality) {
    const others = this.#chosen.filter((chosen) => chosen !== modality);
    const chosen = others.length < this.#chosen.length ? others : [...others, modality];
    send(this, "modalities-chosen", chosen);
  }

  /** @param {string} name @param {string} text */
  #figure(name, text) {
    part(this, name, HTMLElement).textContent = text;
  }
}

/** The most files first. @param {Found} found */
function modalitiesOf({ modalities }) {
  return Object.entries(modalities).sort((a, b) => b[1] - a[1]);
}

/** @param {[string, number]} entry */
function modalityItem(entry) {
  const made = document.createElement("li");
  made.append(...modalityWords(entry));
  return made;
}

/** @param {[string, number]} entry @param {() => void} act */
function modalityButton(entry, act) {
  const made = document.createElement("li");
  const button = document.createElement("button");
  Object.assign(button, { type: "button", value: entry[0], title: `Show the studies with ${entry[0]} alone` });
  button.append(...modalityWords(entry));
  button.addEventListener("click", act);
  made.append(button);
  return made;
}

/** @param {[string, number]} entry */
function modalityWords([modality, files]) {
  const number = document.createElement("span");
  number.textContent = count(files);
  return [modality, " ", number];
}

/** @param {Found} found */
function leftOut({ skipped, withoutPreamble }) {
  const lines = Object.entries(skipped).map(([code, files]) => {
    const { sentence, remedy } = reason(code);
    return item(`${counted(files, "file")} left out:`, `${sentence} ${remedy}`);
  });
  if (withoutPreamble > 0) {
    const what = withoutPreamble === 1 ? "It is a DICOM file" : "They are DICOM files";
    lines.push(
      item(
        `${counted(withoutPreamble, "file")} without preamble.`,
        `${what} all the same, known by the first data elements.`,
      ),
    );
  }
  return lines;
}

/** @param {string} strong @param {string} rest */
function item(strong, rest) {
  const made = document.createElement("li");
  const bold = document.createElement("b");
  bold.textContent = strong;
  made.append(bold, ` ${rest}`);
  return made;
}

customElements.define("found-panel", FoundPanel);
