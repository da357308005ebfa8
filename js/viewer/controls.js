// @ts-check
/** The controls beside the picture: window, gamma, inversion, size, and what dragging does. */
import { one, part } from "../page/dom.js";
import { ZOOM } from "./keys.js";
import { covering, isSame, plain, presetsOf } from "./windows.js";

/**
 * @typedef {import("./state.js").Looking} Looking
 * @typedef {import("./stage.js").Stage} Stage
 * @typedef {import("./windows.js").Preset} Preset
 */

/** Of the list of windows: none was chosen, so each picture has its own; and one that no list has. */
const AUTO = "auto";
const OWN = "own";
/** All values of the file's first frame. */
const ALL = "all";
const NUMBERS = /** @type {const} */ (["center", "width"]);

export class Controls {
  #form;
  #looking;
  #stage;
  /** @type {Preset[]} */ #presets = [];
  /** Windows that the list was made of, as text. */ #listed = "";

  /** @param {HTMLFormElement} form @param {Looking} looking @param {Stage} stage */
  constructor(form, looking, stage) {
    this.#form = form;
    this.#looking = looking;
    this.#stage = stage;
    form.addEventListener("submit", (event) => event.preventDefault());
    this.#on("preset", "change", () => this.#choose(part(form, "preset", HTMLSelectElement).value));
    for (const name of NUMBERS) this.#on(name, "change", () => this.#type());
    this.#on("gamma", "input", () => looking.tune({ gamma: 2 ** Number(this.#input("gamma").value) }));
    this.#on("invert", "change", () => looking.tune({ invert: this.#input("invert").checked }));
    this.#on("reset", "click", () => looking.reset());
    this.#on("larger", "click", () => stage.zoom(ZOOM));
    this.#on("smaller", "click", () => stage.zoom(1 / ZOOM));
    this.#on("fit", "click", () => this.#view((view) => view.fit()));
    this.#on("one-to-one", "click", () => this.#view((view) => view.oneToOne()));
    if (matchMedia("(pointer: coarse)").matches)
      one(form, '[name="drag"][value="scroll"]', HTMLInputElement).checked = true;
  }

  /** The act of dragging with the primary button or one finger. */
  get mode() {
    return /** @type {import("./gestures.js").Mode} */ (
      one(this.#form, '[name="drag"]:checked', HTMLInputElement).value
    );
  }

  show() {
    const { tuning, window, shown } = this.#looking;
    if (shown?.facts) this.#list(shown.facts);
    const preset = this.#presets.findIndex((known) => tuning.window && isSame(known.window, tuning.window));
    const chosen = !tuning.window ? AUTO : preset < 0 ? OWN : String(preset);
    const select = part(this.#form, "preset", HTMLSelectElement);
    one(select, `[value="${OWN}"]`, HTMLOptionElement).hidden = chosen !== OWN;
    select.value = chosen;
    for (const name of NUMBERS) if (this.#input(name) !== document.activeElement) this.#write(name);
    part(this.#form, "windowing", HTMLFieldSetElement).disabled = !window;
    this.#input("gamma").value = String(Math.log2(tuning.gamma));
    this.#input("gamma").ariaValueText = tuning.gamma.toFixed(2);
    part(this.#form, "gamma-value", HTMLOutputElement).value = tuning.gamma.toFixed(2);
    this.#input("invert").checked = tuning.invert;
    this.showSize();
  }

  showSize() {
    const { scale } = this.#stage;
    part(this.#form, "size", HTMLOutputElement).value = scale ? `${Math.round(scale * 100)} %` : "";
  }

  /** @param {import("../../worker/shared/protocol/imaging.js").Facts} facts */
  #list(facts) {
    const { proposed, customary } = presetsOf(facts);
    const listed = JSON.stringify([proposed, customary]);
    if (listed === this.#listed) return;
    this.#listed = listed;
    this.#presets = [...proposed, ...customary];
    const options = this.#presets.map(
      ({ name, window: { center, width } }, at) => new Option(`${name}: ${plain(center)}, ${plain(width)}`, String(at)),
    );
    const group = document.createElement("optgroup");
    group.label = "CT: centre and width in HU";
    group.append(...options.splice(proposed.length));
    const select = part(this.#form, "preset", HTMLSelectElement);
    const [auto, own, all] = [AUTO, OWN, ALL].map((value) => one(select, `[value="${value}"]`, HTMLOptionElement));
    select.replaceChildren(auto, own, ...options, all, ...(customary.length > 0 ? [group] : []));
  }

  /** @param {string} value   of the list of windows */
  #choose(value) {
    const { shown } = this.#looking;
    const all = value === ALL && shown?.facts ? (covering(shown.facts) ?? undefined) : undefined;
    this.#looking.tune({ window: all ?? this.#presets[Number(value)]?.window });
  }

  /** A number was typed; what is none is taken back. */
  #type() {
    const [center, width] = NUMBERS.map((name) => this.#input(name).valueAsNumber);
    const { window } = this.#looking;
    if (window && Number.isFinite(center) && width > 0) this.#looking.tune({ window: { ...window, center, width } });
    else for (const name of NUMBERS) this.#write(name);
  }

  /** @param {typeof NUMBERS[number]} name */
  #write(name) {
    const { window } = this.#looking;
    this.#input(name).value = window ? plain(window[name]) : "";
  }

  /** @param {(view: import("../page/view.js").View) => void} change */
  #view(change) {
    change(this.#stage.view);
    this.#stage.draw();
    this.showSize();
  }

  /** @param {string} name */
  #input(name) {
    return part(this.#form, name, HTMLInputElement);
  }

  /** @param {string} name @param {string} event @param {() => void} act */
  #on(name, event, act) {
    part(this.#form, name, HTMLElement).addEventListener(event, act);
  }
}
