// @ts-check
/** <drop-anywhere>: the whole page takes a drop, and says so while something is dragged over it. */
import { send } from "../intents.js";
import { part } from "../page/dom.js";
import { codeOf } from "../page/problem.js";
import { pickDropped, policyDropped } from "./pick.js";

export class DropAnywhere extends HTMLElement {
  /** Elements the pointer is inside of: entering a child comes before leaving its parent. */
  #depth = 0;

  connectedCallback() {
    document.addEventListener("dragenter", (event) => this.#over(event, +1));
    document.addEventListener("dragleave", (event) => this.#over(event, -1));
    document.addEventListener("dragover", (event) => {
      if (hasFiles(event)) event.preventDefault();
    });
    document.addEventListener("drop", (event) => this.#drop(event));
  }

  /** @param {DragEvent} event @param {number} step */
  #over(event, step) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    this.#depth = Math.max(0, this.#depth + step);
    part(this, "sign", HTMLElement).hidden = this.#depth === 0;
  }

  /** @param {DragEvent} event */
  async #drop(event) {
    this.#depth = 0;
    part(this, "sign", HTMLElement).hidden = true;
    if (!event.dataTransfer || !hasFiles(event)) return;
    event.preventDefault();
    if (document.querySelector("dialog:modal")) return; // it is to be answered first
    const policy = policyDropped(event.dataTransfer);
    if (policy) return send(this, "policy-dropped", policy);
    try {
      const pick = await pickDropped(event.dataTransfer);
      if (pick) send(this, "picked", pick);
    } catch (error) {
      send(this, "not-picked", codeOf(error));
    }
  }
}

/** Text and links can be dragged too. @param {DragEvent} event */
function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

customElements.define("drop-anywhere", DropAnywhere);
