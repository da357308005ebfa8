// @ts-check
/** <notify-me>: a notification when a run ends or waits, if it is asked for. */
import { part } from "../page/dom.js";

export class NotifyMe extends HTMLElement {
  static get possible() {
    return "Notification" in window;
  }

  connectedCallback() {
    this.#box.addEventListener("change", () => this.#ask());
  }

  /** The browser asks the person, which it does only in a click. */
  async #ask() {
    if (!this.#box.checked) return this.#refuse(false);
    const granted = (await Notification.requestPermission()) === "granted";
    if (!granted) this.#box.checked = false;
    this.#refuse(!granted);
  }

  /** @param {boolean} refused */
  #refuse(refused) {
    part(this, "refused", HTMLElement).hidden = !refused;
  }

  /**
   * Only if nobody is looking at the page. No names, no numbers of patients: it may be seen by others.
   * @param {string} title
   * @param {string} body
   */
  tell(title, body) {
    if (!this.#box.checked || document.hasFocus()) return;
    try {
      const shown = new Notification(title, { body, tag: "dicom-deid", icon: "js/page/icon.svg" });
      shown.addEventListener("click", () => {
        window.focus();
        shown.close();
      });
    } catch {
      // On phones a page may ask, and then not notify by itself.
    }
  }

  get #box() {
    return part(this, "notify", HTMLInputElement);
  }
}

customElements.define("notify-me", NotifyMe);
