// @ts-check
/** Locks: a run, and the index of originals, is open in one worker of one tab at a time. A worker that ends gives its locks back. */

/** @param {string} name */
const lockName = (name) => `run/${name}`;
const INDEX = "index/originals";
/** Milliseconds in which the lock of an ended worker becomes free. */
const INDEX_MILLISECONDS = 3000;

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

/** Takes the lock of the index of originals, for as long as this worker lives. @returns {Promise<boolean>}  false: another has it */
export function lockIndex() {
  return new Promise((resolve) => {
    const held = () => {
      resolve(true);
      return new Promise(() => {});
    };
    navigator.locks
      .request(INDEX, { signal: AbortSignal.timeout(INDEX_MILLISECONDS) }, held)
      .catch(() => resolve(false));
  });
}

/** Which runs are open, in whatever tab. @returns {Promise<(name: string) => boolean>} */
export async function openRuns() {
  const { held = [] } = await navigator.locks.query();
  const names = new Set(held.map((lock) => lock.name));
  return (name) => names.has(lockName(name));
}
