// @ts-check
/** The entry: starts the threads, fetches the tables, and joins the panels and what acts on their intents to one state. */
import { Background } from "./background/background.js";
import { NotifyMe } from "./background/notify.js";
import { Trial } from "./explain/explain.js";
import { TryOut } from "./explain/panel.js";
import { DecisionList } from "./forecast/decision-list.js";
import { Forecasting } from "./forecast/forecasting.js";
import { HelpPages } from "./help/help.js";
import { OpenIndexes } from "./index/open-indexes.js";
import { lacks } from "./page/capabilities.js";
import { one, part } from "./page/dom.js";
import { collectStart } from "./page/memory.js";
import { actOn, noteWith } from "./page/notes.js";
import { pacsAddress, serverAddress } from "./page/served.js";
import { showPhase } from "./page/steps.js";
import { loadJudge } from "./page/strength.js";
import { fetchTables, fetchVersion } from "./page/tables.js";
import { PageViews } from "./page/views.js";
import "./pick/drop-anywhere.js";
import { ChoosePanel } from "./pick/panel.js";
import { PixelsPanel } from "./pixels/panel.js";
import { PixelReview } from "./pixels/pixel-review.js";
import { Pixels } from "./pixels/pixels.js";
import { PolicyPanel } from "./policy/panel.js";
import { reader } from "./policy/policy.js";
import { recall } from "./policy/remembered.js";
import { Rejection } from "./rejection/rejection.js";
import { Downloads } from "./results/downloads.js";
import { EncryptedZip } from "./results/encrypted-zip.js";
import { tablesOf } from "./results/linkage.js";
import { LinkageOpener } from "./results/linkage-dialog.js";
import { saveZip } from "./results/packing.js";
import { ResultsPanel } from "./results/panel.js";
import { StoredRuns } from "./results/stored-runs.js";
import { UnwrittenList } from "./results/unwritten-list.js";
import { CutOffRun } from "./resume/cut-off-run.js";
import { EarlierKeyAnswer } from "./resume/earlier-key.js";
import { EarlierKeys } from "./resume/earlier-keys.js";
import { Resume } from "./resume/resume.js";
import { RunPanel } from "./run/panel.js";
import { FoundPanel } from "./scan/panel.js";
import { StudyChoice } from "./scan/study-choice.js";
import { takingOf } from "./scan/taking.js";
import { farness } from "./search/index-status.js";
import { Search } from "./search/search.js";
import { Session } from "./session.js";
import { hasKeyToKeep, Store } from "./state.js";
import { startFiles } from "./threads/files.js";
import { Pool } from "./threads/pool.js";
import { PythonState } from "./threads/python-state.js";
import { SeriesViewer } from "./viewer/panel.js";
import { PolicyWorkshop } from "./workshop/panel.js";
import { Workshop } from "./workshop/workshop.js";

const store = new Store();
const python = one(document, "python-state", PythonState);
const policy = one(document, "policy-panel", PolicyPanel);
const forecasting = new Forecasting(store, takingOf); // before the panels that show it

// The steps come first: a panel that is shown can take the focus.
store.subscribe(["phase"], ({ phase }) => showPhase(phase));
showPhase(store.state.phase);
one(document, "choose-panel", ChoosePanel).follow(store);
one(document, "found-panel", FoundPanel).follow(store);
one(document, "decision-list", DecisionList).follow(store);
one(document, "study-choice", StudyChoice).follow(store);
policy.follow(store);
one(document, "pixels-panel", PixelsPanel).follow(store);
one(document, "run-panel", RunPanel).follow(store);
one(document, "results-panel", ResultsPanel).follow(store);
one(document, "stored-runs", StoredRuns).follow(store);
one(document, "cut-off-run", CutOffRun).follow(store);
one(document, "earlier-key", EarlierKeyAnswer).follow(store);
one(document, "help-pages", HelpPages).follow(store);
one(document, "page-views", PageViews).follow(store);

const lacking = lacks();
if (lacking) refuse(lacking);
else start();

