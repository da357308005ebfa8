// @ts-check
/** <run-panel>: where the results go, and a run as it goes on: progress, speed, workers, memory, and its buttons. */
import { NotifyMe } from "../background/notify.js";
import { barWords, isShort } from "../forecast/words.js";
import { send } from "../intents.js";
import { hasFolderPicker } from "../page/capabilities.js";
import { one, part } from "../page/dom.js";
import { bytes, count, counted, duration, rate } from "../page/format.js";
import { followNotes } from "../page/notes.js";
import { noteOf } from "../page/problem.js";
import { reviewedSums, unseenWords } from "../pixels/words.js";
import { takingOf } from "../scan/taking.js";
import { draftWords } from "../workshop/words.js";
import { StatusDetails } from "./details.js";
import { ProjectKey } from "./made-key.js";
import { Pace } from "./pace.js";
import { StudyRows } from "./study-rows.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").Progress} Progress
 * @typedef {import("../scan/taking.js").Taking} Taking
 * @typedef {import("../state.js").State} State
 */

export class RunPanel extends HTMLElement {
  #pace = new Pace();
  #paused = false;
  /** Why the run waits, as a reason code. */
  #held = "";

  connectedCallback() {
    for (const wish of /** @type {const} */ (["choose-output", "forget-output"])) {
      part(this, wish, HTMLButtonElement).addEventListener("click", () => send(this, wish));
    }
    const linkage = part(this, "linkage", HTMLInputElement);
    part(this, "start", HTMLButtonElement).addEventListener("click", () =>
      send(this, "start", { linkage: linkage.checked }),
    );
    part(this, "decide", HTMLButtonElement).addEventListener("click", () => send(this, "decisions-wanted"));
    part(this, "cancel", HTMLButtonElement).addEventListener("click", () => {
      this.#cancelling();
      send(this, "cancel");
    });
    part(this, "pause", HTMLButtonElement).addEventListener("click", () => {
      const wish = this.#paused ? "resume" : "pause";
      this.#hold("");
      this.#showPaused(!this.#paused);
      send(this, wish);
    });
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["output"], ({ output }) => this.#showOutput(output));
    store.subscribe(["phase"], (state) => this.#enter(state));
    store.subscribe(["seen", "found", "leftOut"], (state, changed) => {
      if (changed.has("phase")) return; // it was entered with them
      if (state.phase === "early" && state.seen) this.#offerEarly(state.seen);
      if (state.phase === "ready") this.#offer(state);
      if (state.phase === "running") this.#grow(state, changed.has("leftOut"));
    });
    store.subscribe(["policy", "drafts", "reviewed", "regionsLoaded", "forecast"], (state, changed) => {
      if (!changed.has("phase") && state.phase === "ready") this.#sayReady(takingOf(state), state);
    });
    store.subscribe(["preparing"], ({ preparing }) => preparing && this.#text(preparing));
    store.subscribe(["progress"], ({ progress }) => progress && this.#update(progress));
    followNotes(this, store, "run");
    one(this, "project-key", ProjectKey).follow(store);
    this.#studies.follow(store);
  }

  /** The page is in another phase. @param {Readonly<State>} state */
  #enter(state) {
    const { phase, seen, found, order } = state;
    if (phase === "ready") this.#offer(state);
    else if (phase === "early" && seen) this.#offerEarly(seen);
    else if (phase === "running")
      this.#begin(found || !seen ? takingOf({ found, leftOut: order?.leftOut ?? state.leftOut }) : seen);
    else if (phase === "finished") this.#end();
    else if (phase === "scanning") this.#show({});
  }

  /**
   * More was found while the run goes on; or it is told what takes no part in a run that was begun before.
   * @param {Readonly<State>} state
   * @param {boolean} otherChoice
   */
  #grow(state, otherChoice) {
    if (otherChoice) return this.#studies.choose(takingOf(state).studies);
    const { studies } = state.found ?? state.seen ?? { studies: [] };
    this.#studies.grow(studies);
  }

  /** A scan has ended, and Start may be pressed. @param {Readonly<State>} state */
  #offer(state) {
    const taking = takingOf(state);
    const some = taking.studies.length > 0;
    noteOf(this).clear();
    this.#sayReady(taking, state);
    part(this, "start", HTMLButtonElement).textContent = "Start";
    part(this, "start", HTMLButtonElement).disabled = !some;
    part(this, "choose-output", HTMLButtonElement).hidden = !hasFolderPicker();
    this.#show({ bar: true, start: true, destination: true });
  }

