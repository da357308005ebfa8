// @ts-check
/** How far a sending is, told a few times a second. */

const REPORT_MILLISECONDS = 250;

/** @typedef {import("../shared/protocol/pacs.js").SendProgress} Told */

export class SendProgress {
  #report;
  #began = performance.now();
  #reported = 0;
  /** @type {Told} */ #told = { total: 0, bytesTotal: 0, done: 0, bytesDone: 0, seconds: 0, waiting: "" };

  /** @param {(told: Told) => void} report */
  constructor(report) {
    this.#report = report;
  }

  get seconds() {
    return (performance.now() - this.#began) / 1000;
  }

  /** @param {{size: number}[]} files */
  begin(files) {
    this.#told.total = files.length;
    this.#told.bytesTotal = sum(files);
    this.#tell(true);
  }

  /** @param {{size: number}[]} files */
  end(files) {
    this.#told.done += files.length;
    this.#told.bytesDone += sum(files);
    this.#tell(this.#told.done === this.#told.total);
  }

  /** @param {string} code */
  wait(code) {
    this.#told.waiting = code;
    this.#tell(true);
  }

  /** @param {boolean} now */
  #tell(now) {
    const time = performance.now();
    if (!now && time - this.#reported < REPORT_MILLISECONDS) return;
    this.#reported = time;
    this.#report({ ...this.#told, seconds: this.seconds });
  }
}

/** @param {{size: number}[]} files */
const sum = (files) => files.reduce((all, { size }) => all + size, 0);
