// @ts-check
/** Comparing the key with those of earlier runs, by what each run has kept to know its own again. */

import { actOn } from "../page/notes.js";
import { checkOf, deriveKey, isMade, OLDER, parted, salted } from "../page/project-key.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").StoredRun} StoredRun
 * @typedef {{run: StoredRun, salt: string}} Same   salt: which is not given, and makes it the same key; ""
 */

export class EarlierKeys {
  #store;

  /** @param {import("../state.js").Store} store */
  constructor(store) {
    this.#store = store;
    actOn(store, "compare-key", "run", () => this.#compare());
    actOn(store, "take-salt", "run", () => this.#takeSalt());
  }

  /** Deriving a key takes some tenths of a second, so this is done when it is asked for. */
  async #compare() {
    const { passphrase, runs, policy } = this.#store.state;
    const answer = { passphrase, comparing: false, run: null, salt: "" };
    this.#store.update({ earlierKey: { ...answer, comparing: true } });
    const same = await sameKey(passphrase, runs, policy.pseudonyms === OLDER);
    if (this.#store.state.earlierKey?.passphrase === passphrase)
      this.#store.update({ earlierKey: { ...answer, ...same } });
  }

  /** Adds the salt of the run whose key it is with this. */
  #takeSalt() {
    const { earlierKey, passphrase: given } = this.#store.state;
    if (!earlierKey?.salt || earlierKey.passphrase !== given) return;
    const passphrase = salted(given, earlierKey.salt);
    this.#store.update({ passphrase, earlierKey: { ...earlierKey, passphrase, salt: "" } });
  }
}

/**
 * The newest run that has this key; where no salt is given, with the salt of the run.
 * @param {string} given
 * @param {StoredRun[]} runs
 * @param {boolean} older   no salt belongs to it
 * @returns {Promise<Same | null>}
 */
export async function sameKey(given, runs, older) {
  const { text, salt } = parted(given);
  const keyed = runs.filter(({ key }) => key).sort((one, other) => (one.name < other.name ? 1 : -1));
  const saltless = older || isMade(text);
  const known = [...new Set(keyed.map(({ key }) => key?.salt ?? ""))].filter(Boolean);
  for (const one of saltless ? [""] : salt ? [salt] : known) {
    const alike = keyed.filter(({ key }) => key?.salt === one);
    if (alike.length === 0) continue;
    const check = await checkOf(await deriveKey(one ? salted(text, one) : text));
    const run = alike.find(({ key }) => key?.check === check);
    if (run) return { run, salt: one === salt ? "" : one };
  }
  return null;
}
