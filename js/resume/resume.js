// @ts-check
/** Going on with a run that was cut off: its folders allowed again, its passphrase checked, its files found. */

import { tell } from "../page/dom.js";
import { handlesOf, mayUse } from "../page/kept-handles.js";
import { noteOf, Problem } from "../page/problem.js";
import { deriveKey } from "../page/project-key.js";
import { goTo } from "../page/steps.js";
import { labelOf, pickOutput } from "../pick/pick.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").StoredRun} StoredRun
 * @typedef {import("../run/run.js").Order} Order
 * @typedef {import("../pick/pick.js").Pick} Pick
 */

/** That which the run was begun with counts. */
const NOTHING = { studies: [], series: [] };

export class Resuming {
  #session;
  #threads;
  #panels;

  /**
   * @param {import("../session.js").Session} session
   * @param {{files: import("../threads/files.js").Files, pool: import("../threads/pool.js").Pool}} threads
   * @param {import("../app.js").Panels} panels
   */
  constructor(session, threads, panels) {
    this.#session = session;
    this.#threads = threads;
    this.#panels = panels;
  }

  /** Asks what is needed to go on with a run. @param {StoredRun} run */
  async ask(run) {
    if (this.#session.running) throw new Problem("RUN_GOES_ON");
    const known = (await handlesOf(run.name)).handles !== null;
    this.#panels.cutOff.ask(run, { known, passphrase: this.#session.passphraseOf(run.name) });
  }

  /** Goes on, or waits for the files to be chosen. @param {{run: StoredRun, passphrase: string}} asked */
  async goOn({ run, passphrase }) {
    const { cutOff } = this.#panels;
    noteOf(cutOff).clear();
    cutOff.busy(true);
    const ready = await this.#prepare(run, passphrase).finally(() => cutOff.busy(false));
    if (!ready) return;
    cutOff.close();
    this.#session.waiting = ready.order;
    if (ready.pick) return this.#session.open(ready.pick);
    cutOff.wait(run);
    goTo("choose", { focus: true, unlessSeen: true });
  }

  /** The run that waited for its files is not gone on with now. */
  async later() {
    this.#session.waiting = null;
    tell(this.#panels.stored, "runs-changed");
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
    const begun = run.begun;
    if (!begun) throw new Problem("NO_RUN");
    const kept = await handlesOf(run.name);
    for (const handle of kept.handles ?? []) {
      if (!(await mayUse(handle, "read"))) throw new Problem("NOT_ALLOWED");
    }
    const output = run.place === "private" ? null : (kept.output ?? (await pickOutput()));
    if (run.place === "folder" && !output) return null;
    if (output && !(await mayUse(output, "readwrite"))) throw new Problem("NOT_ALLOWED");
    const key = await deriveKey(passphrase);
    await pool.ready.catch(() => {
      throw new Problem("PYTHON_NOT_STARTED");
    });
    const plan = await pool.configure(begun.policy, key, begun.linkage);
    if ("error" in plan) throw new Problem(plan.error);
    const refused = await files.check(run.name, plan.document);
    if (refused) throw new Problem(refused);
    const { policy, linkage } = begun;
    const order = { name: run.name, policy, output, passphrase, leftOut: NOTHING, linkage, resumed: true };
    const handles = kept.handles;
    return { order, pick: handles && { picked: { kind: "handles", handles }, label: labelOf(handles) } };
  }
}
