// @ts-check
/** The viewer's dialog from its opening to its end, and the series that one goes through in it. */

import { contentOf, one, part } from "../page/dom.js";
import { bytes } from "../page/format.js";
import { noteOf } from "../page/problem.js";
import { Imaging } from "../threads/imaging.js";
import { Elements } from "./elements.js";
import { Pane } from "./pane.js";
import { Picture } from "./picture.js";
import { asItIs, asPlanned } from "./sources.js";

/**
 * @typedef {import("./panel.js").Source} Source
 *
 * @typedef {object} Given
 * @property {import("../threads/files.js").Files} files
 * @property {import("../threads/pool.js").Pool} pool
 * @property {import("../explain/explain.js").Trial} trial
 * @property {import("../../worker/shared/protocol/policy.js").Policy} policy
 * @property {string} passphrase
 * @property {Source} source
 * @property {string[]} keys   of the series that one can go through
 * @property {() => void} closed   called when it is closed
 */

/** Series further on, by key. dialog.html tells the person the same. @type {Record<string, number>} */
const SERIES_KEYS = { p: -1, n: 1 };

export class ViewerDialog {
  #host;
  #given;
  #dialog;
  #elements;
  /** @type {Imaging | null} */ #imaging = null;
  /** @type {Picture | null} */ #picture = null;
  #key = "";
  #closed = new AbortController();

  /** @param {HTMLElement} host   holds it as long as it is open @param {Given} given */
  constructor(host, given) {
    this.#host = host;
    this.#given = given;
    host.replaceChildren(contentOf("viewer"));
    this.#dialog = part(host, "dialog", HTMLDialogElement);
    this.#elements = new Elements(part(host, "elements-side", HTMLElement), given);
    this.#listen();
    this.#dialog.showModal();
  }

  #listen() {
    this.#dialog.addEventListener("close", () => this.close());
    addEventListener("pagehide", () => this.close(), { signal: this.#closed.signal }); // the browser can keep a page that was left
    part(this.#host, "close", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    part(this.#host, "previous-series", HTMLButtonElement).addEventListener("click", () => this.#step(-1));
    part(this.#host, "next-series", HTMLButtonElement).addEventListener("click", () => this.#step(1));
    this.#stage.addEventListener("keydown", ({ key, ctrlKey, altKey, metaKey }) => {
      if (key in SERIES_KEYS && !ctrlKey && !altKey && !metaKey) this.#step(SERIES_KEYS[key]);
    });
    for (const radio of this.#host.querySelectorAll('[name="viewer-side"]')) {
      radio.addEventListener("change", () => this.#turn(/** @type {HTMLInputElement} */ (radio).value === "elements"));
    }
    const alone = this.#given.source.of.kind !== "originals"; // of others, no run of this page is planned
    this.#dialog.toggleAttribute("data-output", alone);
    part(this.#host, "layouts", HTMLFieldSetElement).hidden = alone;
    if (alone) one(this.#host, ".elements th:nth-child(3)", HTMLElement).textContent = "Value";
  }

  /** Nothing is left in the page of what was looked at. */
  close() {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    this.#dialog.close();
    this.#picture?.close();
    this.#imaging?.close();
    this.#given.trial.end();
    this.#host.replaceChildren();
    this.#given.closed();
  }

  /** @param {string} key   of the series @param {number | null} first   number of the file to begin with */
  async open(key, first) {
    const { files, pool } = this.#given;
    const imaging = await Imaging.start(pool, files).catch((error) =>
      this.#failed(error.code ?? "IMAGING_NOT_STARTED"),
    );
    if (!imaging) return;
    if (this.#closed.signal.aborted) return imaging.close();
    this.#imaging = imaging;
    this.#picture = this.#pictureOf(imaging);
    await this.#series(key, first);
  }

  /** @param {Imaging} imaging */
  #pictureOf(imaging) {
    const { source, ...tried } = this.#given;
    const picture = new Picture(this.#dialog, [
      new Pane(imaging, 0, async (instance) => asItIs(source.of, instance)),
      new Pane(imaging, 1, (instance) => asPlanned(tried, instance)),
    ]);
    picture.looking.changed.listen(() => this.#elements.follow(picture.looking.instance));
    const memory = () => {
      const shown = part(this.#host, "memory", HTMLDataElement);
      shown.value = String(imaging.heap);
      shown.textContent = bytes(imaging.heap);
    };
    memory();
    const deafen = imaging.changed.listen(memory);
    this.#closed.signal.addEventListener("abort", deafen);
    return picture;
  }

  /** @param {number} steps   series further on */
  async #step(steps) {
    const { keys } = this.#given;
    const key = keys[keys.indexOf(this.#key) + steps];
    if (key === undefined) return;
    this.#stage.focus(); // the arrow keys go on through the slices
    await this.#series(key);
  }

  /** @param {string} key @param {number | null} [first] */
  async #series(key, first = null) {
    const { keys, source } = this.#given;
    const at = keys.indexOf(key);
    this.#key = key;
    part(this.#host, "series", HTMLElement).hidden = keys.length < 2;
    for (const [name, end] of /** @type {const} */ ([
      ["previous-series", 0],
      ["next-series", keys.length - 1],
    ])) {
      const button = part(this.#host, name, HTMLButtonElement);
      button.disabled = at === end;
    }
    const instances = await source.instances(key).catch(() => []);
    if (key !== this.#key || this.#closed.signal.aborted) return;
    noteOf(this.#dialog).clear();
    if (instances.length === 0) return this.#failed("SERIES_GONE");
    this.#picture?.open(instances, first);
  }

  get #stage() {
    return part(this.#host, "stage", HTMLElement);
  }

  /** To the data elements, or back to the picture. @param {boolean} elements */
  #turn(elements) {
    part(this.#host, "picture-side", HTMLElement).hidden = elements;
    part(this.#host, "elements-side", HTMLElement).hidden = !elements;
    this.#elements.open(elements);
  }

  /** @param {string} code */
  #failed(code) {
    if (this.#closed.signal.aborted) return;
    for (const pane of this.#host.querySelectorAll(".pane")) pane.removeAttribute("data-busy");
    noteOf(this.#dialog).show(code);
  }
}
