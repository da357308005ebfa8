// @ts-check
/**
 * Where the pictures of the two panes come from: a file as it is, and a file as a run would write it now.
 *
 * @typedef {import("../../worker/shared/protocol/index.js").InstanceFound} InstanceFound
 * @typedef {import("../../worker/shared/protocol/index.js").IndexOf} IndexOf
 * @typedef {import("../../worker/shared/protocol/imaging.js").Where} Where
 * @typedef {import("./pane.js").Problem} Problem
 * @typedef {Pick<import("./dialog.js").Given, "trial" | "policy" | "passphrase">} Tried
 */

/** @param {IndexOf} of @param {InstanceFound} instance @returns {Where | Problem} */
export function asItIs(of, { path, index, url }) {
  if (url !== undefined) return { url };
  if (of.kind === "run") return { run: of.name, path };
  return index === null ? { error: "NOT_CHOSEN" } : { index };
}

/** @param {Tried} tried @param {InstanceFound} instance @returns {Promise<Where | Problem>} */
export async function asPlanned({ trial, policy, passphrase }, { index }) {
  if (index === null) return { error: "NOT_CHOSEN" };
  const decided = await trial.decide({ index }, policy, passphrase);
  if ("error" in decided) return decided;
  const { status, reason } = decided.row;
  if (status !== "written") return { error: String(reason), status: String(status) };
  return { index, segments: decided.segments };
}
