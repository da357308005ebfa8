// @ts-check
/**
 * <cut-off-run>: says which run was cut off, asks for its key, and for its files where the page has no way to them;
 * the same for a run over what an earlier one withheld.
 */

import { send } from "../intents.js";
import { part } from "../page/dom.js";
import { doneOf, moment } from "../page/format.js";
import { followNotes } from "../page/notes.js";
import { noteOf } from "../page/problem.js";
import { begunAt, whichOf } from "../results/stored-runs.js";

/** @typedef {import("../../worker/shared/protocol/files.js").StoredRun} StoredRun */

/** Files that have to be chosen once more, by their kind. */
const CHOOSE = {
  handles: "the same folder or files",
  files: "the same folder or files",
  zips: "the same ZIP",
  pacs: "the same studies of the PACS",
};

/** @param {StoredRun} run */
function chooseOf({ begun, ended, about }) {
  const what = CHOOSE[(begun ?? ended)?.kind ?? "handles"];
  return about?.source ? `${what} (${about.source})` : what;
}

/** Of what a run is, when it was begun, and how far it came. @param {StoredRun} run */
export function farOf({ name, about, done, begun }) {
  const when = moment(begunAt(name)) || name;
  return `${about?.source ? `${about.source}, begun` : "Begun"} ${when}: ${doneOf(done, begun?.total ?? 0)}.`;
}

/** What is waited for, and what the person can do about it. */
const WAITS = {
  browser:
    "The browser asks whether this page may use the folder again. Answer it, most often at the top of the window.",
  python: "Python is still starting, as after each loading of the page.",
  passphrase: "The key is being checked.",
};

export class CutOffRun extends HTMLElement {
  /** @type {StoredRun | null} the newest that was cut off */ #offered = null;
  /** @type {StoredRun | null} the one that the dialogue is about */ #asked = null;
  /** Runs that the person does not want to hear of. @type {Set<string>} */ #later = new Set();
  /** What the run that is asked for does. @type {"goes on" | "begins"} */ #verb = "goes on";
  /** @type {StoredRun | null} the one whose files have to be chosen once more */ #waiting = null;

  connectedCallback() {
    part(this, "go-on", HTMLButtonElement).addEventListener(
      "click",
      () => this.#offered && send(this, "go-on", this.#offered),
    );
    part(this, "later", HTMLButtonElement).addEventListener("click", () => this.#dismiss());
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const passphrase = part(this, "passphrase", HTMLInputElement).value;
      if (this.#asked && passphrase) send(this, "resume-run", { run: this.#asked, passphrase });
    });
    part(this, "close", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => {
      part(this, "passphrase", HTMLInputElement).value = ""; // it stays nowhere
      send(this, "resume-closed");
    });
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["runs"], ({ runs, phase }) => {
      if (phase !== "running") this.#offer(runs);
    });
    store.subscribe(["asked"], ({ asked, order }) => {
      if (!asked) return this.#dialog.close();
      this.#ask(asked, order?.name === asked.run.name ? order.passphrase : "");
    });
    store.subscribe(["checking"], ({ checking }) => this.#busy(checking));
    store.subscribe(["waiting"], ({ waiting }) => waiting?.choose && this.#wait(waiting.choose));
    store.subscribe(["phase"], ({ phase }) => phase === "running" && this.#rest());
    followNotes(this, store, "cutOff");
  }

  /** @param {StoredRun[]} runs   newest first */
  #offer(runs) {
    const wanted = runs.filter(({ begun, open, name }) => begun && !begun.cancelled && !open && !this.#later.has(name));
    this.#offered = wanted[0] ?? null;
    if (!this.#waiting) this.#say(this.#offered && `A run was cut off. ${farOf(this.#offered)}`, true);
  }

  /**
   * Asks for the key.
   * @param {NonNullable<import("../state.js").State["asked"]>} asked
   * @param {string} key     of the run, if it was the last one of this visit
   */
  #ask({ run, known, allowed }, key) {
    this.#asked = run;
    this.#verb = allowed ? "begins" : "goes on";
    noteOf(this).clear();
    part(this, "title", HTMLElement).textContent = allowed ? "Run what was withheld" : "Go on with this run";
    part(this, "about", HTMLElement).textContent = allowed
      ? `A run of its own takes only what you allow now of the files that ${whichOf(run)} withheld. With the same key its results fit together with those.`
      : farOf(run);
    const then = known
      ? "The browser may ask you to allow the folder again."
      : `The page has no way to the originals any more. Afterwards, choose or drop ${chooseOf(run)}: the run ${this.#verb} by itself.`;
    part(this, "how", HTMLElement).textContent = `As you saved it, or the passphrase that it was made of. ${then}`;
    part(this, "passphrase", HTMLInputElement).value = key;
    this.#busy("");
    this.#dialog.showModal();
  }

  /** @param {import("../state.js").State["checking"]} waits  for what; "": for nothing */
  #busy(waits) {
    const submit = part(this, "submit", HTMLButtonElement);
    submit.disabled = waits !== "";
    submit.textContent = waits ? "Waiting…" : this.#verb === "begins" ? "Run them" : "Go on";
    part(this, "waits", HTMLElement).textContent = waits && WAITS[waits];
  }

  get #dialog() {
    return part(this, "dialog", HTMLDialogElement);
  }

  /** The files have to be chosen once more. @param {StoredRun} run */
  #wait(run) {
    this.#waiting = run;
    this.#say(`Now choose or drop ${chooseOf(run)}: the run ${this.#verb} by itself.`, false);
    this.scrollIntoView({ block: "start" });
  }

  /** Nothing is waited for any more, or offered until runs are shown again. */
  #rest() {
    this.#waiting = null;
    this.#say(null, false);
  }

  #dismiss() {
    if (!this.#waiting && this.#offered) this.#later.add(this.#offered.name);
    const wasWaiting = this.#waiting !== null;
    this.#rest();
    if (wasWaiting) send(this, "resume-later");
  }

  /** @param {string | null} text @param {boolean} offer */
  #say(text, offer) {
    part(this, "notice", HTMLElement).hidden = text === null;
    part(this, "text", HTMLElement).textContent = text;
    part(this, "go-on", HTMLButtonElement).hidden = !offer;
  }
}

customElements.define("cut-off-run", CutOffRun);
