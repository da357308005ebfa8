// @ts-check
/** What is sent of which run: one at a time, with the run locked meanwhile, so that nothing is deleted or rejected under it. */

import { CodedError, codeOf } from "../shared/errors.js";
import { inside } from "../storage/folders.js";
import { lockRun } from "../storage/locks.js";
import { endedPlace } from "../storage/run-folders.js";
import { Ledger } from "./ledger.js";
import { outputsOf } from "./outputs.js";
import { Sending } from "./sending.js";

/**
 * @typedef {FileSystemDirectoryHandle | null} Chosen   the folder of the results, or the one that was chosen to hold it
 * @typedef {import("../shared/protocol/pacs.js").Pacs} Pacs
 */

export class Sendings {
  /** @type {Sending | null} */ #sending = null;

  /**
   * What there is to send. Throws a CodedError where nothing may be.
   * @param {string} name   of the run @param {Chosen} chosen @param {string} address
   * @returns {Promise<import("../shared/protocol/pacs.js").ToSend>}
   */
  async look(name, chosen, address) {
    const { outputs: all, ledger } = await opened(name, chosen, address);
    const outputs = all.filter(({ objection }) => objection === "");
    /** @type {Record<string, number>} */
    const stopped = {};
    for (const { objection } of all) if (objection) stopped[objection] = (stopped[objection] ?? 0) + 1;
    return {
      stopped,
      files: outputs.length,
      bytes: outputs.reduce((sum, { size }) => sum + size, 0),
      patients: new Set(outputs.map(({ patient }) => patient)).size,
      studies: new Set(outputs.map(({ study }) => study)).size,
      confirmed: outputs.filter(({ instance }) => ledger.of(instance)?.state === "confirmed").length,
    };
  }

  /**
   * Sends what is not confirmed yet.
   * @param {string} name @param {Chosen} chosen @param {Pacs} pacs
   * @param {(progress: import("../shared/protocol/pacs.js").SendProgress) => void} report
   */
  async send(name, chosen, pacs, report) {
    if (this.#sending) throw new CodedError("SENDING_GOES_ON");
    const release = await lockRun(name);
    if (!release) throw new CodedError("RUN_OPEN");
    try {
      const { begun, ...run } = await opened(name, chosen, pacs.address);
      this.#sending = new Sending(pacs, run, report);
      return await this.#sending.go(begun);
    } finally {
      this.#sending = null;
      release();
    }
  }

  stop() {
    this.#sending?.cancel();
  }
}

/** The outputs of a run, and what the ledger says of them. @param {string} name @param {Chosen} chosen @param {string} destination */
async function opened(name, chosen, destination) {
  const own = chosen?.name === name ? chosen : null; // another folder is none of this run
  const folder = chosen && (await inside(chosen, name).catch(() => own));
  const place = await endedPlace(name, folder).catch((error) => {
    // Of a run whose results are here, an end that is missing is all that can be wrong.
    throw codeOf(error) === "NO_RUN" ? new CodedError("NOT_ENDED") : error;
  });
  const outputs = await outputsOf(place);
  const ledger = new Ledger(place.folder, destination);
  const begun = await ledger.open();
  return { outputs, ledger, begun, folder: place.folder };
}
