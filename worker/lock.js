// @ts-check
/** Locks of runs: a run is open in one worker of one tab at a time. A tab that ends, however, gives its lock back. */

/** @param {string} name */
const lockName = (name) => `run/${name}`;

/**
 * Takes the lock of a run.
 * @param {string} name
 * @returns {Promise<(() => void) | null>}  gives it back; null: another has it
 */
export function lockRun(name) {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(lockName(name), { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise((release) => resolve(() => release(undefined)));
      })
      .catch(reject);
  });
}

/** Which runs are open, in whatever tab. @returns {Promise<(name: string) => boolean>} */
export async function openRuns() {
  const { held = [] } = await navigator.locks.query();
  const names = new Set(held.map((lock) => lock.name));
  return (name) => names.has(lockName(name));
}
