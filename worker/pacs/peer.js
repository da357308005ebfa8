// @ts-check
/** One PACS over DICOMweb: requests with a login and a time limit, and what a status means. Nothing of an answer gets into an error. */

import { CodedError } from "../shared/errors.js";
import { Patience, retryAfter } from "./patience.js";

/** Milliseconds that an answer may take to begin, and more for each byte that goes or comes: 20 kB/s. */
const [ANSWER_MILLISECONDS, BYTE_MILLISECONDS] = [60_000, 0.05];
/** Bytes of an error that are read, to find a code of the page's own server in it. */
const ERROR_BYTES = 4096;
const CODE = /^[A-Z][A-Z0-9_]{2,63}$/;
/** What statuses mean; any other one is a request that the PACS refuses. */
const MEANINGS = new Map([
  [401, "PACS_REFUSED_LOGIN"],
  [403, "PACS_REFUSED_LOGIN"],
  [404, "PACS_NOT_OFFERED"],
  [405, "PACS_NOT_OFFERED"],
  [413, "PACS_TOO_LARGE"],
  [429, "PACS_BUSY"],
  [501, "PACS_NOT_OFFERED"],
  [502, "PACS_UNREACHABLE"],
  [503, "PACS_BUSY"],
  [504, "PACS_SLOW"],
]);
/** After these another try can succeed. */
const PASSING = new Set(["PACS_BUSY", "PACS_UNREACHABLE", "PACS_SLOW", "PACS_LOST"]);

/**
 * @typedef {import("../shared/protocol/pacs.js").Pacs} Pacs
 * @typedef {{accept: string, type?: string, body?: Blob}} Asked   a body is posted
 */

/** What a PACS said no to: a CodedError with how long it wants to be left alone. */
export class PacsError extends CodedError {
  /** @param {string} code @param {{wait?: number, status?: number}} [said]   wait: milliseconds */
  constructor(code, { wait = 0, status = 0 } = {}) {
    super(code);
    this.wait = wait;
    this.status = status;
  }

  get passes() {
    return PASSING.has(this.code);
  }
}

export class Peer {
  #pacs;
  #isOwn;

  /** @param {Pacs} pacs */
  constructor(pacs) {
    this.#pacs = pacs;
    this.#isOwn = globalThis.location !== undefined && new URL(pacs.address).origin === globalThis.location.origin;
  }

  get address() {
    return this.#pacs.address;
  }

  /**
   * One request. Throws a PacsError unless it is answered; a status that is an error is an answer, too.
   * @param {string} path   behind the base, with its query
   * @param {Asked} asked
   * @param {AbortSignal} signal
   * @returns {Promise<Response>}
   */
  async ask(path, { accept, type, body }, signal) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), ANSWER_MILLISECONDS + (body?.size ?? 0) * BYTE_MILLISECONDS);
    const headers = new Headers({ Accept: accept, ...(type ? { "Content-Type": type } : {}) });
    const { user, password, address } = this.#pacs;
    if (user) headers.set("Authorization", `Basic ${base64(`${user}:${password}`)}`);
    try {
      return await fetch(`${address}${path}`, {
        ...{ method: body ? "POST" : "GET", headers, body, signal: AbortSignal.any([signal, late.signal]) },
        // The cookie is for the page's own server alone; without it the browser asks for no login of its own either.
        credentials: this.#isOwn && !user ? "same-origin" : "omit",
        ...{ cache: "no-store", redirect: "manual", referrerPolicy: "no-referrer" },
      });
    } catch {
      if (signal.aborted) throw new PacsError("CANCELLED");
      throw new PacsError(late.signal.aborted ? "PACS_SLOW" : "PACS_UNREACHABLE");
    } finally {
      clearTimeout(timer); // how long the body takes is seen where it is read
    }
  }

  /**
   * A request that only reads, again and again for as long as there is hope. Throws a CodedError.
   * @template T
   * @param {string} path
   * @param {string} accept
   * @param {Patience} patience
   * @param {(response: Response) => Promise<T>} read   what is made of the answer
   * @returns {Promise<T>}
   */
  async get(path, accept, patience, read) {
    for (;;) {
      try {
        const response = await this.ask(path, { accept }, patience.signal);
        if (!response.ok) throw await refusal(response);
        const made = await read(response);
        patience.succeeded();
        return made;
      } catch (error) {
        if (!(error instanceof PacsError && error.passes)) throw error;
        await patience.wait(error.code, error.wait);
      }
    }
  }
}

/** What an answer that is an error means; its code, where the page's own server has one. @param {Response} response */
export async function refusal(response) {
  if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400))
    return new PacsError("PACS_REDIRECT");
  const said = await codeIn(response);
  const { status, headers } = response;
  return new PacsError(said || (MEANINGS.get(status) ?? "PACS_REFUSED"), { wait: retryAfter(headers), status });
}

/** @param {Response} response */
async function codeIn(response) {
  if (response.headers.get("Content-Type") !== "application/json") return "";
  try {
    const { error } = JSON.parse(new TextDecoder().decode(await bytesOf(response, ERROR_BYTES)));
    return typeof error === "string" && CODE.test(error) ? error : "";
  } catch {
    return "";
  }
}

/**
 * The body of an answer, as far as so many bytes. Throws a PacsError.
 * @param {Response} response
 * @param {number} most
 */
export async function bytesOf(response, most) {
  const chunks = [];
  for await (const chunk of chunksOf(response, most)) chunks.push(chunk);
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * The chunks of a body as they come. Throws a PacsError PACS_TOO_MUCH when there are more bytes than that, PACS_LOST when it
 * breaks off, and PACS_SLOW when nothing comes for a while, or it trickles.
 * @param {Response} response
 * @param {number} most
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>>}
 */
export async function* chunksOf(response, most) {
  const reader = response.body?.getReader();
  const began = performance.now();
  let length = 0;
  try {
    while (reader) {
      const { done, value } = await inTime(reader.read());
      if (done) return;
      length += value.length;
      if (length > most) throw new PacsError("PACS_TOO_MUCH");
      if (performance.now() - began > ANSWER_MILLISECONDS + length * BYTE_MILLISECONDS)
        throw new PacsError("PACS_SLOW");
      yield value;
    }
  } catch (error) {
    throw error instanceof CodedError ? error : new PacsError("PACS_LOST");
  } finally {
    reader?.cancel().catch(() => {});
  }
}

/** @template T @param {Promise<T>} reading @returns {Promise<T>} */
async function inTime(reading) {
  let timer = 0;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new PacsError("PACS_SLOW")), ANSWER_MILLISECONDS);
  });
  reading.catch(() => {}); // it may end behind the other
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A user and a password can have any letters: they go as UTF-8 (RFC 7617). @param {string} text */
function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
