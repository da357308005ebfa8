// @ts-check
/** <run-panel>: where the results go, and a run as it goes on: progress, speed, workers, memory, and its buttons. */

import { NotifyMe } from "../background/notify.js";
import { one, part, tell } from "../page/dom.js";
import { bytes, count, counted, duration, rate } from "../page/format.js";
import { noteOf } from "../page/problem.js";
import { StatusDetails } from "./details.js";
import { Pace } from "./pace.js";
import { StudyRows } from "./study-rows.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").Progress} Progress
 * @typedef {import("../scan/study-choice.js").Taking} Taking
 * @typedef {"start" | "pause" | "resume" | "cancel" | "choose-output" | "forget-output"} Wish
 */

export class RunPanel extends HTMLElement {
  #pace = new Pace();
  #paused = false;
  /** Why the run waits, as a reason code. */
  #held = "";

  connectedCallback() {
    for (const wish of ["start", "cancel", "choose-output", "forget-output"]) {
      part(this, wish, HTMLButtonElement).addEventListener("click", () => tell(this, wish));
    }
    part(this, "pause", HTMLButtonElement).addEventListener("click", () => {
      const wish = this.#paused ? "resume" : "pause";
      this.#hold("");
      this.#showPaused(!this.#paused);
      tell(this, wish);
    });
  }

  /** A scan has ended, and Start may be pressed. @param {Taking} taking @param {boolean} mayChooseOutput */
  offer({ studies, dicom, bytes: size }, mayChooseOutput) {
    noteOf(this).clear();
    const some = studies.length > 0;
    this.#text(some ? `${counted(dicom, "DICOM file")}, ${bytes(size)}, ready to start` : "No study is chosen");
    part(this, "start", HTMLButtonElement).textContent = "Start";
    part(this, "start", HTMLButtonElement).disabled = !some;
    part(this, "choose-output", HTMLButtonElement).hidden = !mayChooseOutput;
    this.#show({ bar: true, start: true, destination: true });
  }

  /** The scan goes on, and Start may be pressed all the same. @param {Taking} found @param {boolean} mayChooseOutput */
  offerEarly({ dicom, bytes: size }, mayChooseOutput) {
    this.#text(
      `${counted(dicom, "DICOM file")}, ${bytes(size)} so far. You can start now: what is found later takes part too`,
    );
    part(this, "start", HTMLButtonElement).textContent = "Start now";
    part(this, "start", HTMLButtonElement).disabled = false;
    part(this, "choose-output", HTMLButtonElement).hidden = !mayChooseOutput;
    this.#show({ bar: true, start: true, destination: true });
  }

  withdraw() {
    this.#show({});
  }

  /** Whether a linkage file is to be kept. */
  get linkage() {
    return part(this, "linkage", HTMLInputElement).checked;
  }

  /** @param {FileSystemDirectoryHandle | null} output */
  showOutput(output) {
    part(this, "output", HTMLElement).textContent = output
      ? `folder “${output.name}”`
      : "private storage in this browser";
    part(this, "output-hint", HTMLElement).textContent = output
      ? "Each run makes its own new folder in it."
      : "Only this page can read it. You download the results as a ZIP.";
    part(this, "forget-output", HTMLButtonElement).hidden = output === null;
  }

  /** @param {Taking} taking */
  begin({ studies }) {
    noteOf(this).clear();
    this.#pace = new Pace();
    this.#hold("");
    this.#showPaused(false);
    this.showStudies({ studies });
    this.#status.begin();
    for (const name of ["speed", "busy", "memory"]) this.#figure(name, "–");
    this.#figure("bytes", bytes(0));
    this.#figure("unwritten", "0");
    Object.assign(part(this, "progress", HTMLProgressElement), { value: 0, max: 1 });
    this.#show({ bar: true, running: true });
    part(this, "pause", HTMLButtonElement).focus({ preventScroll: true });
  }

  /** @param {Pick<Taking, "studies">} taking */
  showStudies({ studies }) {
    this.#studies.begin(studies);
  }

  /** What the scan has found, while the run goes on. @param {Pick<Taking, "studies">} found */
  showFound({ studies }) {
    this.#studies.grow(studies);
  }

  /** What is done before the first file. @param {string} text */
  prepare(text) {
    this.#text(text);
  }

  /** @param {Progress} progress */
  update(progress) {
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

  cancelling() {
    for (const name of ["pause", "cancel"]) part(this, name, HTMLButtonElement).disabled = true;
    this.#text("Cancelling…");
  }

  end() {
    this.#studies.end();
    this.#show({ ended: true });
  }

  get hasFocus() {
    return this.contains(document.activeElement);
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
  }

  /** @param {string} name @param {string} text */
  #figure(name, text) {
    part(this, name, HTMLElement).textContent = text;
  }
}

customElements.define("run-panel", RunPanel);
