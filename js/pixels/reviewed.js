// @ts-check
/**
 * The review of what a search found: its groups, the files behind them, and what it comes to for the next run.
 *
 * @typedef {import("./finding.js").Findings} Findings
 * @typedef {import("./review.js").Review} Review
 */

/** Of a file over which Python ended: what it is, nobody knows. For any other reason no run writes it. */
const LOST = "DECODER_LOST";

export class ReviewedFiles {
  /** @type {Map<string, number>} source id -> number of the file in the scan */ #files = new Map();
  /** @type {ReadonlyMap<string, number>} reason code -> files that the last search did not look at */ reasons =
    new Map();
  /** What the mask of the last search marks; null: there was none. @type {import("./finding.js").Marked | null} */ mask =
    null;
  #model;

  /** @param {Review} model @param {string} project   the value by which its regions file knows its key */
  constructor(model, project) {
    this.#model = model;
    this.project = project;
  }

  get model() {
    return this.#model;
  }

  /** Takes in what a search found. @param {Findings} found */
  add({ document, groups, reasons, mask }) {
    this.reasons = reasons;
    this.mask = mask;
    for (const [id, { label, doubt, instances }] of groups) {
      const named = instances.flatMap(({ path, sighting: { source_id, mark, frames, unread } }) =>
        unread ? [] : [{ id: source_id, mark, name: path, frames }],
      );
      /** @type {Record<string, import("./boxes.js").Box[]>} */ const own = {};
      for (const { index, sighting } of instances) {
        this.#files.set(sighting.source_id, index);
        const exception = document.exceptions[sighting.source_id];
        if (exception) own[sighting.source_id] = exception.boxes;
      }
      this.#model.add({ ...document.groups[id], id, label, doubt, own, instances: named });
    }
  }

  /** The number of a file in the scan. @param {string} sourceId */
  fileOf(sourceId) {
    return this.#files.get(sourceId);
  }

  /** @returns {import("../state.js").Reviewed} */
  get sums() {
    const sums = {
      groups: 0,
      instances: 0,
      undecided: 0,
      leftOut: 0,
      unread: 0,
      unseen: 0,
      unwritable: 0,
      doubted: 0,
      mask: this.mask,
    };
    for (const [reason, files] of this.reasons) sums[reason === LOST ? "unseen" : "unwritable"] += files;
    for (const { id, instances, unread, doubt, verdict } of this.#model.groups) {
      const counts = (/** @type {import("./review.js").Verdict} */ { boxes }) => doubt || boxes.length > 0;
      sums.groups++;
      sums.instances += instances.length;
      if (doubt) sums.doubted += instances.length + Object.keys(unread).length;
      for (const source of Object.keys(unread)) {
        if (counts(verdict) || counts(this.#model.verdict(id, source))) sums.unread++;
      }
      for (const instance of instances) {
        const own = this.#model.verdict(id, instance.id);
        const { decision } = own;
        if (decision === "none" && counts(own)) sums.undecided++;
        else if (decision === "left out") sums.leftOut++;
      }
    }
    return sums;
  }
}
