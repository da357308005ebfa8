// @ts-check
/** The entry: starts the threads, fetches the tables, and connects the panels with the session. */
import { lacks } from "./page/capabilities.js";
import { ChoosePanel } from "./pick/panel.js";
import { startDownloads } from "./results/downloads.js";
import { tablesOf } from "./results/linkage.js";
import { CutOffRun } from "./resume/cut-off-run.js";
import { StudyChoice } from "./scan/study-choice.js";
import { startFiles } from "./threads/files.js";
import "./pick/drop-anywhere.js";
import { NotifyMe } from "./background/notify.js";
import { Trial } from "./explain/explain.js";
import { TryOut } from "./explain/panel.js";
import { one } from "./page/dom.js";
import { noteOf } from "./page/problem.js";
import { showPhase } from "./page/steps.js";
import { fetchTables, fetchVersion } from "./page/tables.js";
import { PolicyPanel } from "./policy/panel.js";
import { reader } from "./policy/policy.js";
import { LinkageOpener } from "./results/linkage-dialog.js";
import { ResultsPanel } from "./results/panel.js";
import { StoredRuns } from "./results/stored-runs.js";
import { Resuming } from "./resume/resume.js";
import { ProjectKey } from "./run/made-key.js";
import { RunPanel } from "./run/panel.js";
import { FoundPanel } from "./scan/panel.js";
import { SeriesSearch } from "./search/dialog.js";
import { Searching } from "./search/search.js";
import { saveCsv, saveIndex } from "./search/series-saving.js";
import { Session } from "./session.js";
import { Pool } from "./threads/pool.js";
import { PythonState } from "./threads/python-state.js";
import { SeriesViewer } from "./viewer/panel.js";

const panels = {
  choose: one(document, "choose-panel", ChoosePanel),
  found: one(document, "found-panel", FoundPanel),
  choice: one(document, "study-choice", StudyChoice),
  policy: one(document, "policy-panel", PolicyPanel),
  tryOut: one(document, "try-out", TryOut),
  run: one(document, "run-panel", RunPanel),
  notify: one(document, "notify-me", NotifyMe),
  key: one(document, "project-key", ProjectKey),
  results: one(document, "results-panel", ResultsPanel),
  stored: one(document, "stored-runs", StoredRuns),
  search: one(document, "series-search", SeriesSearch),
  cutOff: one(document, "cut-off-run", CutOffRun),
  python: one(document, "python-state", PythonState),
};
/** @typedef {typeof panels} Panels */

showPhase("choose");
const lacking = lacks();
if (lacking) refuse(lacking);
else start();

/** The page cannot work: it says why, and offers nothing. @param {string} code */
function refuse(code) {
  panels.choose.lock(true);
  panels.choose.problem(code);
  panels.python.fail();
}

function start() {
  const files = startFiles(() => {
    noteOf(panels[session.running ? "run" : "choose"]).show("FILES_WORKER_LOST");
  });
  const pool = new Pool({ onChange: (workers) => panels.python.show(workers) });
  const session = new Session(files, pool, panels);
  pool.ready.catch(() => panels.python.fail());
  panels.policy.readWith(reader(pool));
  fetchTables().then(
    (tables) => panels.policy.setTables(tables),
    () => refuse("PAGE_INCOMPLETE"),
  );
  fetchVersion().then(
    ({ version, build }) =>
      (one(document, "#version", HTMLElement).textContent = `dicom-deid ${version}, build ${build}`),
    () => {}, // the line then has the name alone
  );
  const trial = new Trial(files, pool);
  panels.tryOut.connect(files, trial, panels.policy).catch(() => refuse("PAGE_INCOMPLETE"));
  connectViewer({ files, pool, trial, policy: panels.policy });
  connect(session, new Resuming(session, { files, pool }, panels));
  connectSearch(session, new Searching(session, { files, pool }, panels));
  startDownloads(files, session, panels);
  one(document, "linkage-opener", LinkageOpener).serve({
    open: (file, passphrase) => tablesOf(files, pool, file, passphrase),
    forget: () => files.forgetTables(),
  });
  addEventListener("beforeunload", (event) => {
    if (session.running) event.preventDefault();
  });
}

/** @param {Session} session @param {Resuming} resuming */
function connect(session, resuming) {
  on("picked", panels.choose, (pick) => session.open(pick));
  on("problem", panels.choose, async (code) => panels.choose.problem(code));
  on("policy-dropped", panels.choose, (file) => session.openPolicy(file));
  on("stop-scan", panels.found, () => session.stopScan());
  on("studies-chosen", panels.found, () => session.rechoose());
  on("choose-output", panels.run, () => session.chooseOutput());
  on("forget-output", panels.run, async () => session.setOutput(null));
  on("start", panels.run, () => session.start());
  on("pause", panels.run, () => session.pause());
  on("resume", panels.run, () => session.resume());
  on("cancel", panels.run, () => session.cancel());
  on("go-on", panels.stored, (run) => resuming.ask(run));
  on("resume-run", panels.cutOff, (asked) => resuming.goOn(asked));
  on("resume-later", panels.cutOff, () => resuming.later());
  on("again", panels.results, () => session.again());
}

/** @param {import("./viewer/panel.js").Parts} parts */
function connectViewer(parts) {
  const viewer = one(document, "series-viewer", SeriesViewer);
  viewer.connect(parts);
  on("look-at", panels.tryOut, (sample) => viewer.showSample(sample));
  on("search-look", panels.search, async ({ catalogue, query, row }) =>
    viewer.show(catalogue, row.key, await catalogue.keys(query)),
  );
}

/** @param {Session} session @param {Searching} searching */
function connectSearch(session, searching) {
  const { found, results, stored, search } = panels;
  on("opened", found, () => searching.picked());
  on("search-originals", found, () => searching.search({ kind: "originals" }, { start: true }));
  on("search-kept", search, () => searching.search({ kind: "originals" }));
  on("search", results, () => searching.search({ kind: "run", name: session.name }, { start: true }));
  on("search-run", stored, (name) => searching.search({ kind: "run", name }, { start: true }));
  on("search-in", search, (of) => searching.search(of));
  on("index-start", search, () => searching.start());
  on("index-stop", search, () => searching.stop());
  on("search-closed", search, async () => searching.closed());
  on("search-take", search, (wish) => searching.take(wish));
  on("search-zip", search, (wish) => searching.zip(wish));
  on("search-look", search, () => searching.looking());
  on("search-pictures", search, (wish) => searching.pictures(wish));
  on("search-thumbnails", search, (wish) => searching.thumbnails(wish));
  on("search-csv", search, saveCsv);
  on("search-save", search, saveIndex);
  on("search-delete", search, (wish) => searching.delete(wish));
  on("delete-kept", panels.choose, () => searching.deleteKept());
  on("delete-run", stored, (name) => searching.runDeleted(name));
}

/**
 * What goes wrong is told in the panel that it belongs to.
 * @param {string} wish
 * @param {HTMLElement} panel
 * @param {(detail: any) => Promise<unknown>} act
 */
function on(wish, panel, act) {
  document.addEventListener(wish, async (event) => {
    try {
      await act(/** @type {CustomEvent} */ (event).detail);
    } catch (error) {
      noteOf(panel).showError(error);
    }
  });
}
