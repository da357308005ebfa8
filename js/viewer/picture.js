// @ts-check
/** The picture and all that acts on it: joins what is looked at, the canvas, the controls, mouse, touch, keys and words. */
import { part } from "../page/dom.js";
import { Words } from "./captions.js";
import { Controls } from "./controls.js";
import { Gestures } from "./gestures.js";
import { listenToKeys } from "./keys.js";
import { Stage } from "./stage.js";
import { Looking } from "./state.js";

/**
 * @typedef {import("./pane.js").Pane} Pane
 * @typedef {import("./stage.js").Layout} Layout
 */

export class Picture {
  #root;
  #panes;
  #stage;
  #controls;
  #words;
  looking;

  /** @param {HTMLElement} root @param {Pane[]} panes */
  constructor(root, panes) {
    this.#root = root;
    this.#panes = panes;
    const stage = part(root, "stage", HTMLElement);
    this.looking = new Looking(panes);
    this.#stage = new Stage(stage, panes);
    this.#controls = new Controls(part(root, "controls", HTMLFormElement), this.looking, this.#stage);
    this.#words = new Words(root, this.looking);
    for (const pane of panes) pane.changed.listen(() => this.#stage.draw());
    this.looking.changed.listen(() => this.#show());
    new Gestures(stage, this.#wishes());
    listenToKeys(stage, this.#wishes());
    this.#listen();
  }

  /**
   * @param {import("../../worker/shared/protocol/index.js").InstanceFound[]} instances   of another series
   * @param {number | null} first   number of the file to begin with
   */
  open(instances, first) {
    this.#stage.view.fit();
    this.looking.open(instances, first);
  }

  close() {
    for (const pane of this.#panes) pane.close();
    this.#words.close();
    this.#stage.close();
  }

  #listen() {
    const { looking } = this;
    const along = part(this.#root, "along", HTMLInputElement);
    along.addEventListener("input", () => looking.go(along.valueAsNumber - 1));
    this.#click("previous", () => looking.stepInstance(-1));
    this.#click("next", () => looking.stepInstance(1));
    for (const radio of this.#root.querySelectorAll('[name="layout"]')) {
      radio.addEventListener("change", () =>
        this.#lay(/** @type {Layout} */ (/** @type {HTMLInputElement} */ (radio).value)),
      );
    }
    const split = part(this.#root, "split", HTMLInputElement);
    split.addEventListener("input", () => {
      this.#stage.split = split.valueAsNumber / 100;
      this.#stage.draw();
    });
  }

  /** @param {Layout} layout */
  #lay(layout) {
    this.#stage.layout = layout;
    this.looking.follow(this.#stage.visible);
    for (const words of this.#root.querySelectorAll("[data-for]")) {
      /** @type {HTMLElement} */ (words).hidden = !(
        /** @type {HTMLElement} */ (words).dataset.for?.split(" ").includes(layout)
      );
    }
  }

  #show() {
    this.#stage.draw();
    this.#controls.show();
    this.#words.show(this.#stage.layout, this.#panes);
  }

  /** The acts that mouse, touch and keys can call. @returns {import("./gestures.js").Meaning & import("./keys.js").Wishes} */
  #wishes() {
    const { looking } = this;
    const stage = this.#stage;
    const seen = (/** @type {() => void} */ change) => {
      change();
      stage.draw();
      this.#controls.showSize();
    };
    return {
      mode: () => this.#controls.mode,
      begin: () => looking.grip(),
      window: (right, down) => looking.drag(right, down),
      nudge: (right, down) => {
        looking.grip();
        looking.drag(right, down);
      },
      move: (right, down) => stage.pan(right, down),
      step: (steps) => looking.step(steps),
      stepInstance: (steps) => looking.stepInstance(steps),
      go: (position) => looking.go(position),
      zoom: (factor, point) => seen(() => stage.zoom(factor, point)),
      fit: () => seen(() => stage.view.fit()),
      oneToOne: () => seen(() => stage.view.oneToOne()),
      invert: () => looking.tune({ invert: !looking.tuning.invert }),
      reset: () => looking.reset(),
    };
  }

  /** @param {string} name @param {() => void} act */
  #click(name, act) {
    part(this.#root, name, HTMLButtonElement).addEventListener("click", act);
  }
}
