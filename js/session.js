// @ts-check
/** Session: acts on what is chosen, scanned and started, and updates the state of the page; it knows no panel. */
import * as Comlink from "../worker/shared/comlink.js";
import { decidedIn, undecided } from "./forecast/decisions.js";
import { storageUse } from "./page/capabilities.js";
import { forgetHandles, keepHandles, mayUse } from "./page/kept-handles.js";
import { actOn, noteFrom, noteWith } from "./page/notes.js";
import { Problem } from "./page/problem.js";
import { judge, settledKey } from "./page/settled-key.js";
import { goTo, hasFocus, isInView } from "./page/steps.js";
import { isInside, pickOutput } from "./pick/pick.js";
import { cleansPixels, OPTION } from "./pixels/offer.js";
import { forget, remember } from "./policy/remembered.js";
import { run, runName } from "./run/run.js";
import { takingOf } from "./scan/taking.js";
import { NONE_LEFT_OUT, plainPolicy } from "./state.js";

/**
 * @typedef {import("../worker/shared/protocol/files.js").Found} Found
 * @typedef {import("./state.js").Order} Order
 * @typedef {import("./state.js").Pick} Pick
 */

/** A scan that takes longer than this need not be waited for, in seconds. */
const LONG_SCAN_SECONDS = 2;

export class Session {
  #threads;
  #store;
  /** @type {PromiseWithResolvers<boolean>} settled when the files worker has the run: before, it cannot be paused */
  #started = Promise.withResolvers();

