// @ts-check
/** Captions of the viewer: place in the series, window, warnings; shown, and spoken by a screen reader. */
import { WOULD } from "../explain/element-list.js";
import { part } from "../page/dom.js";
import { noteOf } from "../page/problem.js";
import { noPicture, reason, reasons } from "../page/tables.js";
import { plain } from "./windows.js";

/**
 * @typedef {import("./state.js").Looking} Looking
 * @typedef {import("./pane.js").Pane} Pane
 * @typedef {import("./stage.js").Layout} Layout
 */

/** Only what stays for so long is spoken, in milliseconds. */
const PAUSE = 700;

/** @type {Record<Layout, string>} */
const SEEN = {
  original: "",
  planned: "De-identified. ",
  beside: "Original beside de-identified. ",
  over: "Original over de-identified. ",
};

export class Words {
  #root;
  #looking;
  /** @type {Map<HTMLElement, string>} what is told of each pane */ #told = new Map();
  #spoken = "";
  /** @type {number | undefined} */ #timer;

  /** @param {HTMLElement} root @param {Looking} looking */
  constructor(root, looking) {
    this.#root = root;
    this.#looking = looking;
    reasons.whenThere(() => {}); // the words for what has no picture
  }

  /** @param {Layout} layout @param {Pane[]} panes */
  show(layout, panes) {
    const { sequence, position, instance, shown } = this.#looking;
    const place = sequence.words(position);
    this.#text("position", place);
    this.#text("path", instance.path);
    const along = part(this.#root, "along", HTMLInputElement);
    along.max = String(sequence.total);
    along.value = String(position + 1);
    along.ariaValueText = place;
    for (const name of ["previous", "next"])
      part(this.#root, name, HTMLButtonElement).disabled = sequence.instances < 2;
    for (const [number, pane] of panes.entries()) this.#note(part(this.#root, `pane-${number}`, HTMLElement), pane);
    const warning = shown?.painted?.warning ? wordsOf(shown.painted.warning) : "";
    this.#text("warning", warning);
    const where = `${SEEN[layout]}${place}.`;
    const seen = (/** @type {string} */ none) => `${where} ${shown?.painted ? this.#window() : none} ${warning}`.trim();
    const none = shown?.problem ? noPicture(shown.problem.error) : "No picture yet.";
    part(this.#root, "canvas", HTMLCanvasElement).ariaLabel = seen(none);
    this.#say(seen("No picture.")); // why, its note tells
  }

  close() {
    clearTimeout(this.#timer);
  }

  #window() {
    const { window, tuning } = this.#looking;
    const inverted = tuning.invert ? " Inverted." : "";
    return window ? `Window centre ${plain(window.center)}, width ${plain(window.width)}.${inverted}` : inverted.trim();
  }

  /** Notes an error of a pane's picture, once, until it is another one. @param {HTMLElement} element @param {Pane} pane */
  #note(element, { shown, busy }) {
    element.toggleAttribute("data-busy", busy);
    const problem = shown?.problem ?? null;
    const told = problem ? `${problem.error} ${shown?.wish.instance.path}` : "";
    if (this.#told.get(element) === told) return;
    this.#told.set(element, told);
    const status = /** @type {keyof typeof WOULD | undefined} */ (problem?.status);
    part(element, "would", HTMLElement).textContent = status ? `This file ${WOULD[status]}.` : "";
    if (problem) noteOf(element).show(problem.error);
    else noteOf(element).clear();
  }

  /** The slider says by itself where one is. @param {string} text */
  #say(text) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (text === this.#spoken) return;
      this.#spoken = text;
      if (document.activeElement !== part(this.#root, "along", HTMLInputElement)) this.#text("spoken", text);
    }, PAUSE);
  }

  /** @param {string} name @param {string} text */
  #text(name, text) {
    part(this.#root, name, HTMLElement).textContent = text;
  }
}

/** @param {string} code */
function wordsOf(code) {
  const { sentence, remedy } = reason(code);
  return `${sentence} ${remedy}`;
}
