// @ts-check
/**
 * The Python workers: how many there are, starting them, handing them the run, and replacing those that end. The files of
 * one that ended are given to another, or booked as failed, by worker/run/batches.js.
 *
 * @typedef {import("../../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {import("../../worker/shared/protocol/files.js").RunSummary} RunSummary
 * @typedef {import("../../worker/shared/protocol/python.js").Started} Started
 * @typedef {import("../../worker/shared/protocol/python.js").Shared} Shared
 * @typedef {import("./thread.js").Plan} Plan
 * @typedef {import("./thread.js").Thread} Thread
 * @typedef {{attach(port: MessagePort, worker: number): Promise<void>, lost(worker: number): Promise<void>}} Files  of FilesApi
 *
 * @typedef {"booting" | "ready" | "busy" | "resting" | "dead"} State
 * @typedef {{number: number, state: State, started: Started | null}} WorkerState
 */
import * as Comlink from "../../worker/shared/comlink.js";
import { CodedError } from "../../worker/shared/errors.js";
import { Material, mib } from "./material.js";
import { Spare } from "./spare.js";

/** More workers than this use memory, not time: two take more files than the browser can read and write (docs/performance.md). */
const MOST_WORKERS = 2;
/** A device that says it has no more memory than this (GiB) gets one worker less per missing GiB. */
const SMALL_DEVICE_GIB = 4;
/** Bytes of WebAssembly memory, which never shrinks, at which a worker is replaced. It starts with some 30 MiB. */
const HEAP_LIMIT = 160 * 1024 * 1024;
/**
 * Files after which a worker is ended: each leaves it some memory, 40 MB after 60,000. The last worker is replaced, in a
 * fraction of a second; another rests until the next run, since with two the tab would pass 500 MB after 40,000 files.
 */
const FILE_LIMIT = 10_000;
/**
 * A worker that has not answered for so long is taken to hang. It answers between two files; the header of an enhanced
 * multi-frame image with a million elements takes it about ten seconds, on a busy machine several times that.
 */
const SILENCE_MILLISECONDS = 60_000;
/** The same where pixels are made blank: every frame of a cine is decoded, encoded and decoded again. */
const CLEANING_SILENCE_MILLISECONDS = 900_000;

/** One core is left to reading and writing: a second worker on two cores makes a run slower (docs/performance.md). */
export function defaultWorkers() {
  const { hardwareConcurrency = 1, deviceMemory = SMALL_DEVICE_GIB } = /** @type {any} */ (navigator);
  return Math.max(1, Math.min(hardwareConcurrency - 1, MOST_WORKERS, Math.floor(deviceMemory)));
}

export class Pool {
  /** @type {WorkerState[]} */
  workers = [];
  /** @type {Map<number, Thread>} */
  #threads = new Map();
  #spare = new Spare();
  #material;
  /** @type {[Policy, Uint8Array, boolean, Uint8Array | null, string] | null} */
  #configuration = null;
  /** Whether the workers can decode and encode pixels, which takes them longer to start and more memory. */ #decodes = false;
  #serving = 0; // workers that take part in the run and do not rest
  #options;

