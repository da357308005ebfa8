// @ts-check
/** What the page is at: what was picked and found, where results go, and the run. Tells the panels what to show. */
import * as Comlink from "../worker/shared/comlink.js";
import { freeStorage, hasFolderPicker } from "./page/capabilities.js";
import { tell } from "./page/dom.js";
import { forgetHandles, keepHandles, mayUse } from "./page/kept-handles.js";
import { noteOf, Problem } from "./page/problem.js";
import { makePassphrase } from "./page/project-key.js";
import { goTo, showPhase } from "./page/steps.js";
import { isInside, pickOutput } from "./pick/pick.js";
import { Following } from "./run/following.js";
import { run, runName } from "./run/run.js";

/**
 * @typedef {import("../worker/shared/protocol/files.js").Found} Found
 * @typedef {import("./pick/pick.js").Pick} Pick
 * @typedef {import("./page/steps.js").Phase} Phase
 * @typedef {import("./app.js").Panels} Panels
 */

/** A scan that takes longer than this need not be waited for, in seconds. */
const LONG_SCAN_SECONDS = 2;

export class Session {
  /** @type {Phase} */ #phase = "choose";
  /** @type {Pick | null} */ #pick = null;
  /** @type {Found | null} what the scan saw, once it has come to its end */ #found = null;
  /** @type {Found | null} what it has seen so far */ #seen = null;
  /** @type {FileSystemDirectoryHandle | null} */ #output = null;
  /** @type {import("./run/run.js").Order | null} the run that goes on, or the last one */ #order = null;
  /** @type {import("./run/run.js").Order | null} goes on as soon as its files are chosen */ waiting = null;
  #stopped = false;
  #threads;
  #panels;
  #following;

  /**
   * @param {import("./threads/files.js").Files} files
   * @param {import("./threads/pool.js").Pool} pool
   * @param {Panels} panels
   */
  constructor(files, pool, panels) {
    this.#threads = { files, pool };
    this.#panels = panels;
    this.#following = new Following(panels);
  }

  /** Name of the run that goes on, or of the last one. */
  get name() {
    return this.#order?.name ?? "";
  }

  /** Name of the last run, if its results are in a chosen folder; else "". */
  get elsewhere() {
    return this.#phase !== "running" && this.#order?.output ? this.#order.name : "";
  }

  /** The passphrase of a run, if it was the last one of this visit. @param {string} name */
  passphraseOf(name) {
    return this.#order?.name === name ? this.#order.passphrase : "";
  }

  get running() {
    return this.#phase === "running";
  }

  /** Name of what was picked, to be shown; "" before. */
  get label() {
    return this.#pick?.label ?? "";
  }

  /** Whether it can be chosen what takes part. */
  get mayTake() {
    return this.#phase === "ready" || (this.#phase === "finished" && this.#found !== null);
  }

