// @ts-check
/** History: what was done, to be undone and done again. It keeps states from before and after, which nobody changes. */

/**
 * @template T
 * @typedef {{id: string, before: T, after: T}} Step   of one of the things that an act changed
 */

/** Acts that can be undone. */
const MOST = 1000;

/** @template T */
export class History {
  /** @type {{words: string, steps: Step<T>[]}[]} */ #done = [];
  /** @type {{words: string, steps: Step<T>[]}[]} */ #undone = [];

  /** @param {string} words @param {Step<T>[]} steps @param {boolean} goesOn   with what was done last, if that was the same: both are undone together */
  note(words, steps, goesOn = false) {
    const last = this.#done.at(-1);
    const same = last?.words === words && last.steps.every(({ id }, at) => id === steps[at]?.id);
    if (last && same && goesOn)
      last.steps = steps.map(({ id, after }, at) => ({ id, before: last.steps[at].before, after }));
    else this.#done.push({ words, steps });
    if (this.#done.length > MOST) this.#done.shift();
    this.#undone = [];
  }

  /** The words of what was done last, or "". */
  get undoable() {
    return this.#done.at(-1)?.words ?? "";
  }

  /** The words of what was undone last, or "". */
  get redoable() {
    return this.#undone.at(-1)?.words ?? "";
  }

  /** States to go back to. @returns {{words: string, states: [string, T][]} | null} */
  undo() {
    const act = this.#done.pop();
    if (!act) return null;
    this.#undone.push(act);
    return { words: act.words, states: act.steps.map(({ id, before }) => [id, before]) };
  }

  /** States to go forward to. @returns {{words: string, states: [string, T][]} | null} */
  redo() {
    const act = this.#undone.pop();
    if (!act) return null;
    this.#done.push(act);
    return { words: act.words, states: act.steps.map(({ id, after }) => [id, after]) };
  }
}
