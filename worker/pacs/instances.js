// @ts-check
/**
 * Instances of a PACS as sources: each is fetched whole by WADO-RS, since nobody tells its length, and held in memory alone.
 * What the scan has fetched is kept for the run as far as there is room; what is not is fetched once more.
 */

import { LOOK_BYTES, recognise } from "../dicom/is-dicom.js";
import { peek } from "../dicom/peek.js";
import { Lane } from "../shared/async.js";
import { readRange } from "../shared/blob.js";
import { CodedError, codeOf } from "../shared/errors.js";
import { WHOLE_BYTES } from "../shared/limits.js";
import { boundaryOf, partsOf } from "./multipart.js";
import { Patience } from "./patience.js";
import { chunksOf, PacsError, Peer } from "./peer.js";
import { instancesOf } from "./queries.js";

const ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*';
/** Bytes of an instance at most: it is held as a whole. */
const LARGEST = 256 * 1024 * 1024;
/** Bytes that are kept for the run. */
const KEPT_BYTES = 96 * 1024 * 1024;
/** Instances fetched at the same time; of those longer than so many bytes, one. */
const [IN_FLIGHT, ALONE_BYTES] = [4, 16 * 1024 * 1024];
/** Tries of each, some fifteen seconds apart in all: then a run waits for the person. */
const TRIES = 5;
/** What the next instance would meet, too: the PACS itself is out of reach. */
export const GONE = new Set(
  "PACS_UNREACHABLE PACS_SLOW PACS_BUSY PACS_REDIRECT PACS_REFUSED_LOGIN SIGN_IN_NEEDED".split(" "),
);
/** Bytes of headers that a search for the UIDs reads. */
const HEAD_BYTES = 64 * 1024;

/** @typedef {import("../shared/protocol/pacs.js").StudyThere} StudyThere */

/** What is fetched of one PACS, and how much of it is held. */
export class Archive {
  #lane = new Lane(IN_FLIGHT);
  #alone = new Lane(1);
  #kept = 0;

  /** @param {import("../shared/protocol/pacs.js").Pacs} pacs */
  constructor(pacs) {
    this.peer = new Peer(pacs);
  }

  /** Whether it answers. */
  async reachable() {
    const probe = new Patience(AbortSignal.timeout(10_000));
    const asked = this.peer.get("/studies?limit=1", "application/dicom+json", probe, async () => true);
    return asked.catch(() => false);
  }

  /**
   * The instances of a study, in the order of their UIDs; behind them a reason, when there should be more.
   * @param {StudyThere} study
   * @returns {Promise<{instances: PacsInstance[], reason: "" | "PACS_INCOMPLETE"}>}
   */
  async list({ uid, instances }) {
    const listed = await instancesOf(this.peer, uid, "", newPatience());
    const made = listed.map((there) => new PacsInstance(this, { study: uid, ...there }));
    made.sort((one, other) => (one.path < other.path ? -1 : 1));
    return { instances: made, reason: made.length < instances ? "PACS_INCOMPLETE" : "" };
  }

  /** @param {string} path @returns {Promise<Blob>} */
  retrieve(path) {
    return this.#lane.run(() =>
      this.peer.get(path, ACCEPT, newPatience(), async (response) => {
        const boundary = boundaryOf(response.headers.get("Content-Type"));
        if (!boundary) throw new PacsError("PACS_ANSWER");
        const parts = [];
        for await (const part of partsOf(this.#bounded(response), boundary)) parts.push(part);
        if (parts.length !== 1) throw new PacsError("PACS_ANSWER");
        return parts[0];
      }),
    );
  }

  /** The chunks of an answer; a long one waits until no other long one comes. @param {Response} response */
  async *#bounded(response) {
    let length = 0;
    let pass = () => {};
    try {
      for await (const chunk of chunksOf(response, LARGEST)) {
        length += chunk.length;
        yield chunk;
        if (length - chunk.length < ALONE_BYTES && length >= ALONE_BYTES) pass = await this.#turn();
      }
    } catch (error) {
      throw codeOf(error) === "PACS_TOO_MUCH" ? new PacsError("PACS_INSTANCE_TOO_LARGE") : error;
    } finally {
      pass();
    }
  }

  /** Waits for its turn. @returns {Promise<() => void>} ends it */
  #turn() {
    return new Promise((resolve) => this.#alone.run(() => new Promise((end) => resolve(() => end(undefined)))));
  }

  /** Whether so many bytes may be kept. @param {number} bytes */
  keep(bytes) {
    if (this.#kept + bytes > KEPT_BYTES) return false;
    this.#kept += bytes;
    return true;
  }

  /** @param {number} bytes */
  forget(bytes) {
    this.#kept -= bytes;
  }
}

/** Of one question: what is wrong with one instance says nothing of the next. */
const newPatience = () => new Patience(new AbortController().signal, undefined, TRIES);

/** One instance: a source like an entry of an archive. */
export class PacsInstance {
  #archive;
  #uids;
  /** @type {Blob | null} */ #kept = null;
  /** Bytes; 0 until it was fetched. */
  size = 0;
  /** By what it shows that a file has changed: nothing here does. */
  crc = 0;
  reason = "";

  /** @param {Archive} archive @param {{study: string, series: string, instance: string}} uids */
  constructor(archive, uids) {
    this.#archive = archive;
    this.#uids = uids;
  }

  /** As the command line names it, so that both give the same source id. */
  get path() {
    const { study, series, instance } = this.#uids;
    return `${study}/${series}/${instance}.dcm`;
  }

  /** Fetches it, and keeps it for whoever opens it next. Throws a CodedError. */
  async load() {
    const blob = this.#kept ?? (await this.#fetch());
    this.size = blob.size;
    if (!this.#kept && this.#archive.keep(blob.size)) this.#kept = blob;
    return blob;
  }

  /** The first bytes. @param {number} bytes */
  async head(bytes) {
    return readRange(await this.load(), 0, bytes);
  }

  /** All of it; what was kept is given away. Throws a CodedError. @returns {Promise<{blob: Blob, whole?: Uint8Array<ArrayBuffer>}>} */
  async extract() {
    const kept = this.#kept;
    const fetched = () =>
      this.#fetch().catch((error) => {
        throw GONE.has(codeOf(error)) ? new CodedError("READ_FAILED") : error; // as a folder that is lost
      });
    const blob = kept ?? (await fetched());
    if (kept) this.#archive.forget(kept.size);
    this.#kept = null;
    if (this.size > 0 && blob.size !== this.size) throw new CodedError("SOURCE_CHANGED");
    this.size = blob.size;
    return blob.size <= WHOLE_BYTES ? { blob: new Blob(), whole: await readRange(blob, 0, blob.size) } : { blob };
  }

  async #fetch() {
    const { study, series, instance } = this.#uids;
    const blob = await this.#archive.retrieve(`/studies/${study}/series/${series}/instances/${instance}`);
    const head = await readRange(blob, 0, Math.min(HEAD_BYTES, blob.size));
    const shape = recognise(head.subarray(0, LOOK_BYTES), blob.size);
    const found = shape && peek(head, shape.start);
    // A PACS that gives another instance than the one that it was asked for is not believed.
    if (found?.sopInstance !== instance || (found.study && found.study !== study)) throw new CodedError("PACS_ANSWER");
    return blob;
  }
}