  /** Looks through what was picked; a scan that still goes on for an earlier pick is given up. @param {Pick} pick */
  async open(pick) {
    const { choose, found, choice, policy, run, results } = this.#panels;
    if (this.running) return choose.problem("RUN_GOES_ON");
    if (this.#pick && !this.#found) await this.#threads.files.stopScan();
    this.#pick = pick;
    this.#found = null;
    this.#seen = null;
    tell(choose, "opened");
    this.#stopped = false;
    choose.show(pick.label);
    found.begin();
    choice.offer([]);
    run.withdraw();
    results.begin();
    policy.close(false);
    this.#enter("scanning");
    goTo("choose", { unlessSeen: true });
    const current = () => this.#pick === pick;
    const report = Comlink.proxy((/** @type {Found} */ state) => void (current() && this.#scanned(state)));
    try {
      const result = await this.#threads.files.scan(pick.picked, report);
      if (current()) await this.#opened(result);
    } catch {
      this.#enter("choose");
      choose.problem("UNEXPECTED");
    }
  }

  /** The scan goes on. @param {Found} seen */
  #scanned(seen) {
    const { found, run, policy } = this.#panels;
    this.#seen = seen;
    found.update(seen);
    if (this.#phase === "running") run.showFound(seen);
    if (this.#phase === "early") run.offerEarly(seen, hasFolderPicker());
    if (this.#phase !== "scanning" || this.waiting || seen.dicom === 0 || seen.seconds < LONG_SCAN_SECONDS) return;
    this.#enter("early");
    policy.close(false);
    run.offerEarly(seen, hasFolderPicker());
  }

  /** @param {Found} found */
  async #opened(found) {
    this.#panels.found.end(found, this.#stopped);
    this.#found = found;
    this.#panels.choice.offer(found.studies);
    if (this.#phase === "running") this.#panels.run.showFound(found);
    if (this.#phase === "running" || this.#phase === "finished") return;
    this.#enter(found.dicom > 0 ? "ready" : "nothing");
    if (found.dicom === 0) return;
    const order = this.waiting;
    this.waiting = null;
    if (!order || this.#stopped) return this.#offer(found);
    this.#panels.policy.setPolicy(order.policy);
    this.setOutput(order.output);
    await this.#begin(order);
  }

  /** @param {File} file  a policy that was dropped on the page */
  async openPolicy(file) {
    const { choose, policy } = this.#panels;
    if (this.running) return choose.problem("RUN_GOES_ON");
    await policy.load(file);
    goTo("policy", { unlessSeen: true });
  }

  async stopScan() {
    this.#stopped = true;
    await this.#threads.files.stopScan();
  }

  async chooseOutput() {
    const output = await pickOutput();
    if (!output) return;
    if (this.#pick && (await isInside(output, this.#pick.picked))) throw new Problem("OUTPUT_INSIDE_INPUT");
    this.setOutput(output);
  }

  /** @param {FileSystemDirectoryHandle | null} output */
  setOutput(output) {
    this.#output = output;
    noteOf(this.#panels.run).clear();
    this.#panels.run.showOutput(output);
  }

  async start() {
    if (this.#phase !== "ready" && this.#phase !== "early") return;
    const { policy, run: runPanel, key, choice } = this.#panels;
    const passphrase = policy.passphrase || makePassphrase();
    const { leftOut } = choice;
    const chosen = { policy: policy.complete(), output: this.#output, leftOut, linkage: runPanel.linkage };
    const order = { name: runName(), passphrase, ...chosen, resumed: false };
    key.keepFor(policy.passphrase);
    if (policy.passphrase === "") {
      policy.fill(passphrase);
      key.show(passphrase, order.name, order.linkage);
    }
    await this.#begin(order);
  }

  /** @param {import("./run/run.js").Order} order */
  async #begin(order) {
    const { policy, run: runPanel, results, cutOff } = this.#panels;
    this.#order = order;
    if (!order.output) await navigator.storage.persist?.();
    if (this.#pick) await keepHandles(order.name, this.#pick.picked, order.output).catch(() => {});
    cutOff.rest();
    results.begin();
    runPanel.begin(this.#found || !this.#seen ? this.#panels.choice.taking : this.#seen);
    policy.close(true);
    this.#enter("running");
    goTo("run");
    await this.#run(order);
  }

  async pause() {
    await this.#following.started;
    await this.#threads.files.pause();
  }

  /** In a click, so that the browser may ask for what it has withdrawn. */
  async resume() {
    const picked = this.#pick?.picked;
    for (const handle of picked?.kind === "handles" ? picked.handles : []) await mayUse(handle, "read");
    if (this.#order?.output) await mayUse(this.#order.output, "readwrite");
    await this.#following.started;
    await this.#threads.files.resume();
  }

  async cancel() {
    this.#panels.run.cancelling();
    await this.#following.started;
    await this.#threads.files.cancel();
  }

  /** The same files once more, with another policy. */
  async again() {
    this.#panels.results.begin();
    await this.#back();
    goTo("policy", { focus: true });
  }

  /** @param {import("./run/run.js").Order} order */
  async #run(order) {
    const { run: runPanel, results } = this.#panels;
    try {
      const summary = await run(this.#threads, order, this.#following.begin());
      if (summary.end === "finished") await forgetHandles(order.name).catch(() => {});
      const follow = runPanel.hasFocus || document.activeElement === document.body;
      runPanel.end();
      this.#enter("finished");
      this.#following.end(summary, order);
      if (follow) goTo("results", { focus: true });
      tell(results, "run-ended");
    } catch (error) {
      this.#following.giveUp();
      await this.#back();
      noteOf(runPanel).showError(error);
    }
  }

  /** A run over the same files can be started. */
  async #back() {
    this.#enter(this.#found ? "ready" : "early");
    if (this.#found) return this.#offer(this.#found);
    this.#panels.policy.close(false);
    if (this.#seen) this.#panels.run.offerEarly(this.#seen, hasFolderPicker());
  }

  /** @param {Found} found */
  async #offer(found) {
    this.#panels.policy.close(false);
    this.#panels.tryOut.offer(found).catch(() => {}); // then it has nothing to try on
    await this.rechoose();
  }

  /** Only the series of these files take part. @param {number[]} indexes */
  async take(indexes) {
    if (!this.mayTake) throw new Problem("RUN_GOES_ON");
    if (this.#phase === "finished") await this.again();
    this.#panels.choice.leave(await this.#threads.files.others(indexes));
    await this.rechoose();
  }

  /** Other studies take part. */
  async rechoose() {
    const { run, choice } = this.#panels;
    run.offer(choice.taking, hasFolderPicker());
    if (!this.#output && choice.taking.bytes > (await freeStorage())) noteOf(run).show("NOT_ENOUGH_ROOM");
  }

  /** @param {Phase} phase */
  #enter(phase) {
    this.#phase = phase;
    this.#panels.choose.lock(phase === "running");
    this.#panels.choice.lock(phase !== "ready");
    if (phase !== "ready") this.#panels.tryOut.withdraw();
    showPhase(phase);
  }
}
