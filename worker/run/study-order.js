// @ts-check
/** The order in which a run takes its files: study by study, as far as the scan has come. */

export class StudyOrder {
  #sources;
  /** @type {{files: number[], next: number}[]} in scan order, and which is the next, by the number of their study */
  #studies = [];
  #current = 0;
  /** No study before this one has a file that waits. */ #first = 0;
  #seen = 0;

  /** @param {import("../pick/sources.js").Sources} sources */
  constructor(sources) {
    this.#sources = sources;
  }

  /** The next DICOM file that is to be done: of the study that was begun, else of the first one. Undefined: there is none yet. */
  next() {
    this.#takeIn();
    if (!this.#waits(this.#current)) {
      while (this.#first < this.#studies.length && !this.#waits(this.#first)) this.#first++;
      this.#current = this.#first;
    }
    const study = this.#studies[this.#current];
    return study?.files[study.next++];
  }

  /** Whether a study has a file that is to be done. @param {number} number */
  #waits(number) {
    const study = this.#studies[number];
    return study !== undefined && study.next < study.files.length;
  }

  /** Files that were found since the last time. */
  #takeIn() {
    const { length, reasons, done, studies } = this.#sources;
    for (; this.#seen < length; this.#seen++) {
      const study = studies[this.#seen];
      if (reasons[this.#seen] !== "" || done[this.#seen]) continue;
      this.#studies[study] ??= { files: [], next: 0 };
      this.#studies[study].files.push(this.#seen);
      this.#first = Math.min(this.#first, study);
    }
  }
}
