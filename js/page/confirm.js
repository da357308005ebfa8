// @ts-check
/** <ask-first>: a question before something that cannot be taken back, or that lets identifiers out. */
import { part } from "./dom.js";

export class AskFirst extends HTMLElement {
  /** @type {(agreed: boolean) => void} */ #settle = () => {};

  connectedCallback() {
    const dialog = part(this, "dialog", HTMLDialogElement);
    dialog.addEventListener("close", () => this.#settle(dialog.returnValue === "yes"));
  }

  /**
   * @param {{title: string, text: string, yes: string, danger?: boolean}} question   yes: the words of the button
   * @returns {Promise<boolean>}
   */
  ask({ title, text, yes, danger = false }) {
    const { promise, resolve } = Promise.withResolvers();
    this.#settle = resolve;
    part(this, "title", HTMLElement).textContent = title;
    part(this, "text", HTMLElement).textContent = text;
    const button = part(this, "yes", HTMLButtonElement);
    button.textContent = yes;
    button.classList.toggle("danger", danger);
    const dialog = part(this, "dialog", HTMLDialogElement);
    dialog.returnValue = "";
    dialog.showModal();
    return promise;
  }
}

customElements.define("ask-first", AskFirst);
