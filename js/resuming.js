// @ts-check
/** Going on with a run that was cut off: its folders allowed again, its passphrase checked, its files found. */
import { handlesOf, mayUse } from "./handles.js";
import { deriveKey } from "./key.js";
import { labelOf, pickOutput } from "./picking.js";
import { Problem } from "./problem.js";

/**
 * @typedef {import("../worker/protocol.js").StoredRun} StoredRun
 * @typedef {import("./run.js").Order} Order
 * @typedef {import("./picking.js").Pick} Pick
 */

/**
 * Must be called in a click: the browser may have to ask the person. Throws a Problem.
 * @param {{files: import("./files.js").Files, pool: import("./pool.js").Pool}} threads
 * @param {StoredRun} run
 * @param {string} passphrase
 * @returns {Promise<{order: Order, pick: Pick | null} | null>}
 *   pick null: it has to be chosen once more; null: the person does not want to
 */
export async function prepareResuming({ files, pool }, run, passphrase) {
  const begun = run.begun;
  if (!begun) throw new Problem("NO_RUN");
  const kept = await handlesOf(run.name);
  for (const handle of kept.handles ?? []) {
    if (!(await mayUse(handle, "read"))) throw new Problem("NOT_ALLOWED");
  }
  const output = run.place === "private" ? null : (kept.output ?? (await pickOutput()));
  if (run.place === "folder" && !output) return null;
  if (output && !(await mayUse(output, "readwrite"))) throw new Problem("NOT_ALLOWED");
  const key = await deriveKey(passphrase);
  await pool.ready.catch(() => {
    throw new Problem("PYTHON_NOT_STARTED");
  });
  const plan = await pool.configure(begun.policy, key, begun.linkage);
  if ("error" in plan) throw new Problem(plan.error);
  const refused = await files.check(run.name, plan.document);
  if (refused) throw new Problem(refused);
  const { policy, linkage } = begun;
  const order = { name: run.name, policy, output, passphrase, leftOut: [], linkage, resumed: true };
  const handles = kept.handles;
  return { order, pick: handles && { picked: { kind: "handles", handles }, label: labelOf(handles) } };
}
