// @ts-check
/** <stored-runs>: the runs in this page's private storage, there after a reload too, to be downloaded or deleted. */
import { bytes, counted } from "../format.js";
import { copyOf, one, part, tell } from "../parts.js";

/** @typedef {import("../../worker/protocol.js").StoredRun} StoredRun */

const TITLES = { zip: "ZIP", "audit.csv": "Audit CSV", "output.log": "Log", linkage: "Linkage file", delete: "Delete" };

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
    one(item, ".stored-name", HTMLElement).textContent = run.name;
    one(item, ".stored-about", HTMLElement).textContent = about(run);
    for (const [get, title] of Object.entries(TITLES)) {
      const button = one(item, `[data-get="${get}"]`, HTMLButtonElement);
      button.hidden = get === "linkage" ? !run.linkage : run.linkage === "alone" && get !== "delete";
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
      `${run.name}: ${about(run)}. This cannot be taken back. Your originals stay as they are.`;
    dialog.showModal();
  }
}

/** @param {StoredRun} run */
function about({ files, bytes: size, finished, linkage }) {
  if (linkage === "alone") return "linkage file; the results are in the folder that you chose";
  const more = `${linkage ? ", linkage file" : ""}${finished ? "" : ", not finished"}`;
  return `${counted(files, "file")}, ${bytes(size)}${more}`;
}

customElements.define("stored-runs", StoredRuns);