  /**
   * @param {{files: import("./threads/files.js").Files, pool: import("./threads/pool.js").Pool, pixels?: import("./pixels/pixels.js").Pixels}} threads
   * @param {import("./state.js").Store} store
   */
  constructor(threads, store) {
    this.#threads = threads;
    this.#store = store;
    actOn(store, "picked", "choose", (pick) => this.#open(pick));
    actOn(store, "not-picked", "choose", (code) => store.note("choose", noteWith(code)));
    actOn(store, "stop-scan", "found", () => this.#stopScan());
    actOn(store, "studies-chosen", "found", (leftOut) => this.#choose(leftOut));
    actOn(store, "modalities-chosen", "found", (modalities) => store.update({ modalities }));
    actOn(store, "names-hidden", "found", (namesHidden) => store.update({ namesHidden }));
    actOn(store, "policy-edited", "run", ({ policy, error }) => store.update({ policy, policyError: error }));
    actOn(store, "policy-loaded", "run", (policy) => store.update({ policy, policyError: "" }));
    actOn(store, "policy-reset", "run", () => this.#resetPolicy());
    actOn(store, "passphrase-typed", "run", (passphrase) => store.update({ passphrase, weak: false, insisted: false }));
    actOn(store, "passphrase-entered", "run", () => judge(store));
    actOn(store, "passphrase-insisted", "run", (insisted) => store.update({ insisted }));
    actOn(store, "key-kept", "run", () => store.update({ keyKept: true }));
    actOn(store, "choose-output", "run", () => this.#chooseOutput());
    actOn(store, "forget-output", "run", () => this.#setOutput(null));
    actOn(store, "start", "run", ({ linkage }) => this.#start(linkage));
    actOn(store, "run-only", "results", (order) => this.#runOnly(order));
    actOn(store, "pause", "run", () => this.#pause());
    actOn(store, "resume", "run", () => this.#resume());
    actOn(store, "cancel", "run", () => this.#cancel());
    actOn(store, "again", "results", () => this.#again());
  }

  /** Looks through what was picked; a scan that still goes on for an earlier pick is given up. @param {Pick} pick */
  async #open(pick) {
    const store = this.#store;
    if (store.state.phase === "running") return store.note("choose", noteWith("RUN_GOES_ON"));
    if (store.state.pick && !store.state.found) await this.#threads.files.stopScan();
    const { choose, found, run: ofRun, results, ...notes } = store.state.notes;
    const nothing = { seen: null, found: null, stopped: false, modalities: [], leftOut: NONE_LEFT_OUT, results: null };
    store.update({ pick, ...nothing, phase: "scanning", notes });
    goTo("choose", { unlessSeen: true });
    const isCurrent = () => store.state.pick === pick;
    const report = Comlink.proxy((/** @type {Found} */ seen) => void (isCurrent() && this.#scanned(seen)));
    try {
      const result = await this.#threads.files.scan(pick.picked, report);
      if (isCurrent()) await this.#opened(result);
    } catch {
      store.update({ phase: "choose" });
      store.note("choose", noteWith("UNEXPECTED"));
    }
  }

  /** The scan goes on. @param {Found} seen */
  #scanned(seen) {
    const { phase, waiting } = this.#store.state;
    const isLong = seen.dicom > 0 && seen.seconds >= LONG_SCAN_SECONDS;
    this.#store.update({ seen, phase: phase === "scanning" && !waiting && isLong ? "early" : phase });
  }

  /** The scan has come to its end. @param {Found} found */
  async #opened(found) {
    const store = this.#store;
    const { phase, waiting, stopped } = store.state;
    if (phase === "running" || phase === "finished") return store.update({ found });
    if (found.dicom === 0) return store.update({ found, phase: "nothing" });
    if (waiting && !stopped) {
      const { policy, output, only } = waiting.order;
      // What is allowed for these files is not allowed for the next ones that are chosen.
      const decisions = decidedIn(policy, store.state.policy);
      store.update({ found, output, ...(only ? {} : { policy, decisions, policyError: "" }) });
      return only ? this.#runOnly(waiting.order) : this.#begin(waiting.order);
    }
    store.update({ found, waiting: null, phase: "ready" });
    await this.#weigh();
  }

  async #stopScan() {
    this.#store.update({ stopped: true });
    await this.#threads.files.stopScan();
  }

  /** Other series take part from now on; after a run, in the next one. @param {import("./state.js").LeftOut} leftOut */
  async #choose(leftOut) {
    const { phase, results } = this.#store.state;
    const after = phase === "finished";
    this.#store.update({ leftOut, phase: after ? "ready" : phase, results: after ? null : results });
    await this.#weigh();
  }

  /** Notes whether there is room for the results of what takes part. */
  async #weigh() {
    const { state } = this.#store;
    this.#store.note("run", null);
    if (!state.output && takingOf(state).bytes > (await storageUse()).free)
      this.#store.note("run", noteWith("NOT_ENOUGH_ROOM"));
  }

  /** For the next visit, without what was decided about these very files. @param {import("./state.js").Policy} policy */
  #remember(policy) {
    const { decisions } = this.#store.state;
    remember(undecided({ policy, decisions }, { pixel_option: OPTION }));
  }

  #resetPolicy() {
    forget();
    this.#store.update({ policy: plainPolicy(), decisions: [], policyError: "", lastUsed: null });
  }

  async #chooseOutput() {
    const output = await pickOutput();
    if (!output) return;
    const { pick } = this.#store.state;
    if (pick && (await isInside(output, pick.picked))) throw new Problem("OUTPUT_INSIDE_INPUT");
    this.#setOutput(output);
  }

  /** @param {FileSystemDirectoryHandle | null} output */
  #setOutput(output) {
    this.#store.update({ output });
    this.#store.note("run", null);
  }

  /** @param {boolean} linkage   whether an encrypted linkage file is kept */
  async #start(linkage) {
    if (!this.#mayStart) return;
    const name = runName();
    const passphrase = await settledKey(this.#store, { name, linkage });
    if (!this.#mayStart) return;
    const { policy, output, leftOut, pick } = this.#store.state;
    const regions = cleansPixels(policy) ? (this.#threads.pixels?.regions ?? "") : "";
    const what = { policy, regions, output, leftOut, only: null, linkage };
    await this.#begin({ name, source: pick?.label ?? "", passphrase, ...what, resumed: false });
  }

  /** Whether a run can be started now. Throws a Problem where a field of the policy cannot be used. */
  get #mayStart() {
    const { phase, policyError } = this.#store.state;
    if (phase !== "ready" && phase !== "early") return false;
    if (policyError) throw new Problem(policyError);
    return true;
  }

  /** A run over single files of those that were found. @param {Order} order */
  async #runOnly(order) {
    const { only } = order;
    const { files, leftOut } = only
      ? await this.#threads.files.listedFiles(only)
      : { files: 0, leftOut: NONE_LEFT_OUT };
    if (files > 0) return this.#begin({ ...order, leftOut });
    this.#store.update({ phase: "ready", waiting: null });
    this.#store.note("choose", noteWith("OTHER_SOURCE"));
  }

  /** @param {Order} order */
  async #begin(order) {
    const store = this.#store;
    store.update({ order });
    if (!order.resumed && !order.only) this.#remember(order.policy);
    if (!order.output) await navigator.storage.persist?.();
    const { pick } = store.state;
    if (pick) await keepHandles(order.name, pick.picked, order.output).catch(() => {});
    const { run: ofRun, results, ...notes } = store.state.notes;
    store.update({ phase: "running", preparing: "", progress: null, results: null, waiting: null, notes });
    if (isInView("run")) goTo("run"); // who has gone to another view stays there
    await this.#run(order);
  }

  /** @param {Order} order */
  async #run(order) {
    const store = this.#store;
    try {
      const results = await run(this.#threads, order, this.#told());
      // With the handles, what was withheld can be allowed and run after a reload, too.
      if (results.end === "finished" && results.counts.withheld === 0) await forgetHandles(order.name).catch(() => {});
      const follow = hasFocus("run");
      store.update({ phase: "finished", results });
      if (follow) goTo("results", { focus: true });
    } catch (error) {
      await this.#back();
      store.note("run", noteFrom(error));
    }
  }

  /** Callbacks of a run that begins. @returns {import("./run/run.js").Told} */
  #told() {
    const started = Promise.withResolvers();
    this.#started = started;
    return {
      prepare: (preparing) => this.#store.update({ preparing }),
      started: () => started.resolve(true),
      progress: (progress) => this.#store.update({ progress, leftOut: progress.leftOut ?? this.#store.state.leftOut }),
    };
  }

  async #pause() {
    await this.#started.promise;
    await this.#threads.files.pause();
  }

  /** In a click, so that the browser may ask for what it has withdrawn. */
  async #resume() {
    const { pick, order } = this.#store.state;
    for (const handle of pick?.picked.kind === "handles" ? pick.picked.handles : []) await mayUse(handle, "read");
    if (order?.output) await mayUse(order.output, "readwrite");
    await this.#started.promise;
    await this.#threads.files.resume();
  }

  async #cancel() {
    await this.#started.promise;
    await this.#threads.files.cancel();
  }

  /** The same files once more, with another policy. */
  async #again() {
    await this.#back();
    goTo("policy", { focus: true });
  }

  /** A run over the same files can be started. */
  async #back() {
    const { found } = this.#store.state;
    this.#store.update({ phase: found ? "ready" : "early", results: null });
    if (found) await this.#weigh();
  }
}
