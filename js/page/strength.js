// @ts-check
/** How easily a passphrase is guessed, by the judgement of zxcvbn; the command line asks the same library. */

import { CodedError } from "../../worker/shared/errors.js";
import { fetchTable } from "./tables.js";

/** It has no types and puts its function into the global scope. */
const LIBRARY = new URL("../../vendor/zxcvbn.js", import.meta.url).href;
/** The score of zxcvbn that protects from guessing offline: 10^10 guesses. */
const STRONG = 4;
/** Characters that are judged: zxcvbn takes long for more. */
const LONGEST = 72;

/** @typedef {(passphrase: string, guessed: string[]) => {score: number}} Judge */

/** @type {Promise<(passphrase: string) => boolean> | null} */
let judging = null;

/** Whether a passphrase is easy to guess. Rejects with PAGE_INCOMPLETE. @param {string} passphrase */
export async function isWeak(passphrase) {
  return (await loadJudge())(passphrase);
}

/** Loads the library, unless it is there. Rejects with PAGE_INCOMPLETE. */
export async function loadJudge() {
  judging ??= load();
  try {
    return await judging;
  } catch {
    judging = null; // loaded again the next time
    throw new CodedError("PAGE_INCOMPLETE");
  }
}

async function load() {
  const [{ words }] = await Promise.all([fetchTable("guessed-first"), import(LIBRARY)]);
  const judge = /** @type {{zxcvbn: Judge}} */ (/** @type {unknown} */ (globalThis)).zxcvbn;
  const guessed = Object.values(words).flat();
  return (/** @type {string} */ passphrase) => judge(passphrase.slice(0, LONGEST), guessed).score < STRONG;
}
