// @ts-check
/** Time limits for browser calls that in long runs now and then never settle, and the errors of this thread. */

/** How long a call of the file system may take before it is tried again, in milliseconds. */
export const CALL_MILLISECONDS = 10_000;
/** Reading is given this much more for every MiB, in milliseconds: a slow network folder is no failure. */
export const MIB_MILLISECONDS = 500;

/** An error that says no more than a reason code: a browser's message could hold a path. */
export class CodedError extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** The name of what a browser threw ("NotFoundError"), and nothing else of it. @param {unknown} error */
export const nameOf = (error) => (error instanceof Error || error instanceof DOMException ? error.name : "");

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
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new DOMException("", "TimeoutError"));
    }, milliseconds);
    // The promise is held by this closure until it settles: dropping it made the hanging more frequent.
    call()
      .then((result) => (late ? giveBack(result) : resolve(result)), reject)
      .finally(() => clearTimeout(timer));
  });
}
