// @ts-check
/** <library-panel>: signing in to the server, and how far the indexes of its folders are. */

import { send } from "../intents.js";
import { copyOf, one, part } from "../page/dom.js";
import { count, counted } from "../page/format.js";
import { followNotes } from "../page/notes.js";
import { reasons } from "../page/tables.js";
import { spokenTime } from "../search/index-status.js";

/** @typedef {import("./server.js").Folder} Folder */

export class LibraryPanel extends HTMLElement {
  connectedCallback() {
    part(this, "find", HTMLButtonElement).addEventListener("click", () => send(this, "search-library"));
    part(this, "start", HTMLButtonElement).addEventListener("click", () => send(this, "library-start"));
    part(this, "stop", HTMLButtonElement).addEventListener("click", () => send(this, "library-stop"));
    part(this, "sign-out", HTMLButtonElement).addEventListener("click", () => send(this, "library-sign-out"));
    const form = part(this, "by-passphrase", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(this, "library-sign-in", part(this, "passphrase", HTMLInputElement).value);
      form.reset();
    });
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    followNotes(this, store, "library");
  }

  /** @param {import("./server.js").Session} session */
  session({ signed_in: isIn, by }) {
    part(this, "sign-in", HTMLElement).hidden = isIn;
    part(this, "inside", HTMLElement).hidden = !isIn;
    part(this, "by-address", HTMLElement).hidden = by !== "secret";
    part(this, "by-passphrase", HTMLElement).hidden = by !== "passphrase";
  }

  /** @param {import("./server.js").LibraryStatus} status */
  status(status) {
    const { running, enumerated_files: all, files_processed: done, series_count: series } = status;
    reasons.whenThere(() => part(this, "folders", HTMLElement).replaceChildren(...status.folders.map(itemOf)));
    const progress = part(this, "progress", HTMLProgressElement);
    progress.hidden = !running;
    if (all > 0) Object.assign(progress, { max: all, value: Math.min(done, all) });
    else progress.removeAttribute("value"); // it is not known yet
    part(this, "start", HTMLElement).hidden = running;
    part(this, "stop", HTMLElement).hidden = !running;
    const words = running ? "Headers are read." : `${counted(series, "series", "series")} in the index.`;
    const spoken = part(this, "spoken", HTMLElement);
    if (spoken.textContent !== words) spoken.textContent = words; // else it would be read out every two seconds
  }
}

/** @param {Folder} folder */
function itemOf(folder) {
  const item = copyOf("library-folder", HTMLLIElement);
  one(item, "b", HTMLElement).textContent = folder.name;
  const holds = one(item, ".badge", HTMLElement);
  holds.dataset.holds = folder.holds;
  holds.textContent = folder.holds === "originals" ? "Originals" : "De-identified";
  one(item, ".folder-status", HTMLElement).textContent = wordsOf(folder);
  return item;
}

/** @param {Folder} folder */
function wordsOf({ running, enumerated_files, files_processed, series_count, errors, last_updated, reason }) {
  const files = running
    ? `Reading headers: ${count(files_processed)} of ${counted(enumerated_files, "file")}`
    : counted(files_processed, "file");
  const parts = [files, counted(series_count, "series", "series")];
  if (errors > 0) parts.push(`${count(errors)} could not be read`);
  const updated = !running && last_updated ? `; updated ${spokenTime(new Date(last_updated))}` : "";
  return `${parts.join(", ")}${updated}.${reason && !running ? ` ${reasons.of(reason).sentence}` : ""}`;
}

customElements.define("library-panel", LibraryPanel);
