// @ts-check
/** How long a PACS is waited for: it may be busy, slow or gone for a while, but never for ever. */

import { CodedError } from "../shared/errors.js";

/** Tries without any success between, before it is given up. */
const TRIES = 8;
/** The first wait, which doubles, and the longest one, whatever the PACS asks for; in milliseconds. */
const [FIRST_WAIT, LONGEST_WAIT] = [1000, 60_000];

export class Patience {
  #failures = 0;
  #signal;
  #tell;
  #tries;

  /**
   * @param {AbortSignal} signal   ends every wait
   * @param {(code: string) => void} [tell]   why it waits; "": it does no more
   * @param {number} [tries]
   */
  constructor(signal, tell = () => {}, tries = TRIES) {
    this.#signal = signal;
    this.#tell = tell;
    this.#tries = tries;
  }

  get signal() {
    return this.#signal;
  }

  /** Tries that failed since the last success. */
  get failures() {
    return this.#failures;
  }

  /** Something succeeded: what comes is a new trouble. */
  succeeded() {
    this.#failures = 0;
  }

  /**
   * Waits before another try. Throws a CodedError of this code when there were enough.
   * @param {string} code
   * @param {number} [asked]   milliseconds that the PACS asks for
   */
  async wait(code, asked = 0) {
    if (++this.#failures >= this.#tries) throw new CodedError(code);
    const own = FIRST_WAIT * 2 ** (this.#failures - 1);
    this.#tell(code);
    await paused(Math.min(Math.max(own, asked), LONGEST_WAIT), this.#signal);
    this.#tell("");
  }
}

/** Throws a CodedError CANCELLED when that is wanted meanwhile. @param {number} milliseconds @param {AbortSignal} signal */
export function paused(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new CodedError("CANCELLED"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve(undefined);
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** What Retry-After says, in milliseconds; 0: nothing. @param {Headers} headers */
export function retryAfter(headers) {
  const said = headers.get("Retry-After") ?? "";
  const until = /^\d{1,9}$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.now();
  return until > 0 ? until : 0;
}
