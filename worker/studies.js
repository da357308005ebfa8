// @ts-check
/** The order in which a run takes its files: study by study, as far as the scan has come. */

export class StudyOrder {
  #sources;
  /** @type {number[][]} files that wait, in scan order, by the number of their study */ #waiting = [];
  #current = 0;
  /** No study before this one has a file that waits. */ #first = 0;
  #seen = 0;

  /** @param {import("./source.js").Sources} sources */
  constructor(sources) {
    this.#sources = sources;
  }

  /** The next DICOM file that is to be done: of the study that was begun, else of the first one. Undefined: there is none yet. */
  next() {
    this.#takeIn();
    if (!this.#waiting[this.#current]?.length) {
      while (this.#first < this.#waiting.length && !this.#waiting[this.#first]?.length) this.#first++;
      this.#current = this.#first;
    }
    return this.#waiting[this.#current]?.shift();
  }

  /** Files that were found since the last time. */
  #takeIn() {
    const { length, reasons, done, studies } = this.#sources;
    for (; this.#seen < length; this.#seen++) {
      const study = studies[this.#seen];
      if (reasons[this.#seen] !== "" || done[this.#seen]) continue;
      this.#waiting[study] ??= [];
      this.#waiting[study].push(this.#seen);
      this.#first = Math.min(this.#first, study);
    }
  }
}
