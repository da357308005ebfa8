// @ts-check
/** One run from the key to the last line of output.log: joins the Python workers and the files worker. */
import * as Comlink from "../../worker/shared/comlink.js";
import { environment } from "../page/capabilities.js";
import { Problem } from "../page/problem.js";
import { deriveKey, parted } from "../page/project-key.js";
import { fetchTable } from "../page/tables.js";
import { wordsOf } from "../policy/policy.js";

/**
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {import("../../worker/shared/protocol/files.js").Progress} Progress
 * @typedef {import("../../worker/shared/protocol/files.js").RunSummary} RunSummary
 * @typedef {import("../../worker/shared/protocol/policy.js").PlanText} PlanText
 * @typedef {import("../threads/files.js").Files} Files
 * @typedef {import("../threads/pool.js").Pool} Pool
 *
 * @typedef {object} Told   who is told how a run goes
 * @property {(text: string) => void} prepare
 * @property {() => void} started   from now on it can be paused and cancelled
 * @property {(progress: Progress) => void} progress
 *
 * @typedef {import("../state.js").Order} Order
 */

/** As the command line says it in output.log. */
const LINKED = "what links old to new goes to a separate encrypted file";

/** "dicom-deid-20261121-093000-250", in UTC like the times in output.log; to the millisecond, for two tabs at once. */
export function runName(now = new Date()) {
  const digits = now.toISOString().replace(/\D/g, "");
  return `dicom-deid-${digits.slice(0, 8)}-${digits.slice(8, 14)}-${digits.slice(14, 17)}`;
}

/**
 * @param {{files: Files, pool: Pool}} threads
 * @param {Order} order
 * @param {Told} tell
 * @returns {Promise<RunSummary>}
 */
export async function run({ files, pool }, order, tell) {
  const { name, passphrase, policy, regions, output, leftOut, only, linkage, resumed, source } = order;
  tell.prepare("Making the key…");
  const key = await deriveKey(passphrase);
  tell.prepare("Waiting for Python to be ready…");
  const notes = await pool.ready.catch(() => {
    throw new Problem("PYTHON_NOT_STARTED");
  });
  const plan = await pool.configure(policy, key, linkage, regions);
  if ("error" in plan) throw new Problem(plan.error, plan.problems);
  tell.prepare("Starting…");
  const lines = [environment(), ...notes, ...(linkage ? [LINKED] : [])];
  const { salt } = parted(passphrase);
  const words = wordsOf(policy, await fetchTable("options").catch(() => []));
  const about = { source, policy: words, only: only?.run ?? "" };
  const spec = {
    name,
    key,
    salt,
    policy,
    plan,
    regions,
    output,
    leftOut,
    only,
    linkage,
    about,
    resumed,
    environment: lines,
  };
  const ending = files.start(spec, Comlink.proxy(tell.progress));
  tell.started();
  const summary = await joined(files, pool, ending);
  const last = await pool.closing(summary).catch(() => []);
  return files.finish(last).then(
    () => summary,
    () => ({ ...summary, end: "stopped", error: summary.error ?? "OUTPUT_LOST" }), // the log has no end
  );
}

/**
 * The run's end. When no Python worker is left the run is cancelled, so that what is written is complete and told.
 * @param {Files} files
 * @param {Pool} pool
 * @param {Promise<RunSummary>} ending
 * @returns {Promise<RunSummary>}
 */
async function joined(files, pool, ending) {
  /** @type {string | undefined} */
  let error;
  const working = pool.work(files).catch(() => {
    error = "NO_WORKER_LEFT";
    return files.cancel();
  });
  const summary = await ending;
  await working;
  return error ? { ...summary, end: "stopped", error } : summary;
}
