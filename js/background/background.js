// @ts-check
/** A run outside of its page: the tab shows how far it is, the computer stays awake, and a notification comes if asked for. */
import { endOf } from "../page/outcome.js";
import { reason as wordsFor } from "../page/tables.js";
import { Tab } from "./tab.js";
import { Awake } from "./wake-lock.js";

/** @typedef {import("../../worker/shared/protocol/files.js").Progress} Progress */

export class Background {
  #awake = new Awake();
  #tab = new Tab();
  #notify;
  #isRunning = false;
  /** Why the run waits, as a reason code; "": it does not. */ #held = "";

  /** @param {import("../state.js").Store} store @param {import("./notify.js").NotifyMe} notify */
  constructor(store, notify) {
    this.#notify = notify;
    store.subscribe(["phase"], ({ phase, results }) => {
      const wasRunning = this.#isRunning;
      this.#isRunning = phase === "running";
      if (this.#isRunning) this.#begin();
      else if (wasRunning) this.#end(results ? endOf(results) : "");
    });
    store.subscribe(["progress"], ({ progress }) => progress && this.#progress(progress));
  }

  #begin() {
    this.#held = "";
    this.#awake.keep();
  }

  /** @param {Progress} progress */
  #progress({ done, total, scanning, state, reason }) {
    this.#tab.progress(scanning ? null : done / Math.max(total, 1), state === "paused");
    if (reason && reason !== this.#held) this.#notify.tell("The run waits for you", wordsFor(reason).sentence);
    this.#held = reason;
  }

  /** @param {string} how   "Done: 5 written, …"; "": the run did not begin, or ended by an error */
  #end(how) {
    const [word, counts] = how.split(": ");
    this.#awake.letGo();
    this.#tab.end(word);
    if (how) this.#notify.tell(word, counts);
  }
}
