// @ts-check
/** <stored-runs>: the runs in this page's private storage, there after a reload too, to be downloaded or deleted. */
import { bytes, counted } from "../format.js";
import { copyOf, one, part, tell } from "../parts.js";

/** @typedef {import("../../worker/protocol.js").StoredRun} StoredRun */

const TITLES = { zip: "ZIP", "audit.csv": "Audit CSV", "output.log": "Log", delete: "Delete" };

export class StoredRuns extends HTMLElement {
  /** @type {StoredRun | null} */
  #doomed = null;

  connectedCallback() {
    const dialog = part(this, "dialog", HTMLDialogElement);
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "delete" && this.#doomed) tell(this, "delete-run", this.#doomed.name);
      this.#doomed = null;
    });
  }

  /** @param {StoredRun[]} runs */
  show(runs) {
    const newestFirst = [...runs].sort((a, b) => (a.name < b.name ? 1 : -1));
    part(this, "runs", HTMLElement).replaceChildren(...newestFirst.map((run) => this.#item(run)));
    this.hidden = runs.length === 0;
  }

  /** @param {StoredRun} run */
  #item(run) {
    const item = copyOf("stored", HTMLLIElement);
    const state = run.finished ? "" : ", not finished";
    one(item, ".stored-name", HTMLElement).textContent = run.name;
    one(item, ".stored-about", HTMLElement).textContent = `${counted(run.files, "file")}, ${bytes(run.bytes)}${state}`;
    for (const [get, title] of Object.entries(TITLES)) {
      const button = one(item, `[data-get="${get}"]`, HTMLButtonElement);
      button.setAttribute("aria-label", `${title} of ${run.name}`);
      button.addEventListener("click", () => (get === "delete" ? this.#ask(run) : tell(this, "get", { run, get })));
    }
    return item;
  }

  /** @param {StoredRun} run */
  #ask(run) {
    this.#doomed = run;
    const dialog = part(this, "dialog", HTMLDialogElement);
    dialog.returnValue = "";
    part(this, "delete-text", HTMLElement).textContent =
      `${run.name}: ${counted(run.files, "file")}, ${bytes(run.bytes)}. This cannot be taken back. Your originals stay as they are.`;
    dialog.showModal();
  }
}

customElements.define("stored-runs", StoredRuns);
