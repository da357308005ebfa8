// @ts-check
/**
 * Sources that can be searched: the originals that are picked, or of which an index is kept; the last run; the runs in
 * storage; and the library of the server, where there is one.
 *
 * @typedef {import("../../worker/shared/protocol/index.js").IndexOf} IndexOf
 * @typedef {object} Source
 * @property {string} id         name of the run; "" for originals, "library" for the server
 * @property {IndexOf} of
 * @property {string} label
 * @property {boolean} mayStart  its files are at hand
 * @property {boolean} mayTake   its series can be chosen for a run
 *
 * @typedef {Readonly<import("../state.js").State>} State
 */
import { Catalogue } from "../index/client.js";
import { idOf } from "../index/open-indexes.js";
import { serverAddress } from "../page/served.js";

/** @type {IndexOf} */
export const ORIGINALS = { kind: "originals" };
/** @type {IndexOf} */
export const LIBRARY = { kind: "server" };

/**
 * @param {State} state
 * @param {import("../threads/files.js").Files} files
 * @param {IndexOf} of   is wanted now
 * @returns {Promise<Source[]>}
 */
export async function sourcesOf(state, files, of) {
  const stored = (await files.runs()).filter((run) => run.place === "private" && run.counts.written > 0 && !run.open);
  const runs = [elsewhere(state), ...stored.map(({ name }) => name)].filter((name) => name !== "").map(resultsOf);
  const some = of.kind === "originals" || state.pick !== null || (await Catalogue.kept()) !== null;
  return [...(serverAddress() ? [OF_SERVER] : []), ...(some ? [originalsOf(state)] : []), ...runs];
}

/** Name of the last run, if its results are in a chosen folder; else "". @param {State} state */
function elsewhere({ phase, order }) {
  return phase !== "running" && order?.output ? order.name : "";
}

/** Whether series can be chosen for a run. @param {State} state */
export function mayTake({ phase, found }) {
  return phase === "ready" || (phase === "finished" && found !== null);
}

/** @param {State} state @param {IndexOf} of */
export function sourceOf(state, of) {
  if (of.kind === "server") return OF_SERVER;
  return of.kind === "run" ? resultsOf(of.name) : originalsOf(state);
}

/** @type {Source} */
const OF_SERVER = {
  id: idOf(LIBRARY),
  of: LIBRARY,
  label: "Library of this server",
  mayStart: true,
  mayTake: false,
};

/** @param {State} state @returns {Source} */
function originalsOf(state) {
  const { pick } = state;
  const label = pick ? `Originals: ${pick.label}` : "Originals";
  return { id: idOf(ORIGINALS), of: ORIGINALS, label, mayStart: pick !== null, mayTake: mayTake(state) };
}

/** @param {string} name @returns {Source} */
function resultsOf(name) {
  return { id: name, of: { kind: "run", name }, label: `Results of ${name}`, mayStart: true, mayTake: false };
}

/** Why its series cannot be chosen for a run, in words; "" if they can, or are none to choose. @param {Source | null} source */
export function whyNotTaken(source) {
  if (!source || source.mayTake || source.of.kind !== "originals") return "";
  return source.mayStart ? "A run goes on; they can be chosen after it." : "Choose the folder to de-identify them.";
}
