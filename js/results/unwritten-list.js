// @ts-check
/** <unwritten-list>: the list of what a run did not write, there after a reload too: by reason, and as a table to keep. */

import { cell } from "../../worker/shared/csv.js";
import { on } from "../intents.js";
import { one, part } from "../page/dom.js";
import { count } from "../page/format.js";
import { codeOf, noteOf } from "../page/problem.js";
import { save } from "../page/save-file.js";
import { fetchTable, reason } from "../page/tables.js";
import { isLast } from "../state.js";
import { UnwrittenFiles } from "./unwritten.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").Listed} Listed
 * @typedef {import("../page/tables.js").SopClass} SopClass
 */

const COLUMNS = ["path", "outcome", "reason", "sentence", "remedy", "sop_class_uid", "sop_class"];

export class UnwrittenList extends HTMLElement {
  /** @type {import("../state.js").Store | null} */ #store = null;
  /** @type {Listed[]} */ #rows = [];
  #name = "";

  connectedCallback() {
    const dialog = part(this, "dialog", HTMLDialogElement);
    part(this, "close", HTMLButtonElement).addEventListener("click", () => dialog.close());
    part(this, "reason", HTMLSelectElement).addEventListener("change", () => this.#show());
    part(this, "save", HTMLButtonElement).addEventListener("click", () => this.#save());
    on("allow-only", () => dialog.close(), this);
    dialog.addEventListener("close", () => {
      this.#rows = [];
      this.#files.begin();
    });
  }

  /** @param {import("../state.js").Store} store @param {(name: string) => Promise<Listed[]>} read */
  follow(store, read) {
    this.#store = store;
    on("show-unwritten", (name) => this.#open(name, read));
  }

  /** @param {string} name @param {(name: string) => Promise<Listed[]>} read */
  async #open(name, read) {
    noteOf(this).clear();
    this.#name = name;
    try {
      this.#rows = await read(name);
      if (this.#rows.length === 0) noteOf(this).show("NO_RUN");
    } catch (error) {
      noteOf(this).show(codeOf(error));
    }
    part(this, "save", HTMLButtonElement).disabled = this.#rows.length === 0;
    part(this, "reason", HTMLSelectElement).replaceChildren(...this.#reasons());
    this.#show();
    part(this, "dialog", HTMLDialogElement).showModal();
  }

  /** A choice for each reason, the most frequent first. */
  #reasons() {
    /** @type {Map<string, number>} */ const counts = new Map();
    for (const row of this.#rows) counts.set(row.reason, (counts.get(row.reason) ?? 0) + 1);
    const most = [...counts].sort(([, one], [, other]) => other - one);
    const all = new Option(`All (${count(this.#rows.length)})`, "");
    return [all, ...most.map(([code, files]) => new Option(`${reason(code).sentence} (${count(files)})`, code))];
  }

  #show() {
    const wanted = part(this, "reason", HTMLSelectElement).value;
    const rows = wanted ? this.#rows.filter((row) => row.reason === wanted) : this.#rows;
    this.#files.begin(Number.POSITIVE_INFINITY);
    this.#files.add(rows.map((row) => ({ ...row, kind: -1 })));
    this.#files.show({ name: this.#name, policy: this.#policy, kinds: [] });
  }

  /** What the run was begun with; null: it is not known any more. */
  get #policy() {
    const state = this.#store?.state;
    if (!state) return null;
    if (isLast(state, this.#name)) return state.order?.policy ?? null;
    const run = state.runs.find(({ name }) => name === this.#name);
    return (run?.ended ?? run?.begun)?.policy ?? null;
  }

  async #save() {
    const classes = await fetchTable("sop-classes").catch(() => []);
    save(new Blob([tableOf(this.#rows, classes)], { type: "text/csv" }), `${this.#name}-not-written.csv`);
  }

  get #files() {
    return one(this, "unwritten-files", UnwrittenFiles);
  }
}

/** The list as CSV, with the words for its codes. @param {Listed[]} rows @param {SopClass[]} classes */
export function tableOf(rows, classes) {
  const names = new Map(classes.map(({ uid, name }) => [uid, name]));
  const lines = rows
    .toSorted((one, other) => (one.path < other.path ? -1 : Number(one.path > other.path)))
    .map(({ path, status, reason: code, sopClass }) => {
      const { sentence, remedy } = reason(code);
      return [path, status, code, sentence, remedy, sopClass, names.get(sopClass) ?? ""].map(cell).join(",");
    });
  return `${[COLUMNS.join(","), ...lines].join("\n")}\n`;
}

customElements.define("unwritten-list", UnwrittenList);
