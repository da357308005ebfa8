// @ts-check
/** Time limits for browser calls that in long runs now and then never settle. */

import { nameOf } from "./errors.js";

/** How long a call of the file system may take before it is tried again, in milliseconds. */
export const CALL_MILLISECONDS = 10_000;
/** Reading is given this much more for every MiB, in milliseconds: a slow network folder is no failure. */
export const MIB_MILLISECONDS = 500;
/** Milliseconds between two searches for late calls: a timer for each of some ten calls per file would cost more. */
const LOOK_MILLISECONDS = 100;

/** @type {Set<{until: number, late: () => void, called: Promise<unknown>}>} calls that have not settled; nothing is remembered of one that has */
const waiting = new Set();
let looking = 0;

/**
 * Calls once more when the first call has not settled in time. A failure is passed on at once.
 * @template T
 * @param {() => Promise<T>} call
 * @param {number} [milliseconds]
 * @param {(late: T) => void} [giveBack]   what to do with a result that came too late (a handle holds a lock)
 * @returns {Promise<T>}
 */
export async function patiently(call, milliseconds = CALL_MILLISECONDS, giveBack = () => {}) {
  try {
    return await limited(call, milliseconds, giveBack);
  } catch (error) {
    if (nameOf(error) !== "TimeoutError") throw error;
    return limited(call, milliseconds, giveBack);
  }
}

/**
 * Calls once; a TimeoutError when the call has not settled in time.
 * @template T
 * @param {() => Promise<T>} call
 * @param {number} [milliseconds]
 * @param {(late: T) => void} [giveBack]
 * @returns {Promise<T>}
 */
export function limited(call, milliseconds = CALL_MILLISECONDS, giveBack = () => {}) {
  return new Promise((resolve, reject) => {
    const late = () => reject(new DOMException("", "TimeoutError"));
    // The promise is held until it settles, and with it the call and its handle: else they can be collected, and it never does.
    const wait = { until: performance.now() + milliseconds, late, called: call() };
    waiting.add(wait);
    looking ||= setInterval(look, LOOK_MILLISECONDS);
    wait.called.then(
      (result) => (waiting.delete(wait) ? resolve(result) : giveBack(result)),
      (error) => {
        waiting.delete(wait);
        reject(error);
      },
    );
  });
}

/**
 * Calls once, and waits as long as it takes.
 * @template T
 * @param {() => Promise<T>} call
 */
export function held(call) {
  return limited(call, Number.POSITIVE_INFINITY);
}

function look() {
  for (const wait of waiting) {
    if (wait.until > performance.now()) continue;
    waiting.delete(wait);
    wait.late();
  }
  if (waiting.size > 0) return;
  clearInterval(looking);
  looking = 0;
}
