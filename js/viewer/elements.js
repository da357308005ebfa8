// @ts-check
/** The data elements of the instance that is looked at, and what is planned for each: it follows the place in the series. */
import { WhatIf } from "../explain/element-list.js";
import { part } from "../page/dom.js";
import { noteOf } from "../page/problem.js";
import { isWhole, OLDER } from "../page/project-key.js";
import { Latest } from "./latest.js";
import { asItIs } from "./sources.js";

/** @typedef {import("../../worker/shared/protocol/index.js").InstanceFound} InstanceFound */

export class Elements {
  #root;
  #given;
  /** @type {Latest<InstanceFound>} */ #wishes;
  /** @type {InstanceFound | null} */ #instance = null;
  /** @type {InstanceFound | null} whose elements were asked for last */ #asked = null;
  #open = false;

  /** @param {HTMLElement} root @param {import("./dialog.js").Given} given */
  constructor(root, given) {
    this.#root = root;
    this.#given = given;
    this.#wishes = new Latest((instance) => this.#serve(instance));
  }

  /** @param {InstanceFound} instance */
  follow(instance) {
    this.#instance = instance;
    if (!this.#open || instance === this.#asked) return;
    this.#asked = instance;
    this.#whatIf.wait();
    this.#wishes.ask(instance);
  }

  /** @param {boolean} open */
  open(open) {
    this.#open = open;
    if (open && this.#instance) this.follow(this.#instance);
  }

  get #whatIf() {
    return part(this.#root, "what-if", WhatIf);
  }

  /** @param {InstanceFound} instance */
  async #serve(instance) {
    const { trial, policy, passphrase, source } = this.#given;
    const where = asItIs(source.of, instance);
    const tried = "error" in where ? where : await trial.explain(where, policy, passphrase);
    if (!this.#root.isConnected || instance !== this.#asked) return;
    noteOf(this.#root).clear();
    const madeUp = !isWhole(passphrase, policy.pseudonyms === OLDER);
    if (!("error" in tried)) return this.#whatIf.show(tried, { madeUp, stay: true });
    this.#whatIf.clear();
    noteOf(this.#root).show(tried.error);
  }
}
