// @ts-check
/** Notes of what went wrong: from what acts on an intent to the state, and from there to the panel that shows them. */
import { on } from "../intents.js";
import { codeOf, noteOf, Problem } from "./problem.js";

/**
 * @typedef {import("../state.js").Store} Store
 * @typedef {import("../state.js").Place} Place
 * @typedef {import("../state.js").Note} Note
 */

/** Shows in the note of a panel what the state has for its place. @param {Element} panel @param {Store} store @param {Place} place */
export function followNotes(panel, store, place) {
  let shown = store.state.notes[place];
  store.subscribe(["notes"], ({ notes }) => {
    const note = notes[place];
    if (note === shown) return;
    shown = note;
    if (note) noteOf(panel).show(note.code, note.problems);
    else noteOf(panel).clear();
  });
}

/** @param {unknown} error @returns {Note} */
export function noteFrom(error) {
  return { code: codeOf(error), problems: error instanceof Problem ? error.problems : [] };
}

/** @param {string} code @returns {Note} */
export const noteWith = (code) => ({ code, problems: [] });

/**
 * Acts on an intent, from wherever in the page; what goes wrong is noted in the panel that it belongs to.
 * @template {keyof import("../intents.js").Intents} K
 * @param {Store} store
 * @param {K} name
 * @param {Place} place
 * @param {(detail: import("../intents.js").Intents[K]) => unknown} act
 */
export function actOn(store, name, place, act) {
  on(name, async (detail) => {
    try {
      await act(detail);
    } catch (error) {
      store.note(place, noteFrom(error));
    }
  });
}
