// @ts-check
/** Keeps the computer from falling asleep while a run goes on, where the browser can. */

export class Awake {
  #wanted = false;
  /** @type {WakeLockSentinel | null} */ #lock = null;

  constructor() {
    // A lock is gone once the page is hidden.
    document.addEventListener("visibilitychange", () => this.#ask());
  }

  keep() {
    this.#wanted = true;
    this.#ask();
  }

  letGo() {
    this.#wanted = false;
    this.#lock?.release().catch(() => {});
    this.#lock = null;
  }

  async #ask() {
    if (!this.#wanted || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    if (this.#lock && !this.#lock.released) return;
    const lock = await navigator.wakeLock.request("screen").catch(() => null); // a low battery refuses it
    if (this.#wanted) this.#lock = lock;
    else await lock?.release();
  }
}