  /**
   * Begins to start the workers at once.
   * @param {{count?: number, heapLimit?: number, fileLimit?: number, silence?: number, snapshot?: boolean, onChange?: (workers: WorkerState[]) => void}} [options]
   *   heapLimit in bytes, silence in milliseconds; snapshot false: start without
   */
  constructor(options = {}) {
    const limits = { heapLimit: HEAP_LIMIT, fileLimit: FILE_LIMIT, silence: SILENCE_MILLISECONDS };
    this.#options = { count: defaultWorkers(), ...limits, ...options };
    this.#material = new Material(this.#options.snapshot ?? true);
    this.workers = Array.from({ length: this.#options.count }, (_, number) => ({
      number,
      state: "booting",
      started: null,
    }));
    /** Lines for the log, one per worker, when all have started. Rejects only if none could. */
    this.ready = this.#start();
    this.ready.catch(() => {});
  }

  async #start() {
    await this.#material.ready;
    const started = await Promise.allSettled(this.workers.map((worker) => this.#boot(worker)));
    if (started.every(({ status }) => status === "rejected")) throw new CodedError("PYTHON_NOT_STARTED");
    this.#material.release();
    this.#spare.renew();
    const [thread] = this.#threads.values(); // what is compiled, all have
    thread.alive(thread.python.rehearse()).catch(() => {});
    return [...this.#material.notes, ...this.workers.map(describe)];
  }

  /** Starts a thread for this worker, and configures it if the others are. @param {WorkerState} worker */
  async #boot(worker) {
    this.#change(worker, "booting");
    const shared = this.#decodes ? await this.#material.withPreview() : await this.#material.whole();
    const thread = this.#spare.take();
    try {
      worker.started = await thread.alive(thread.python.start(shared));
      if (this.#configuration) await thread.configure(...this.#configuration);
    } catch (error) {
      thread.end();
      this.#change(worker, "dead");
      throw error;
    }
    if (shared.snapshot && worker.started.way !== "snapshot") this.#material.forgetSnapshot();
    this.#threads.set(worker.number, thread);
    this.#change(worker, "ready");
  }

  /** @param {WorkerState} worker @param {State} state */
  #change(worker, state) {
    worker.state = state;
    this.#options.onChange?.(this.workers);
  }

  /**
   * @param {Policy} policy
   * @param {Uint8Array} key
   * @param {boolean} [linked]   whether what is written comes with what links it to its source
   * @param {string} [regions]   the text of a regions file, of what is to be made blank; "": none
   * @returns {Promise<Plan>}
   */
  async configure(policy, key, linked = false, regions = "") {
    await this.ready;
    /** @type {[Policy, Uint8Array, boolean, Uint8Array | null, string]} */
    const configuration = [policy, key, linked, await this.numbersFor(policy), regions];
    await this.#equip(regions !== "");
    await this.#wake();
    if (this.#threads.size === 0) throw new CodedError("PYTHON_NOT_STARTED");
    this.#configuration = configuration;
    const plans = await Promise.all([...this.#threads.values()].map((thread) => thread.configure(...configuration)));
    return plans[0];
  }

  /** Packages that a policy needs beside the runtime; rejects with PAGE_INCOMPLETE. @param {Policy} policy */
  numbersFor(policy) {
    return this.#material.numbersFor(policy);
  }

  /** Ends all, to be started otherwise, where they decode pixels and need not any more, or the other way round. @param {boolean} decodes */
  async #equip(decodes) {
    if (decodes === this.#decodes) return;
    if (decodes) await this.#material.withPreview(); // while there is a way back
    this.#decodes = decodes;
    this.#configuration = null;
    this.rest();
  }

  /** Ends the workers, which have nothing to do, for the memory that they hold; they start again when one is asked for. */
  rest() {
    if (this.workers.some(({ state }) => state === "busy" || state === "booting")) return;
    for (const worker of this.workers) {
      this.#threads.get(worker.number)?.end();
      if (this.#threads.delete(worker.number)) this.#change(worker, "resting");
    }
    this.#material.release();
  }

  /** Starts those that rested. */
  async #wake() {
    const rested = this.workers.filter(({ state }) => state === "resting");
    await Promise.allSettled(rested.map((worker) => this.#boot(worker)));
    if (rested.length > 0) this.#spare.renew();
  }

  /**
   * Lets every worker pull tasks from the files worker until there are none. Rejects if no worker is left before.
   * @param {Files} files
   */
  async work(files) {
    await this.ready;
    const alive = this.workers.filter(({ number }) => this.#threads.has(number));
    this.#serving = alive.length;
    const ends = await Promise.all(alive.map((worker) => this.#serve(worker, files)));
    if (!ends.includes("over")) throw new CodedError("NO_WORKER_LEFT");
  }

  /** @param {WorkerState} worker @param {Files} files @returns {Promise<"over" | "resting" | "gone">} */
  async #serve(worker, files) {
    for (;;) {
      const thread = /** @type {Thread} */ (this.#threads.get(worker.number));
      this.#change(worker, "busy");
      const end = await this.#pull(worker, thread, files).catch(() => "dead");
      this.#change(worker, end === "over" ? "ready" : "dead");
      if (end === "over") return end;
      thread.end();
      this.#threads.delete(worker.number);
      if (end === "files" && this.#serving > 1) return this.#rest(worker, files);
      if (end === "dead") await files.lost(worker.number);
      try {
        await this.#boot(worker);
      } catch {
        this.#serving--;
        return "gone";
      }
      this.#spare.renew();
    }
  }

  /** @param {WorkerState} worker @param {Files} files @returns {Promise<"resting">} */
  async #rest(worker, files) {
    this.#serving--; // at once: of two that come to the limit together, one goes on
    this.#change(worker, "resting");
    await files.lost(worker.number);
    return "resting";
  }

  /** @param {WorkerState} worker @param {Thread} thread @param {Files} files */
  async #pull(worker, thread, files) {
    const { port1, port2 } = new MessageChannel();
    await files.attach(Comlink.transfer(port1, [port1]), worker.number);
    const { heapLimit, fileLimit, silence } = this.#options;
    const stop = thread.watch(this.#decodes ? Math.max(silence, CLEANING_SILENCE_MILLISECONDS) : silence);
    const given = Comlink.transfer(port2, [port2]);
    try {
      return await thread.alive(thread.python.work(given, worker.number, heapLimit, fileLimit));
    } finally {
      stop();
    }
  }

  /** A Python worker apart from the run's, for a policy to be tried; whoever asks for it ends it. */
  async trial() {
    await this.ready;
    return this.#apart(await this.#material.whole());
  }

  /** One that decodes and paints. Without the snapshot: pydicom looks for numpy once, when it is imported. */
  async preview() {
    await this.ready;
    return this.#apart(await this.#material.withPreview());
  }

  /** @param {Shared} shared */
  async #apart(shared) {
    const thread = this.#spare.take();
    this.#spare.renew();
    const started = thread.alive(thread.python.start(shared));
    started.catch(() => thread.end());
    await started;
    return thread;
  }

  /** The last lines of output.log. @param {RunSummary} summary @returns {Promise<string[]>} */
  closing(summary) {
    return this.ask((python) => python.closing(summary));
  }

  /**
   * The answer of one worker, once there is one: an idle worker if there is any, else a busy one between two tasks.
   * @template T
   * @param {(python: import("./thread.js").RemotePython) => Promise<T>} call
   */
  async ask(call) {
    await this.ready;
    if (this.#threads.size === 0) await this.#wake();
    const numbers = this.workers.toSorted((a, b) => Number(a.state === "busy") - Number(b.state === "busy"));
    const thread = numbers.map(({ number }) => this.#threads.get(number)).find((one) => one !== undefined);
    if (!thread) throw new CodedError("NO_WORKER_LEFT");
    return thread.alive(call(thread.python));
  }

  terminate() {
    for (const thread of this.#threads.values()) thread.end();
    this.#spare.end();
    this.#threads.clear();
  }
}

/** @param {WorkerState} worker */
function describe({ number, started }) {
  if (!started) return `Python worker ${number + 1}: not started`;
  const why = started.fellBack.length ? ` (${started.fellBack.join("; ")})` : "";
  return `Python worker ${number + 1}: ${started.way}, ${started.milliseconds} ms, ${mib(started.heap)}${why}`;
}
