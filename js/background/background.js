// @ts-check
/** What a run does outside of its page: the tab tells of it, the computer stays awake, and a notification comes if asked for. */

import { reason as wordsFor } from "../page/tables.js";
import { Tab } from "./tab.js";
import { Awake } from "./wake-lock.js";

export class Outside {
  #awake = new Awake();
  #tab = new Tab();
  #notify;
  #held = "";

  /** @param {import("./notify.js").NotifyMe} notify */
  constructor(notify) {
    this.#notify = notify;
  }

  begin() {
    this.#held = "";
    this.#awake.keep();
  }

  /** @param {import("../../worker/shared/protocol/files.js").Progress} progress */
  progress({ done, total, scanning, state, reason }) {
    this.#tab.progress(scanning ? null : done / Math.max(total, 1), state === "paused");
    if (reason && reason !== this.#held) this.#notify.tell("The run waits for you", wordsFor(reason).sentence);
    this.#held = reason;
  }

  /** @param {string} how  "Done: 5 written, …"; "": it did not begin */
  end(how) {
    const [word, counts] = how.split(": ");
    this.#awake.letGo();
    this.#tab.end(word);
    if (how) this.#notify.tell(word, counts);
  }
}
