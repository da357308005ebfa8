// @ts-check
/**
 * State of the viewer: the series, the place in it, and the window and gamma; one or two panes follow it.
 *
 * @typedef {import("../../worker/shared/protocol/index.js").InstanceFound} InstanceFound
 * @typedef {import("../../worker/shared/protocol/imaging.js").Tuning} Tuning
 * @typedef {import("../../worker/shared/protocol/imaging.js").Window} Window
 * @typedef {import("./pane.js").Pane} Pane
 */
import { Signal } from "../page/signal.js";
import { Sequence } from "./sequence.js";
import { begunWith, dragged } from "./windows.js";

/** Beyond these nothing is seen any more. */
const GAMMA = { least: 0.2, most: 5 };

export class Looking {
  /** There is something else to be said or seen. */ changed = new Signal();
  sequence = new Sequence([]);
  position = 0;
  /** @type {Tuning} */ tuning = untuned();
  /** Numbers of the panes that follow. */ active = [0];
  #panes;
  /** @type {Window | null} the window when it began to be dragged */ #grip = null;

  /** @param {Pane[]} panes */
  constructor(panes) {
    this.#panes = panes;
    for (const pane of panes) {
      pane.changed.listen(() => this.#learn(pane));
      pane.settled.listen(() => this.changed.send());
    }
  }

  /** @param {InstanceFound[]} instances   at least one @param {number | null} first   number of the file to begin with */
  open(instances, first) {
    this.sequence = new Sequence(instances);
    this.position = this.sequence.of(first);
    this.tuning = untuned();
    this.#wish();
  }

  get instance() {
    return this.sequence.at(this.position).instance;
  }

  /** Picture of the first pane that has one, else its problem. */
  get shown() {
    const shown = this.active.map((number) => this.#panes[number].shown);
    return shown.find((one) => one?.painted) ?? shown.find((one) => one) ?? null;
  }

  /** The window that is seen; null where there is none: in colours, or as long as nothing is there. */
  get window() {
    if (this.tuning.window) return this.tuning.window;
    const { wish, facts, painted } = this.shown ?? {};
    return wish && facts && painted ? begunWith(facts, painted, Boolean(wish.tuning.window)) : null;
  }

  /** @param {number} position */
  go(position) {
    const next = this.sequence.within(position);
    if (next === this.position) return;
    this.position = next;
    this.#wish();
  }

  /** @param {number} steps   pictures further on */
  step(steps) {
    this.go(this.position + steps);
  }

  /** @param {number} steps   instances further on */
  stepInstance(steps) {
    this.go(this.sequence.besides(this.position, steps));
  }

  /** @param {number[]} active */
  follow(active) {
    this.active = active;
    for (const [number, pane] of this.#panes.entries()) if (!active.includes(number)) pane.clear();
    this.#wish();
  }

  /** @param {Partial<Tuning>} change */
  tune(change) {
    const gamma = Math.min(Math.max(change.gamma ?? this.tuning.gamma, GAMMA.least), GAMMA.most);
    this.tuning = { ...this.tuning, ...change, gamma };
    this.#wish();
  }

  reset() {
    this.tuning = untuned();
    this.#wish();
  }

  /** A window is going to be dragged. */
  grip() {
    this.#grip = this.window;
  }

  /** @param {number} right @param {number} down   in CSS pixels, since it was gripped */
  drag(right, down) {
    if (this.#grip) this.tune({ window: dragged(this.#grip, right, down) });
  }

  #wish() {
    const { instance, frame } = this.sequence.at(this.position);
    for (const number of this.active) this.#panes[number].show({ instance, frame, tuning: this.tuning });
    this.changed.send();
  }

  /** @param {Pane} pane */
  #learn({ shown }) {
    const known = shown?.facts && shown.wish.instance === this.instance;
    if (known && this.sequence.learn(this.instance, shown.facts?.frames ?? 1)) this.go(this.position);
    this.changed.send();
  }
}

/** @returns {Tuning} */
function untuned() {
  return { gamma: 1, invert: false };
}