/** The page cannot work: it says why, and offers nothing. @param {string} code */
function refuse(code) {
  store.update({ refused: true });
  store.note("choose", noteWith(code));
  python.fail();
}

function start() {
  const isRunning = () => store.state.phase === "running";
  const files = startFiles(() => store.note(isRunning() ? "run" : "choose", noteWith("FILES_WORKER_LOST")));
  const pool = new Pool({ onChange: (workers) => python.show(workers) });
  pool.ready.catch(() => python.fail());
  pool.ready.then(collectStart).catch(() => {});
  pool.ready.then(loadJudge).catch(() => {}); // while the network is there; what is missing is said at Start
  new Workshop(store);
  one(document, "policy-workshop", PolicyWorkshop).follow(store, reader(pool));
  forecasting.load();
  one(document, "decision-list", DecisionList).load();
  showTables();
  showTrial(files, pool);
  const pixels = new Pixels({ files, pool }, store, one(document, "pixel-review", PixelReview));
  new Session({ files, pool, pixels }, store);
  new Background(store, one(document, "notify-me", NotifyMe));
  new Resume({ files, pool }, store);
  new EarlierKeys(store);
  const indexes = new OpenIndexes({ files, pool }, ({ of, status }) => {
    if (of.kind === "originals") store.update({ indexing: status.running ? farness(status) : "" });
  });
  new Search({ files, pool }, store, indexes);
  new Rejection({ files, pool }, store, indexes);
  new Downloads(files, store);
  showLibrary(indexes);
  showPacs(files);
  pool.ready.then(() => files.loadCipher()).catch(() => {}); // as the judge: what is missing is said when it is wanted
  one(document, "encrypted-zip", EncryptedZip).follow(store, (name, passphrase) =>
    saveZip(store, "encrypted", (report) => files.zip(name, report, { passphrase }), `${name}-encrypted.zip`),
  );
  one(document, "unwritten-list", UnwrittenList).follow(store, (name) => files.unwritten(name));
  one(document, "linkage-opener", LinkageOpener).serve({
    open: (file, passphrase) => tablesOf(files, pool, file, passphrase),
    forget: () => files.forgetTables(),
  });
  addEventListener("beforeunload", (event) => {
    if (isRunning() || hasKeyToKeep(store.state)) event.preventDefault();
  });
}

function showTables() {
  fetchTables().then(
    (tables) => {
      policy.setTables(tables);
      one(document, "help-pages", HelpPages).setTables(tables);
      recall(store, tables.options);
    },
    () => refuse("PAGE_INCOMPLETE"),
  );
  fetchVersion().then(
    ({ version, build }) =>
      (one(document, "#version", HTMLElement).textContent = `dicom-deid ${version}, build ${build}`),
    () => {}, // the line then has the name alone
  );
}

/** What a server has, where the page comes from one; else nothing of it is loaded. @param {OpenIndexes} indexes */
async function showLibrary(indexes) {
  const address = serverAddress();
  if (!address) return;
  const { Library } = await import("./library/library.js");
  await new Library(address, store, indexes).begin();
}

/** Sending and taking, where the page knows of a PACS; else nothing of it is loaded. @param {import("./threads/files.js").Files} files */
async function showPacs(files) {
  if (!pacsAddress()) return;
  part(document, "promise", HTMLElement).textContent = "Nothing leaves this computer but what you send.";
  const { PacsDialogs } = await import("./pacs/pacs.js");
  new PacsDialogs(files, store);
}

/** Trying the policy on a file, and the viewer. @param {import("./threads/files.js").Files} files @param {Pool} pool */
function showTrial(files, pool) {
  const trial = new Trial(files, pool);
  const viewer = one(document, "series-viewer", SeriesViewer);
  one(document, "try-out", TryOut)
    .follow(files, trial, store)
    .catch(() => refuse("PAGE_INCOMPLETE"));
  viewer.follow({ files, pool, trial, store });
  actOn(store, "look-at", "tryOut", (sample) => viewer.showSample(sample));
  actOn(store, "look-at-kind", "found", async ({ kinds }) => viewer.showSample(await files.firstOf(kinds)));
}
