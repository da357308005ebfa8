// @ts-check
/** State of a run as one object, and its peaks: for the details on the page and for output.log. */

/**
 * @typedef {import("../shared/protocol/files.js").RunStatus} RunStatus
 * @typedef {import("../shared/protocol/files.js").Most} Most
 */

export class Status {
  /** @type {Most} */
  most = { workers: 0, heap: 0, queued: 0, under_way: 0, bytes_in_flight: 0 };

  /**
   * @param {RunStatus} now
   * @returns {RunStatus}  the same
   */
  seen(now) {
    const workers = Object.values(now.workers);
    const came = {
      workers: workers.filter(({ busy }) => busy).length,
      heap: workers.reduce((sum, { heap }) => sum + heap, 0),
      queued: now.queued,
      under_way: now.underWay,
      bytes_in_flight: now.bytesInFlight,
    };
    for (const what of /** @type {(keyof Most)[]} */ (Object.keys(came))) {
      this.most[what] = Math.max(this.most[what], came[what]);
    }
    return now;
  }
}
