// @ts-check
/** What is taken out of a run folder: the ZIP, the audit and the log, of the last run or of a stored one; and deleting. */
import * as Comlink from "../../worker/shared/comlink.js";
import { one } from "../page/dom.js";
import { forgetHandles, forgetOthers } from "../page/kept-handles.js";
import { noteOf, Problem } from "../page/problem.js";
import { save } from "../page/save-file.js";
import { ZipProgress } from "./zip-progress.js";

/**
 * @typedef {import("../threads/files.js").Files} Files
 * @typedef {import("../app.js").Panels} Panels
 */

/**
 * @param {Files} files
 * @param {import("../session.js").Session} session
 * @param {Panels} panels
 */
export function startDownloads(files, session, panels) {
  const { results, stored, cutOff } = panels;
  const list = async () => {
    const runs = (await files.runs().catch(() => [])).filter(({ name }) => !(session.running && name === session.name));
    stored.show(runs);
    if (!session.running) cutOff.show(runs);
    await forgetOthers(runs.map(({ name }) => name)).catch(() => {});
  };

  /** @param {string} wish @param {HTMLElement} panel @param {(detail: any) => Promise<unknown>} act */
  const on = (wish, panel, act) =>
    document.addEventListener(wish, async (event) => {
      noteOf(panel).clear();
      await act(/** @type {CustomEvent} */ (event).detail).catch(() => noteOf(panel).show("NOT_SAVED"));
    });

  on("audit", results, () => saveFile(files, session.name, "audit.csv"));
  on("log", results, () => saveFile(files, session.name, "output.log"));
  on("linkage", results, () => saveLinkage(files, session.name));
  on("zip", results, () => saveZip(files, session.name, packingOf(results)));
  on("get", stored, ({ run: { name }, get }) => {
    if (get === "zip") return saveZip(files, name, packingOf(stored));
    return get === "linkage" ? saveLinkage(files, name) : saveFile(files, name, get);
  });
  on("delete-run", stored, async (name) => {
    const removed = await files.remove(name);
    await forgetHandles(name).catch(() => {});
    await list();
    if (!removed) noteOf(stored).show("RUN_OPEN");
  });
  document.addEventListener("runs-changed", list);
  document.addEventListener("run-ended", list);
  list();
}

/** @param {Files} files @param {string} name @param {"audit.csv" | "output.log"} file */
async function saveFile(files, name, file) {
  const made = await files.read(name, file);
  if (!made) throw new Problem("NOT_SAVED");
  save(made, `${name}-${file}`);
}

/** @param {Files} files @param {string} name */
async function saveLinkage(files, name) {
  const made = await files.linkage(name);
  if (!made) throw new Problem("NOT_SAVED");
  save(made, `${name}.linkage`);
}

/** @param {Files} files @param {string} name @param {ZipProgress} packing */
async function saveZip(files, name, packing) {
  if (packing.busy) return;
  packing.update(0, 0);
  try {
    const report = Comlink.proxy((/** @type {number} */ done, /** @type {number} */ total) =>
      packing.update(done, total),
    );
    save(await files.zip(name, report), `${name}.zip`);
  } finally {
    packing.end();
  }
}

/** @param {HTMLElement} panel */
function packingOf(panel) {
  return one(panel, "zip-progress", ZipProgress);
}
