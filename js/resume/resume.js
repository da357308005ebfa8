// @ts-check
/**
 * Going on with a run that was cut off, or running what is allowed now of what an earlier one withheld: its folders allowed
 * again, its key checked, its files found.
 */

import { send } from "../intents.js";
import { handlesOf, mayUse } from "../page/kept-handles.js";
import { actOn } from "../page/notes.js";
import { Problem } from "../page/problem.js";
import { deriveKey, OLDER, parted, salted } from "../page/project-key.js";
import { goTo } from "../page/steps.js";
import { labelOf, pickOutput } from "../pick/pick.js";
import { runName } from "../run/run.js";
import { isLast, NONE_LEFT_OUT } from "../state.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").StoredRun} StoredRun
 * @typedef {import("../../worker/shared/protocol/files.js").Begun} Begun
 * @typedef {import("../state.js").Order} Order
 * @typedef {import("../state.js").Pick} Pick
 * @typedef {import("../state.js").Allowed} Allowed
 */

export class Resume {
  #threads;
  #store;

  /**
   * @param {{files: import("../threads/files.js").Files, pool: import("../threads/pool.js").Pool}} threads
   * @param {import("../state.js").Store} store
   */
  constructor(threads, store) {
    this.#threads = threads;
    this.#store = store;
    actOn(store, "go-on", "stored", (run) => this.#ask(run, null));
    actOn(store, "allow-only", "stored", (allowed) => this.#allow(allowed));
    actOn(store, "resume-closed", "cutOff", () => store.update({ asked: null }));
    actOn(store, "resume-run", "cutOff", (asked) => this.#goOn(asked));
    actOn(store, "resume-later", "cutOff", () => store.update({ waiting: null }));
  }

  /** Of the last run its key and its files are known. @param {Allowed} allowed */
  async #allow(allowed) {
    const { state } = this.#store;
    const { only, policy } = allowed;
    if (isLast(state, only.run) && state.order)
      return send(document, "run-only", { ...state.order, name: runName(), policy, only, resumed: false });
    const run = state.runs.find(({ name }) => name === only.run);
    if (!run) throw new Problem("NO_RUN");
    await this.#ask(run, allowed);
  }

  /** Asks for the passphrase of a run. @param {StoredRun} run @param {Allowed | null} allowed   null: it is gone on with */
  async #ask(run, allowed) {
    if (this.#store.state.phase === "running") throw new Problem("RUN_GOES_ON");
    const known = (await handlesOf(run.name)).handles !== null;
    this.#store.note("cutOff", null);
    this.#store.update({ asked: { run, known, allowed } });
  }

  /** Goes on, or waits for the files to be chosen. @param {{run: StoredRun, passphrase: string}} asked */
  async #goOn({ run, passphrase }) {
    const store = this.#store;
    store.note("cutOff", null);
    const asked = store.state.asked;
    store.update({ checking: "passphrase" });
    const ready = await this.#prepare(run, passphrase).finally(() => store.update({ checking: "" }));
    if (!ready || store.state.asked !== asked) return; // the person has closed the question meanwhile
    const { order, pick } = ready;
    store.update({ asked: null, waiting: { order, choose: pick ? null : run } });
    if (pick) return send(document, "picked", pick);
    goTo("choose", { focus: true, unlessSeen: true });
  }

  /**
   * Must be called in a click: the browser may have to ask the person. Throws a Problem.
   * @param {StoredRun} run
   * @param {string} passphrase
   * @returns {Promise<{order: Order, pick: Pick | null} | null>}
   *   pick null: it has to be chosen once more; null: the person does not want to
   */
  async #prepare(run, passphrase) {
    const { files, pool } = this.#threads;
    const allowed = this.#store.state.asked?.allowed ?? null;
    const begun = run.begun ?? run.ended;
    if (!begun) throw new Problem("NO_RUN");
    const folders = await this.#allowed(run);
    if (!folders) return null;
    const { handles, output } = folders;
    const policy = allowed?.policy ?? policyOf(begun);
    const regions = (await (await files.read(run.name, "regions.json"))?.text()) ?? "";
    const whole = keyOf(passphrase, begun);
    const key = await this.#keyOnceReady(whole);
    const plan = await pool.configure(policy, key, begun.linkage, regions);
    if ("error" in plan) throw new Problem(plan.error);
    const refused = allowed ? wrongKey(begun, plan.key_check) : await files.check(run.name, plan);
    if (refused) throw new Problem(refused);
    const { linkage } = begun;
    const what = { policy, regions, output, leftOut: NONE_LEFT_OUT, only: allowed?.only ?? null, linkage };
    const order = {
      name: allowed ? runName() : run.name,
      source: run.about?.source ?? "",
      passphrase: whole,
      ...what,
      resumed: allowed === null,
    };
    return { order, pick: handles && { picked: { kind: "handles", handles }, label: labelOf(handles) } };
  }

  /**
   * The folders of a run, as far as the page has a way to them: the browser may ask the person. Throws a Problem.
   * @param {StoredRun} run
   * @returns {Promise<{handles: FileSystemHandle[] | null, output: FileSystemDirectoryHandle | null} | null>}
   *   null: the person chooses no output folder
   */
  async #allowed({ name, place }) {
    const asking = () => this.#store.update({ checking: "browser" });
    const { handles, output: known } = await handlesOf(name);
    for (const handle of handles ?? []) {
      if (!(await mayUse(handle, "read", asking))) throw new Problem("NOT_ALLOWED");
    }
    const output = place === "private" ? null : (known ?? (await pickOutput()));
    if (place === "folder" && !output) return null;
    if (output && !(await mayUse(output, "readwrite", asking))) throw new Problem("NOT_ALLOWED");
    return { handles, output };
  }

  /** The key, when Python is there to check it: after a reload it still starts. Throws a Problem. @param {string} passphrase */
  async #keyOnceReady(passphrase) {
    let isReady = false;
    const ready = this.#threads.pool.ready.then(
      () => (isReady = true),
      () => {
        throw new Problem("PYTHON_NOT_STARTED");
      },
    );
    ready.catch(() => {}); // until it is waited for
    const key = await deriveKey(passphrase);
    if (!isReady) this.#store.update({ checking: "python" });
    await ready;
    this.#store.update({ checking: "passphrase" });
    return key;
  }
}

/** The policy that a run was begun with; one of version 0.2 goes on with the pseudonyms of then. @param {Begun} begun */
function policyOf({ policy, key_check }) {
  return key_check ? policy : { ...policy, pseudonyms: OLDER };
}

/** The whole key of a run: the page knows its salt. @param {string} passphrase @param {Begun} begun */
function keyOf(passphrase, { salt }) {
  const given = parted(passphrase);
  return salt ? salted(given.text, given.salt || salt) : given.text;
}

/** Another run goes with it only by the same key: else a patient would have two pseudonyms. @param {Begun} begun @param {string} check */
const wrongKey = ({ key_check }, check) => (key_check === check ? "" : "WRONG_KEY");
