// @ts-check
/**
 * A picture that follows what is wished of it: an instance, a frame of it, and how it is painted.
 *
 * @typedef {import("../../worker/shared/protocol/index.js").InstanceFound} InstanceFound
 * @typedef {import("../../worker/shared/protocol/imaging.js").Where} Where
 * @typedef {import("../../worker/shared/protocol/imaging.js").Facts} Facts
 * @typedef {import("../../worker/shared/protocol/imaging.js").Painted} Painted
 * @typedef {import("../../worker/shared/protocol/imaging.js").Tuning} Tuning
 * @typedef {import("../threads/imaging.js").Imaging} Imaging
 *
 * @typedef {{instance: InstanceFound, frame: number, tuning: Tuning}} Wish
 * @typedef {{error: string, status?: string}} Problem   a reason code; status: what a run would do with the file
 * @typedef {{wish: Wish, facts: Facts | null, painted: Painted | null, problem: Problem | null}} Shown
 */
import { Signal } from "../page/signal.js";
import { Latest } from "./latest.js";

export class Pane {
  /** There is something else to be seen. */ changed = new Signal();
  /** That is what was wished last. */ settled = new Signal();
  /** @type {Shown | null} */ shown = null;
  #imaging;
  #number;
  #whereOf;
  /** @type {Latest<Wish>} */ #wishes;
  /** @type {{instance: InstanceFound, facts: Facts | Problem} | null} */ #open = null;
  #closed = false;

  /**
   * @param {Imaging} imaging
   * @param {number} number   0 or 1
   * @param {(instance: InstanceFound) => Promise<Where | Problem>} whereOf
   */
  constructor(imaging, number, whereOf) {
    this.#imaging = imaging;
    this.#number = number;
    this.#whereOf = whereOf;
    this.#wishes = new Latest(
      (wish) => this.#serve(wish),
      () => this.#closed || this.settled.send(),
    );
  }

  get busy() {
    return this.#wishes.busy;
  }

  /** @param {Wish} wish */
  show(wish) {
    this.#wishes.ask(wish);
  }

  /** Lets go of the picture that is shown. */
  clear() {
    this.#wishes.drop();
    this.#take(null);
  }

  /** Nothing more comes. */
  close() {
    this.#closed = true;
    this.clear();
  }

  /** @param {Wish} wish */
  async #serve(wish) {
    const shown = await this.#made(wish);
    if (this.#closed) return shown.painted?.bitmap.close();
    this.#take(shown);
    this.changed.send();
  }

  /** @param {Shown | null} shown */
  #take(shown) {
    this.shown?.painted?.bitmap.close();
    this.shown = shown;
  }

  /** @param {Wish} wish @returns {Promise<Shown>} */
  async #made(wish) {
    const none = { wish, facts: null, painted: null };
    try {
      const facts = await this.#opened(wish.instance);
      if ("error" in facts) return { ...none, problem: facts };
      const painted = await this.#imaging.paint(this.#number, Math.min(wish.frame, facts.frames - 1), wish.tuning);
      return "error" in painted ? { ...none, facts, problem: painted } : { wish, facts, painted, problem: null };
    } catch {
      return { ...none, problem: { error: "DECODER_LOST" } };
    }
  }

  /** @param {InstanceFound} instance */
  async #opened(instance) {
    if (this.#open?.instance === instance) return this.#open.facts;
    this.#open = null;
    const where = await this.#whereOf(instance);
    const facts = "error" in where ? where : await this.#imaging.open(this.#number, where);
    this.#open = { instance, facts };
    return facts;
  }
}
