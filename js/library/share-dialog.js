// @ts-check
/** <share-series>: a dialog that makes a link for series of the server, and tells its address and passcode once. */

import { send } from "../intents.js";
import { part } from "../page/dom.js";
import { bytes, counted } from "../page/format.js";
import { followNotes } from "../page/notes.js";
import { noteOf } from "../page/problem.js";
import { reasons } from "../page/tables.js";
import { spokenTime } from "../search/index-status.js";

/**
 * @typedef {import("./server.js").SeriesKnown} SeriesKnown
 * @typedef {import("./server.js").LinkMade} LinkMade
 * @typedef {import("./server.js").LeftOut} LeftOut
 */

const COPIES = { "copy-url": "url", "copy-code": "code" };
const LOOPBACK = /^(localhost|127\..*|\[::1\])$/;
const NAMES = "There are originals among them, which name patients.";

export class ShareSeries extends HTMLElement {
  /** @type {SeriesKnown[]} */ #series = [];
  /** Originals may be shared as they are. */ #originals = false;

  connectedCallback() {
    const dialog = part(this, "dialog", HTMLDialogElement);
    part(this, "close", HTMLButtonElement).addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => this.#clear());
    part(this, "deidentify", HTMLInputElement).addEventListener("change", () => this.#settle());
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#create();
    });
    for (const [name, field] of Object.entries(COPIES)) {
      part(this, name, HTMLButtonElement).addEventListener("click", () => this.#copy(name, field));
    }
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    followNotes(this, store, "share");
  }

  /** @param {SeriesKnown[]} series @param {import("./server.js").Session} session */
  open(series, { originals = false }) {
    this.#clear();
    this.#series = series;
    this.#originals = originals;
    const sum = (/** @type {(one: SeriesKnown) => number} */ of) => series.reduce((all, one) => all + of(one), 0);
    part(this, "about", HTMLElement).textContent = `${counted(series.length, "series", "series")}, ${counted(
      sum(({ file_count }) => file_count),
      "file",
    )}, ${bytes(sum(({ bytes: size }) => size))}.`;
    this.#leftOut(series.flatMap(({ left_out }) => left_out));
    this.#settle();
    part(this, "dialog", HTMLDialogElement).showModal();
  }

  /** What may be chosen, by what is shared and by what is chosen already. */
  #settle() {
    const some = this.#series.some(({ holds }) => holds === "originals");
    const deidentify = part(this, "deidentify", HTMLInputElement);
    part(this, "deidentify-choice", HTMLElement).hidden = !some;
    deidentify.disabled = !this.#originals; // they do not leave as they are
    if (!this.#originals) deidentify.checked = true;
    const leave = some && !deidentify.checked;
    part(this, "policy-choice", HTMLElement).hidden = !some || leave;
    const passcode = part(this, "passcode", HTMLInputElement);
    passcode.disabled = leave;
    if (leave) passcode.checked = true;
    const warning = part(this, "originals", HTMLElement);
    warning.hidden = !some;
    reasons.whenThere(() => {
      warning.textContent = leave ? `${NAMES} ${reasons.of("ORIGINALS_LEAVE").sentence}` : NAMES;
    });
  }

  #create() {
    const isTicked = (/** @type {string} */ name) => part(this, name, HTMLInputElement).checked;
    const some = this.#series.some(({ holds }) => holds === "originals");
    this.#busy(true);
    send(this, "link-create", {
      series: this.#series.map(({ key, folder }) => ({ key, folder })),
      hours: Number(part(this, "hours", HTMLSelectElement).value),
      passcode: isTicked("passcode") || null,
      one_time: isTicked("one-time"),
      deidentify: some && isTicked("deidentify"),
      own: part(this, "policy", HTMLSelectElement).value === "own",
      note: part(this, "note", HTMLInputElement).value.trim(),
    });
  }

  /** @param {LinkMade} link */
  made({ url, passcode, expires, files, bytes: size, left_out, warning }) {
    this.#busy(false);
    part(this, "fields", HTMLElement).hidden = true;
    part(this, "create", HTMLElement).hidden = true;
    part(this, "made", HTMLElement).hidden = false;
    part(this, "originals", HTMLElement).hidden = warning === "";
    part(this, "url", HTMLInputElement).value = url;
    part(this, "here-alone", HTMLElement).hidden = !LOOPBACK.test(new URL(url).hostname);
    part(this, "code", HTMLInputElement).value = passcode ?? "";
    part(this, "code-field", HTMLElement).hidden = passcode === null;
    part(this, "told", HTMLElement).textContent =
      `The link is made: ${counted(files, "file")}, ${bytes(size)}, until ${spokenTime(new Date(expires))}.`;
    this.#leftOut(left_out);
    part(this, "copy-url", HTMLElement).focus();
  }

  /** It could not be made. */
  failed() {
    this.#busy(false);
  }

  /** @param {boolean} busy */
  #busy(busy) {
    part(this, "fields", HTMLFieldSetElement).disabled = busy;
    part(this, "create", HTMLButtonElement).disabled = busy;
    part(this, "working", HTMLElement).hidden = !busy;
  }

  /** @param {LeftOut[]} leftOut */
  #leftOut(leftOut) {
    reasons.whenThere(() => {
      const items = leftOut.map(({ reason, files }) => {
        const item = document.createElement("li");
        item.textContent = `${counted(files, "file")} not in it: ${reasons.of(reason).sentence}`;
        return item;
      });
      part(this, "left-out", HTMLElement).replaceChildren(...items);
    });
  }

  /** @param {string} name @param {string} field */
  async #copy(name, field) {
    const input = part(this, field, HTMLInputElement);
    await navigator.clipboard.writeText(input.value).then(
      () => (part(this, name, HTMLElement).textContent = "Copied"),
      () => input.select(), // no permission: it can be copied by keyboard
    );
  }

  /** Nothing stays of what is told once. */
  #clear() {
    part(this, "form", HTMLFormElement).reset();
    this.#busy(false);
    part(this, "fields", HTMLElement).hidden = false;
    part(this, "create", HTMLElement).hidden = false;
    part(this, "made", HTMLElement).hidden = true;
    for (const name of Object.values(COPIES)) part(this, name, HTMLInputElement).value = "";
    for (const name of Object.keys(COPIES)) part(this, name, HTMLElement).textContent = "Copy";
    part(this, "told", HTMLElement).textContent = "";
    noteOf(this).clear();
  }
}

customElements.define("share-series", ShareSeries);