  /** @param {Taking} taking @param {Readonly<State>} state */
  #sayReady({ studies, dicom, bytes: size }, state) {
    const { forecast } = state;
    const sums = forecast && reviewedSums(forecast.sums, state);
    const some = studies.length > 0;
    const words = sums ? [barWords(sums)] : [counted(dicom, "DICOM file"), bytes(size), "ready to start"];
    const unseen = unseenWords(state);
    const drafted = draftWords(state.drafts);
    this.#text(some ? [...words, unseen, drafted].filter(Boolean).join(", ") : "No study is chosen");
    const short = some && (unseen + drafted !== "" || (sums !== null && isShort(sums)));
    part(this, "bar-text", HTMLElement).toggleAttribute("data-short", short);
    part(this, "decide", HTMLButtonElement).hidden = !some || !forecast?.sums.undecided;
  }

  /** The scan goes on, and Start may be pressed all the same. @param {Taking} seen */
  #offerEarly({ dicom, bytes: size }) {
    this.#text(
      `${counted(dicom, "DICOM file")}, ${bytes(size)} so far. You can start now: what is found later takes part too`,
    );
    part(this, "start", HTMLButtonElement).textContent = "Start now";
    part(this, "start", HTMLButtonElement).disabled = false;
    part(this, "choose-output", HTMLButtonElement).hidden = !hasFolderPicker();
    this.#show({ bar: true, start: true, destination: true });
  }

  /** @param {FileSystemDirectoryHandle | null} output */
  #showOutput(output) {
    part(this, "output", HTMLElement).textContent = output
      ? `folder “${output.name}”`
      : "private storage in this browser";
    part(this, "output-hint", HTMLElement).textContent = output
      ? "Each run makes its own new folder in it."
      : "Only this page can read it. You download the results as a ZIP.";
    part(this, "forget-output", HTMLButtonElement).hidden = output === null;
  }

  /** @param {Taking} taking */
  #begin({ studies }) {
    noteOf(this).clear();
    this.#pace = new Pace();
    this.#hold("");
    this.#showPaused(false);
    this.#studies.begin(studies);
    this.#status.begin();
    for (const name of ["speed", "busy", "memory"]) this.#figure(name, "–");
    this.#figure("bytes", bytes(0));
    this.#figure("unwritten", "0");
    Object.assign(part(this, "progress", HTMLProgressElement), { value: 0, max: 1 });
    this.#show({ bar: true, running: true });
    part(this, "pause", HTMLButtonElement).focus({ preventScroll: true });
  }

  /** @param {Progress} progress */
  #update(progress) {
    const { counts, done, total, status, scanning } = progress;
    this.#pace.add(progress);
    if (progress.reason !== this.#held) this.#hold(progress.reason);
    Object.assign(part(this, "progress", HTMLProgressElement), { max: Math.max(total, 1), value: done });
    // Nobody knows yet how far it is.
    if (scanning) part(this, "progress", HTMLProgressElement).removeAttribute("value");
    this.#text(this.#words(progress));
    this.#figure("bytes", bytes(progress.bytesDone));
    this.#figure("bytes-of", `Read of ${bytes(progress.bytesTotal)}`);
    this.#figure("speed", rate(this.#pace.speed.files));
    this.#figure("unwritten", count(counts.withheld + counts.skipped + counts.failed));
    const each = Object.values(status.workers);
    this.#figure("busy", `${each.filter(({ busy }) => busy).length} of ${each.length}`);
    this.#figure("memory", bytes(each.reduce((sum, { heap }) => sum + heap, status.bytesInFlight)));
    this.#status.update(status);
    this.#studies.update(progress.studies);
  }

  #cancelling() {
    for (const name of ["pause", "cancel"]) part(this, name, HTMLButtonElement).disabled = true;
    this.#text("Cancelling…");
  }

  #end() {
    this.#studies.end();
    this.#show({ ended: true });
  }

  /** @param {Progress} progress */
  #words({ done, total, state, scanning, bytesTotal, bytesDone }) {
    const files = `${count(done)} of ${counted(total, "file")}${scanning ? " found so far" : ""}`;
    if (state === "cancelling") return `Cancelling… ${files}`;
    if (state === "opening") return "Looking at what is done already…";
    if (state === "paused") return `Paused at ${files}`;
    const left = scanning ? null : this.#pace.left(total - done, bytesTotal - bytesDone);
    return left === null || done === total ? files : `${files}, about ${duration(Math.max(1, Math.round(left)))} left`;
  }

  /** The run waits for the person to see to something; "": it does not. @param {string} reason */
  #hold(reason) {
    const wasHeld = this.#held !== "";
    this.#held = reason;
    if (reason) noteOf(this).show(reason);
    else if (wasHeld) noteOf(this).clear();
    part(this, "cancel", HTMLButtonElement).textContent = reason ? "Stop here" : "Cancel";
    if (reason || wasHeld) this.#showPaused(reason !== "");
  }

  /** @param {boolean} paused */
  #showPaused(paused) {
    this.#paused = paused;
    const again = this.#held ? "Try again" : "Resume";
    part(this, "pause", HTMLButtonElement).textContent = paused ? again : "Pause";
  }

  /** @param {{bar?: boolean, start?: boolean, destination?: boolean, running?: boolean, ended?: boolean}} what */
  #show({ bar = false, start = false, destination = false, running = false, ended = false }) {
    part(this, "bar", HTMLElement).hidden = !bar;
    part(this, "start", HTMLButtonElement).hidden = !start;
    if (!start) part(this, "decide", HTMLButtonElement).hidden = true;
    for (const name of ["destination", "keep-linkage"]) part(this, name, HTMLElement).hidden = !destination;
    part(this, "figures", HTMLElement).hidden = !running;
    for (const name of ["pause", "cancel"]) {
      Object.assign(part(this, name, HTMLButtonElement), { hidden: !running, disabled: false });
    }
    part(this, "progress", HTMLProgressElement).hidden = !running;
    this.#status.hidden = !running;
    one(this, "notify-me", NotifyMe).hidden = !(destination || running) || !NotifyMe.possible;
    this.#studies.hidden = !running && !ended;
  }

  get #status() {
    return one(this, "run-status", StatusDetails);
  }

  get #studies() {
    return one(this, "study-rows", StudyRows);
  }

  /** @param {string} text */
  #text(text) {
    part(this, "bar-text", HTMLElement).textContent = text;
    part(this, "bar-text", HTMLElement).removeAttribute("data-short");
  }

  /** @param {string} name @param {string} text */
  #figure(name, text) {
    part(this, name, HTMLElement).textContent = text;
  }
}

customElements.define("run-panel", RunPanel);
