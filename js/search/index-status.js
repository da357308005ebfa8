// @ts-check
/** <index-status>: how far an index is: headers read, their rate, what could not be read; and its start and stop. */

import { send } from "../intents.js";
import { part } from "../page/dom.js";
import { count, counted, rate } from "../page/format.js";

/** @typedef {import("../../worker/shared/protocol/index.js").IndexStatus} IndexStatus */

/** The rate is that of the last so many milliseconds. */
const WINDOW_MILLISECONDS = 3000;
const WHEN = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** @param {Date} date */
export const spokenTime = (date) => WHEN.format(date);

export class IndexStatusLine extends HTMLElement {
  /** @type {{at: number, files_processed: number}[]} */ #seen = [];

  connectedCallback() {
    part(this, "start", HTMLButtonElement).addEventListener("click", () => send(this, "index-start"));
    part(this, "stop", HTMLButtonElement).addEventListener("click", () => send(this, "index-stop"));
  }

  /** @param {IndexStatus} status @param {boolean} mayStart */
  show(status, mayStart) {
    const { running, enumerated_files, files_processed } = status;
    const progress = part(this, "progress", HTMLProgressElement);
    progress.hidden = !running;
    if (enumerated_files > 0)
      Object.assign(progress, { max: enumerated_files, value: Math.min(files_processed, enumerated_files) });
    else progress.removeAttribute("value"); // it is not known yet
    part(this, "text", HTMLElement).textContent = running ? this.#going(status) : standing(status);
    part(this, "start", HTMLButtonElement).hidden = running || !mayStart;
    part(this, "start", HTMLButtonElement).textContent = startOf(status);
    part(this, "stop", HTMLButtonElement).hidden = !running;
    if (!running) this.#seen = [];
  }

  /** @param {IndexStatus} status */
  #going(status) {
    const now = performance.now();
    this.#seen.push({ at: now, files_processed: status.files_processed });
    while (now - this.#seen[0].at > WINDOW_MILLISECONDS) this.#seen.shift();
    const [first] = this.#seen;
    const seconds = (now - first.at) / 1000;
    const speed = seconds > 0.5 ? `, ${rate((status.files_processed - first.files_processed) / seconds)}` : "";
    return `Reading headers: ${farness(status)}${speed}${errorsOf(status)}`;
  }
}

/** @param {IndexStatus} status */
export function farness({ files_processed, enumerated_files }) {
  return enumerated_files > 0
    ? `${count(files_processed)} of ${counted(enumerated_files, "file")}`
    : "looking at the files…";
}

/** @param {IndexStatus} status */
function standing(status) {
  const { files_processed, last_updated, emptied } = status;
  const before = emptied ? " The index of the files before these was deleted." : "";
  if (files_processed === 0 && !last_updated) return `Nothing is indexed yet.${before}`;
  if (!last_updated) return `Stopped at ${farness(status)}${errorsOf(status)}.`;
  return `${counted(files_processed, "file")}${errorsOf(status)}; updated ${spokenTime(new Date(last_updated))}.${before}`;
}

/** @param {IndexStatus} status */
function errorsOf({ errors }) {
  return errors > 0 ? `, ${count(errors)} could not be read` : "";
}

/** @param {IndexStatus} status */
function startOf({ files_processed, last_updated, holds }) {
  if (files_processed === 0) return holds === "originals" ? "Index this folder" : "Index these results";
  return last_updated ? "Look for changes" : "Go on";
}

customElements.define("index-status", IndexStatusLine);
