// @ts-check
/** The key of what is begun now: what is missing of it is made and shown; one that is easy to guess is refused. */

import { Problem } from "./problem.js";
import { OLDER, parted, wholeKey } from "./project-key.js";
import { isWeak } from "./strength.js";

/** @typedef {import("../state.js").Store} Store */

/**
 * The passphrase with its salt, which is then that of the page. Rejects with a Problem WEAK_PASSPHRASE.
 * @param {Store} store
 * @param {{name: string, linkage: boolean}} what   is begun: its name, and whether the key opens a linkage file, too
 */
export async function settledKey(store, { name, linkage }) {
  await judge(store);
  const { policy, passphrase: given, madeKey, weak, insisted } = store.state;
  if (weak && !insisted) throw new Problem("WEAK_PASSPHRASE");
  const passphrase = wholeKey(given, policy.pseudonyms === OLDER);
  const used = madeKey?.passphrase === passphrase ? madeKey : null;
  const made = { passphrase, name, linkage, given: given !== "" };
  const keyKept = used !== null && store.state.keyKept;
  store.update({ passphrase, madeKey: given === passphrase ? used : made, keyKept });
  return passphrase;
}

/** Whether the passphrase is easy to guess, into the state. @param {Store} store */
export async function judge(store) {
  const { passphrase } = store.state;
  const { text } = parted(passphrase);
  const weak = text !== "" && (await isWeak(text));
  if (store.state.passphrase === passphrase) store.update({ weak });
}
