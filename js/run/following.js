// @ts-check
/** Shows what a run tells: in the panels, and outside the page, in its title, its icon and at its end. */
import { Outside } from "../background/background.js";

/** @typedef {import("../../worker/shared/protocol/files.js").Progress} Progress */

export class Following {
  #panels;
  #outside;
  /** @type {PromiseWithResolvers<unknown>} */ #started = Promise.withResolvers();

  /** @param {import("../app.js").Panels} panels */
  constructor(panels) {
    this.#panels = panels;
    this.#outside = new Outside(panels.notify);
  }

  /** Settled when the files worker has the run: before, it could not be paused. */
  get started() {
    return this.#started.promise;
  }

  /** A run begins; what is to be called as it goes on. @returns {import("./run.js").Told} */
  begin() {
    const started = Promise.withResolvers();
    this.#started = started;
    this.#outside.begin();
    return {
      prepare: (text) => this.#panels.run.prepare(text),
      started: () => started.resolve(true),
      progress: (state) => this.#show(state),
    };
  }

  /** @param {Progress} state */
  #show(state) {
    const { run, results, choice } = this.#panels;
    if (state.leftOut) {
      choice.leave(state.leftOut);
      run.showStudies(choice.taking);
    }
    run.update(state);
    results.update(state);
    this.#outside.progress(state);
  }

  /** @param {import("../../worker/shared/protocol/files.js").RunSummary} summary @param {import("./run.js").Order} order */
  end(summary, order) {
    const { results } = this.#panels;
    results.end(summary, order.output?.name ?? null, order.linkage);
    this.#outside.end(results.how);
  }

  /** The run could not be begun, or ended by an error. */
  giveUp() {
    this.#outside.end("");
  }
}
