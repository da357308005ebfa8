// @ts-check
/** <page-views>: the views of the page, one of which is seen: that which the address names behind its #. */
import { on, send } from "../intents.js";
import { part } from "./dom.js";
import { serverAddress } from "./served.js";
import { nameTab } from "./tab-name.js";

/** @typedef {import("../state.js").View} View   also data-view of its <main> */

/** Name of each in the title of the tab. @type {Record<View, string>} */
const TITLES = { deidentify: "", runs: "Runs", library: "Library", help: "Help" };

export class PageViews extends HTMLElement {
  /** @type {View} */ #shown = "deidentify";
  /** How far down each was left. @type {Map<View, number>} */ #places = new Map();

  connectedCallback() {
    addEventListener("hashchange", () => this.#show(viewOf(location.hash)));
    on("view", (view) => {
      if (view !== viewOf(location.hash)) history.pushState(null, "", `#${view}`);
      this.#show(view);
    });
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["phase", "progress", "runs"], (state) => {
      const sign = part(this, "sign", HTMLElement);
      const words = signOf(state);
      if (sign.textContent === words) return;
      sign.textContent = words;
      sign.hidden = words === "";
    });
    part(this, "library", HTMLElement).hidden = !serverAddress();
    const first = viewOf(location.hash);
    this.#show(first, false); // the keyboard stays where the browser puts it
  }

  /** @param {View} view @param {boolean} [focus] */
  #show(view, focus = true) {
    if (view === "library" && !serverAddress()) return; // there is none
    if (view === this.#shown) return;
    this.#places.set(this.#shown, scrollY);
    this.#shown = view;
    document.documentElement.dataset.view = view;
    for (const main of document.querySelectorAll("main")) main.hidden = main.dataset.view !== view;
    for (const link of this.querySelectorAll("a")) {
      if (link.hash === `#${view}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    nameTab({ view: TITLES[view] });
    const named = document.getElementById(location.hash.slice(1));
    const heading = document.querySelector(`main[data-view="${view}"] h1`);
    if (focus && heading instanceof HTMLElement) heading.focus({ preventScroll: true });
    if (named?.closest("main")?.hidden === false && named.localName !== "main") named.scrollIntoView();
    else scrollTo({ top: this.#places.get(view) ?? 0, behavior: "instant" });
    send(this, "view-shown", view);
  }
}

/** The view that an address names: #help-options is a part of Help, and what names neither is a part of De-identify. @param {string} hash @returns {View} */
export function viewOf(hash) {
  const [name] = hash.slice(1).split("-");
  return name === "runs" || name === "library" || name === "help" ? name : "deidentify";
}

/** What is to be seen to in De-identify, in a word or two. @param {Readonly<import("../state.js").State>} state */
export function signOf({ phase, progress, runs }) {
  if (phase !== "running") {
    return runs.some(({ begun, open }) => begun && !begun.cancelled && !open) ? "run cut off" : "";
  }
  if (progress?.reason) return "the run waits";
  if (!progress || progress.scanning || progress.total === 0) return "running";
  return `${Math.floor((100 * progress.done) / progress.total)} %${progress.state === "paused" ? ", paused" : ""}`;
}

customElements.define("page-views", PageViews);
