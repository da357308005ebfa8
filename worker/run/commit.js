// @ts-check
/** Completion of a file, in this order: its output is written and closed, its row is appended, it is counted. */

import { coarse, plainRow } from "../report/audit.js";
import { Lane, Stopwatch } from "../shared/async.js";
import { CodedError } from "../shared/errors.js";
import { fingerprint } from "../shared/fingerprint.js";
import { CLOSES_IN_FLIGHT } from "../shared/limits.js";

/** Rows that need no Python, made at once. */
const PLAIN_ROWS_AT_ONCE = 200;

/**
 * @typedef {import("../shared/protocol/tasks.js").AuditRow} AuditRow
 * @typedef {object} Parts
 * @property {import("../pick/sources.js").Sources} sources
 * @property {Pick<import("../write/outputs.js").Sink, "write" | "reachable">} sink
 * @property {import("../report/journal.js").Journal} journal
 * @property {import("../linkage/append.js").LinkageFile | null} linkage   where it was asked for
 * @property {import("./counts.js").Tally} tally
 * @property {import("../shared/async.js").Signal} changed   fired when the scan has found more, too
 * @property {Set<number>} outputs                  fingerprints of the output paths that are taken
 * @property {() => void} finish                    ends the run, because all is done
 * @property {(reason: string) => Promise<void>} hold   pauses the run for a coded reason; throws when it is over
 * @property {() => Promise<void>} checkpoint       waits while the run is paused, throws when it is over
 * @property {() => boolean} over                   whether the run has ended
 */

export class Commits {
  #parts;
  #lane = new Lane(CLOSES_IN_FLIGHT);
  #writing = new Stopwatch();
  /** @type {Set<Promise<void>>} what the end of the run waits for */ #underWay = new Set();
  #closed = false;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  get stage() {
    return this.#writing.stage;
  }

  /** Whether an output of this run has that path already. @param {string} path */
  taken(path) {
    return this.#parts.outputs.has(fingerprint(path));
  }

  /**
   * Writes an output, then its row.
   * @param {string} path
   * @param {import("../shared/protocol/tasks.js").Segment[]} segments
   * @param {import("../pick/sources.js").Opened} source
   * @param {number} index
   * @param {string} sourceId
   * @param {AuditRow} row
   * @param {string[]} log
   * @param {import("../shared/protocol/tasks.js").Link} [link]
   */
  async output(path, segments, source, index, sourceId, row, log, link) {
    const place = fingerprint(path);
    this.#parts.outputs.add(place);
    const committing = this.#lane.run(async () => {
      if (this.#parts.over()) throw new CodedError("CANCELLED");
      const { sink, checkpoint } = this.#parts;
      const bytes = await this.#writing.time(() => sink.write(path, segments, source, checkpoint));
      await this.#link(index, { source: sourceId, output: path }, link);
      await this.row(index, sourceId, { ...row, bytes_out: bytes }, log);
    });
    this.#underWay.add(committing);
    try {
      await committing;
    } catch (error) {
      this.#parts.outputs.delete(place);
      throw error;
    } finally {
      this.#underWay.delete(committing);
    }
  }

  /**
   * Links a file that has its row, where a linkage was asked for.
   * @param {number} index
   * @param {{source: string, output: string}} row
   * @param {import("../shared/protocol/tasks.js").Link} [link]
   */
  async #link(index, row, link) {
    const { sources, linkage } = this.#parts;
    if (!linkage) return;
    if (!link) throw new CodedError("WORKER_ERROR");
    await linkage.append({ ...row, path: sources.paths[index], ...link });
  }

  /**
   * Appends the row: with it the file is done. Throws when the run is over before.
   * @param {number} index
   * @param {string} sourceId
   * @param {AuditRow} outcome
   * @param {string[]} log
   */
  async row(index, sourceId, outcome, log) {
    const { sources, journal, linkage, tally, hold, finish } = this.#parts;
    const row = { ...outcome, source_id: sourceId, bytes_in: coarse(sources.sizes[index]) };
    const listed = row.status === "written" ? null : listedOf(row, sourceId, sources.paths[index]);
    const told = row.reason ? [`${row.status} ${row.reason} ${sourceId}`] : [];
    for (;;) {
      if (this.#closed) throw new CodedError("CANCELLED");
      if (journal.commit(row, [...log, ...told], listed)) break;
      await hold("OUTPUT_FULL");
    }
    journal.settle(() => linkage?.flush());
    tally.count(row, index);
    if (tally.complete) finish();
  }

  /**
   * The rows of the files that the scan sorts out.
   * @param {(path: string) => Promise<string>} nameSource
   */
  async sortedOut(nameSource) {
    const { sources, checkpoint, changed } = this.#parts;
    for (let seen = 0; sources.growing || seen < sources.length; ) {
      await checkpoint();
      const plain = [];
      for (; seen < sources.length && plain.length < PLAIN_ROWS_AT_ONCE; seen++)
        if (sources.reasons[seen] !== "" && !sources.done[seen]) plain.push(seen);
      const ids = await Promise.all(plain.map((index) => nameSource(sources.paths[index])));
      for (const [i, index] of plain.entries()) await this.row(index, ids[i], plainRow(sources.reasons[index]), []);
      if (sources.growing && seen === sources.length) await changed.wait();
    }
  }

  /** Waits until nothing is being written any more. From then on nothing is appended. */
  async close() {
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
    this.#closed = true;
  }
}

/**
 * Its row in the list of what was not written.
 * @param {AuditRow} row
 * @param {string} sourceId
 * @param {string} path
 * @returns {import("../shared/protocol/files.js").Listed}
 */
function listedOf({ status, reason, sop_class_uid: sopClass }, sourceId, path) {
  return {
    sourceId,
    status: /** @type {import("../shared/protocol/tasks.js").Status} */ (status),
    reason: String(reason ?? ""),
    sopClass: String(sopClass ?? ""),
    path,
  };
}
