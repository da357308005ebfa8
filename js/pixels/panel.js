// @ts-check
/** <pixels-panel>: text in pictures, with Clean Pixel Data: looked for, reviewed, or taken from a regions file. */
import { send } from "../intents.js";
import { part } from "../page/dom.js";
import { count, counted } from "../page/format.js";
import { followNotes } from "../page/notes.js";
import { stateOf } from "../page/steps.js";
import { cleanableOf, cleansPixels, OPTION } from "./offer.js";
import { saidOf } from "./words.js";

/** @typedef {Readonly<import("../state.js").State>} State */

export class PixelsPanel extends HTMLElement {
  connectedCallback() {
    const input = part(this, "file-input", HTMLInputElement);
    part(this, "look", HTMLButtonElement).addEventListener("click", () => send(this, "look-for-text"));
    part(this, "stop", HTMLButtonElement).addEventListener("click", () => send(this, "stop-looking"));
    part(this, "review", HTMLButtonElement).addEventListener("click", () => send(this, "review-pictures"));
    part(this, "save", HTMLButtonElement).addEventListener("click", () => send(this, "save-regions"));
    part(this, "load", HTMLButtonElement).addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      input.value = ""; // so that choosing the same again is a change
      if (file) send(this, "regions-loaded", file);
    });
    this.#listenToChoices();
  }

  /** What is looked at, and by which mask. */
  #listenToChoices() {
    const everyKind = part(this, "every-kind", HTMLInputElement);
    everyKind.addEventListener("change", () => send(this, "look-at-every-kind", everyKind.checked));
    const input = part(this, "mask-input", HTMLInputElement);
    const use = part(this, "use-mask", HTMLButtonElement);
    use.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      input.value = "";
      if (file) send(this, "use-mask", file);
    });
    part(this, "no-mask", HTMLButtonElement).addEventListener("click", () => {
      send(this, "use-mask", null);
      use.focus(); // its own button is gone
    });
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    part(this, "choose", HTMLButtonElement).addEventListener("click", () => {
      const { policy } = store.state;
      send(this, "policy-loaded", { ...policy, options: [...policy.options, OPTION] });
      part(this, "look", HTMLButtonElement).focus();
    });
    store.subscribe(["phase", "policy", "forecast"], (state) => this.#offer(state));
    store.subscribe(["looking"], ({ looking }) => this.#show(looking));
    store.subscribe(["looking", "everyKind", "mask"], (state) => this.#showChoices(state));
    store.subscribe(["looking", "reviewed", "regionsLoaded"], (state) => this.#say(state));
    followNotes(this, store, "pixels");
  }

  /** What it is good for where it is not chosen; else what can be done. @param {State} state */
  #offer({ phase, policy, forecast }) {
    const cleanable = cleanableOf(forecast);
    const chosen = cleansPixels(policy);
    this.hidden = stateOf(phase, "policy") !== "active" || !(chosen || cleanable > 0);
    part(this, "offer", HTMLElement).hidden = chosen;
    part(this, "acts", HTMLElement).hidden = !chosen;
    part(this, "choices", HTMLElement).hidden = !chosen;
    part(this, "showing", HTMLElement).textContent =
      `${counted(cleanable, "file")} would be withheld for what the pictures can show. Clean Pixel Data writes such files, with that text made blank.`;
    part(this, "look", HTMLButtonElement).disabled = phase !== "ready";
  }

  /** @param {import("../state.js").Looking | null} looking */
  #show(looking) {
    const progress = part(this, "progress", HTMLProgressElement);
    progress.hidden = looking === null;
    const { done = 0, total = 1, mask = null } = looking ?? {};
    const isMask = mask !== null;
    Object.assign(progress, isMask ? { max: 1, value: mask } : { max: Math.max(total, 1), value: done });
    progress.ariaLabel = isMask ? "Mask read" : "Pictures looked at";
    part(this, "look", HTMLButtonElement).hidden = looking !== null;
    part(this, "stop", HTMLButtonElement).hidden = looking === null;
    part(this, "far", HTMLElement).textContent = looking ? wordsOf(looking) : "";
  }

  /** While a search goes on, its choices stay. @param {State} state */
  #showChoices({ looking, everyKind, mask }) {
    part(this, "choices", HTMLFieldSetElement).disabled = looking !== null;
    part(this, "every-kind", HTMLInputElement).checked = everyKind;
    part(this, "no-mask", HTMLButtonElement).hidden = mask === null;
    part(this, "mask", HTMLElement).textContent = mask ? `${mask.name} is used when you look for text.` : "";
  }

  /** @param {State} state */
  #say({ looking, reviewed, regionsLoaded }) {
    for (const name of ["review", "save"]) {
      part(this, name, HTMLButtonElement).hidden = looking !== null || !reviewed?.groups;
    }
    const words = [];
    if (looking && looking.mask !== null) words.push("Reading the mask…");
    if (!looking && reviewed) words.push(saidOf(reviewed));
    if (regionsLoaded) words.push("A regions file is loaded. To review it, look for text in the same files.");
    const said = part(this, "said", HTMLElement);
    const text = words.join(" ");
    if (said.textContent !== text) said.textContent = text; // it is spoken
  }
}

/** @param {import("../state.js").Looking} looking */
function wordsOf({ done, total, pictures, mask }) {
  if (mask !== null) return `${Math.floor(100 * mask)} % of it is read`;
  if (total === 0) return "Getting ready: what looks at pictures is loaded first.";
  return `${count(done)} of ${counted(total, "file")}, ${counted(pictures, "picture")} looked at`;
}

customElements.define("pixels-panel", PixelsPanel);
