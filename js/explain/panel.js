// @ts-check
/**
 * <try-out>: the sample file of the workshop: what would happen to it by the policy, or with what is being written.
 * The values of the file are nowhere but here, and gone when the workshop is closed or a run begins.
 */
import { on, send } from "../intents.js";
import { part } from "../page/dom.js";
import { followNotes } from "../page/notes.js";
import { noteOf } from "../page/problem.js";
import { isWhole, OLDER } from "../page/project-key.js";
import { WhatIf } from "./element-list.js";
import { SamplePicker } from "./sample-picker.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").Found} Found
 * @typedef {import("../../worker/shared/protocol/files.js").Sample} Sample
 * @typedef {import("./explain.js").Trial} Trial
 * @typedef {import("./explain.js").Tried} Tried
 * @typedef {import("./sample-picker.js").Files} Files
 * @typedef {import("../state.js").Store} Store
 */

/** Nothing is typed or clicked for so long before the file is tried, in milliseconds. */
const PAUSE = 300;
const BY_POLICY = "By the policy as it stands.";
const BY_DRAFT = "With what you are writing, which is not in the policy yet.";
const NOT_TRIED = "By the policy as it stands: what you are writing cannot be tried yet.";
const STALE = "As before: what you are writing cannot be used yet.";

export class TryOut extends HTMLElement {
  /** @type {{files: Files, trial: Trial, store: Store} | null} */ #parts = null;
  /** @type {Sample | null} the file that is chosen */ #sample = null;
  /** Number of the look that is being taken; an earlier one's answer is dropped. */ #turn = 0;
  /** @type {number | undefined} */ #timer;
  /** @type {number | null} the file that is shown */ #shown = null;

  connectedCallback() {
    const choose = (/** @type {Sample | null} */ sample) => {
      this.#sample = sample;
      this.#changed();
    };
    on("sample-chosen", choose, this);
  }

  /** @param {Files} files @param {Trial} trial @param {Store} store */
  async follow(files, trial, store) {
    this.#parts = { files, trial, store };
    store.subscribe(["policy", "workshop", "drafts"], ({ workshop }, changed) => {
      if (workshop) this.#changed();
      else if (changed.has("workshop")) this.#clear();
    });
    store.subscribe(["phase"], ({ phase, found }) => {
      if (phase === "ready" && found)
        this.#offer(found).catch(() => {}); // then it has nothing to try on
      else this.#withdraw();
    });
    followNotes(this, store, "tryOut");
  }

  /** @param {Found} found */
  async #offer(found) {
    if (!this.#parts) return;
    this.#hide(false);
    await part(this, "picker", SamplePicker).offer(this.#parts.files, found);
  }

  /** A run begins, or other files were chosen: nothing is left of what was shown. */
  #withdraw() {
    this.#hide(true);
    this.#sample = null;
    this.#clear();
  }

  /** @param {boolean} hidden */
  #hide(hidden) {
    part(this, "sample", HTMLElement).hidden = hidden;
    part(this, "none", HTMLElement).hidden = !hidden;
  }

  get #whatIf() {
    return part(this, "what-if", WhatIf);
  }

  #clear() {
    this.#turn++;
    this.#shown = null;
    clearTimeout(this.#timer);
    this.#whatIf.clear();
    noteOf(this).clear();
    part(this, "by", HTMLElement).textContent = "";
    this.#parts?.trial.end();
    send(this, "draft-tried", null);
  }

  /** Another policy, another draft, another file: what is shown follows. */
  #changed() {
    if (!this.#sample || !this.#parts?.store.state.workshop) return;
    this.#turn++;
    this.#whatIf.wait();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), PAUSE);
  }

  async #look() {
    if (!this.#parts || !this.#sample) return;
    const turn = ++this.#turn;
    const { trial, store } = this.#parts;
    const { policy, passphrase, workshop, drafts } = store.state;
    const { index } = this.#sample;
    const draft = workshop ? drafts[workshop] : null;
    const wanted = draft?.policy ?? policy;
    const tried = await trial.explain({ index }, wanted, passphrase);
    if (turn !== this.#turn) return;
    noteOf(this).clear();
    const by = draft?.pending ? (draft.policy ? BY_DRAFT : NOT_TRIED) : BY_POLICY;
    const problems = ("error" in tried && tried.problems) || [];
    const traceback = "error" in tried ? "" : (tried.traceback ?? "");
    if ("error" in tried) this.#failed(tried, index);
    else {
      const madeUp = !isWhole(passphrase, wanted.pseudonyms === OLDER);
      this.#whatIf.show(tried, { madeUp, stay: index === this.#shown, rule: draft?.rule });
      this.#shown = index;
    }
    part(this, "by", HTMLElement).textContent = problems.length > 0 && draft?.policy ? STALE : by;
    part(this, "by", HTMLElement).toggleAttribute("data-short", draft?.pending ?? false);
    send(this, "draft-tried", { policy: wanted, problems, traceback });
  }

  /** What is there of the same file stays while something is wrong with the policy. @param {Extract<Tried, {error: string}>} tried @param {number} index */
  #failed({ error, problems = [] }, index) {
    noteOf(this).show(error, problems);
    if (problems.length > 0 && index === this.#shown) return this.#whatIf.keep();
    this.#shown = null;
    this.#whatIf.clear();
  }
}

customElements.define("try-out", TryOut);
