// @ts-check
/** <send-run>: a dialog that sends the results of a run to a PACS, and says of how many it is sure. */
import { send } from "../intents.js";
import { part } from "../page/dom.js";
import { bytes, count, counted, duration } from "../page/format.js";
import { noteOf } from "../page/problem.js";
import { reasons } from "../page/tables.js";
import { Pace } from "../run/pace.js";
import { fillLogin, readLogin } from "./login.js";

/**
 * @typedef {import("../../worker/shared/protocol/pacs.js").Pacs} Pacs
 * @typedef {import("../../worker/shared/protocol/pacs.js").Sent} Sent
 * @typedef {import("../../worker/shared/protocol/pacs.js").SendProgress} SendProgress
 * @typedef {object} Acts
 * @property {(name: string, address: string) => Promise<import("../../worker/shared/protocol/pacs.js").ToSend>} look
 * @property {(name: string, pacs: Pacs, report: (progress: SendProgress) => void) => Promise<Sent>} send
 * @property {() => Promise<void>} stop
 */

export class SendRun extends HTMLElement {
  /** @type {Acts | null} */ #acts = null;
  /** Of the run. */ #name = "";
  /** What was picked for it. */ #source = "";
  #pace = new Pace();
  isSending = false;

  connectedCallback() {
    const dialog = part(this, "dialog", HTMLDialogElement);
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    part(this, "address", HTMLInputElement).addEventListener("change", () => this.#look());
    part(this, "stop", HTMLButtonElement).addEventListener("click", () => this.#acts?.stop());
    part(this, "close", HTMLButtonElement).addEventListener("click", () => dialog.close());
    part(this, "ledger", HTMLButtonElement).addEventListener("click", () =>
      send(this, "get-stored", { name: this.#name, file: "sent.csv" }),
    );
    dialog.addEventListener("cancel", (event) => {
      if (!this.isSending) return;
      event.preventDefault(); // a key that slipped must not hide what goes on
      part(this, "stop", HTMLButtonElement).focus();
    });
  }

  /** @param {Acts} acts */
  serve(acts) {
    this.#acts = acts;
  }

  /** @param {string} name   of the run @param {string} source   what a person knows it by */
  open(name, source) {
    [this.#name, this.#source] = [name, source];
    fillLogin(this);
    part(this, "outcome", HTMLElement).replaceChildren();
    part(this, "about", HTMLElement).textContent = "";
    part(this, "stays", HTMLElement).replaceChildren();
    part(this, "ledger", HTMLElement).hidden = true;
    this.#busy(false);
    part(this, "dialog", HTMLDialogElement).showModal();
    this.#look();
  }

  /** Says what would go. */
  async #look() {
    noteOf(this).clear();
    const button = part(this, "send", HTMLButtonElement);
    button.disabled = true;
    const name = this.#name;
    try {
      const what = await this.#acts?.look(name, readLogin(this).address);
      if (!what || name !== this.#name) return;
      const { files, bytes: size, patients, studies, confirmed, stopped } = what;
      const there =
        confirmed > 0 ? ` ${count(confirmed)} of them ${confirmed === 1 ? "is" : "are"} there already.` : "";
      const whose = `${counted(patients, "patient")} in ${counted(studies, "study", "studies")}`;
      const run = this.#source ? `${this.#source}, de-identified` : name;
      part(this, "about", HTMLElement).textContent =
        `${run}: ${counted(files, "file")} (${bytes(size)}) of ${whose}, under pseudonyms.${there}`;
      button.disabled = files === confirmed;
      part(this, "stays", HTMLElement).replaceChildren(...stayOf(stopped));
      part(this, "ledger", HTMLElement).hidden = confirmed === 0;
    } catch (error) {
      noteOf(this).showError(error);
    }
  }

  async #send() {
    if (!this.#acts || this.isSending) return;
    noteOf(this).clear();
    part(this, "outcome", HTMLElement).replaceChildren();
    this.#pace = new Pace();
    this.#busy(true);
    try {
      this.#sent(await this.#acts.send(this.#name, readLogin(this), (progress) => this.#show(progress)));
    } catch (error) {
      noteOf(this).showError(error);
    } finally {
      this.#busy(false);
    }
  }

  /** @param {boolean} busy */
  #busy(busy) {
    const hadFocus = this.contains(document.activeElement);
    this.isSending = busy;
    part(this, "fields", HTMLFieldSetElement).disabled = busy;
    part(this, "rules", HTMLElement).hidden = busy;
    part(this, "going", HTMLElement).hidden = !busy;
    for (const name of ["send", "close"]) part(this, name, HTMLButtonElement).hidden = busy;
    part(this, "stop", HTMLButtonElement).hidden = !busy;
    part(this, "progress", HTMLProgressElement).removeAttribute("value");
    for (const name of ["pace", "waiting"]) part(this, name, HTMLElement).textContent = "";
    if (hadFocus) part(this, busy ? "stop" : "close", HTMLButtonElement).focus();
  }

  /** @param {SendProgress} progress */
  #show({ total, done, bytesTotal, bytesDone, seconds, waiting }) {
    if (!this.isSending) return;
    this.#pace.add({ seconds, done, bytesDone });
    Object.assign(part(this, "progress", HTMLProgressElement), { max: Math.max(total, 1), value: done });
    const left = this.#pace.left(total - done, bytesTotal - bytesDone);
    const parts = [`${count(done)} of ${counted(total, "file")}`, `${bytes(bytesDone)} of ${bytes(bytesTotal)}`];
    if (left !== null && done < total && !waiting) parts.push(`about ${duration(Math.ceil(left))} left`);
    part(this, "pace", HTMLElement).textContent = parts.join(", ");
    part(this, "waiting", HTMLElement).textContent = waiting ? `${reasons.of(waiting).sentence} Trying again…` : "";
  }

  /** @param {Sent} sent */
  #sent(sent) {
    const { end, error, total, confirmed, sent: open, stopped, refused, left } = sent;
    const isWhole = confirmed === total;
    const line = document.createElement("p");
    line.textContent = `${ENDS[end]}: ${isWhole ? `all ${counted(total, "file")} are` : `${count(confirmed)} of ${counted(total, "file")} are`} confirmed by the PACS.`;
    const list = document.createElement("ul");
    list.append(...stayOf(stopped));
    for (const [code, files] of Object.entries(refused)) list.append(item(files, "refused", reasons.of(code)));
    if (open > 0) list.append(item(open, "acknowledged, and not looked for in the list of the PACS yet", AGAIN));
    if (left > 0) list.append(item(left, "not sent yet", AGAIN));
    const outcome = part(this, "outcome", HTMLElement);
    outcome.replaceChildren(line, ...(list.firstElementChild ? [list] : []));
    outcome.dataset.whole = String(isWhole);
    if (end === "stopped") noteOf(this).show(error);
    part(this, "send", HTMLButtonElement).textContent = isWhole ? "Send" : "Send again";
    part(this, "send", HTMLButtonElement).disabled = isWhole;
    part(this, "ledger", HTMLElement).hidden = false;
  }
}

const AGAIN = { sentence: "", remedy: "Send again: it goes on with them." };
const ENDS = { finished: "Sent", cancelled: "Stopped", stopped: "Broken off" };

/** What may not go out, in words. @param {Record<string, number>} stopped */
function stayOf(stopped) {
  return Object.entries(stopped).map(([code, files]) =>
    item(files, files === 1 ? "stays here" : "stay here", reasons.of(code)),
  );
}

/** @param {number} files @param {string} what @param {{sentence: string, remedy: string}} words */
function item(files, what, { sentence, remedy }) {
  const made = document.createElement("li");
  made.textContent = [`${counted(files, "file")} ${what}.`, sentence, remedy].filter(Boolean).join(" ");
  return made;
}

customElements.define("send-run", SendRun);
