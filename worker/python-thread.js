// @ts-check
/**
 * Calls of a Python worker: starts Python, is configured, and turns tasks into answers until there are none.
 *
 * No error of Python leaves this module: its text can hold an identifier.
 *
 * @typedef {import("./shared/protocol/python.js").PythonApi} PythonApi
 * @typedef {import("./shared/protocol/tasks.js").WorkApi} WorkApi
 * @typedef {import("./shared/protocol/tasks.js").Task} Task
 * @typedef {import("./shared/protocol/tasks.js").Answer} Answer
 * @typedef {import("./shared/protocol/python.js").Shared} Shared
 */

import { serve } from "./index/index-thread.js";
import { Finding } from "./preview/finding.js";
import { Pictures } from "./preview/imaging.js";
import { boot, heapOf, load, makeSnapshot } from "./python/boot.js";
import { Wheels } from "./python/wheels.js";
import { release } from "./shared/buffers.js";
import * as Comlink from "./shared/comlink.js";
import { CodedError, callPython, refuse } from "./shared/errors.js";

/** Milliseconds of one batch after which the worker handles its messages once, to show that it is alive. */
const BREATH_MILLISECONDS = 500;

/** Synthetic slices run through Python before the first real file, and how many of them between two looks at messages. */
const [REHEARSED, REHEARSED_AT_ONCE] = [400, 8];

/** The place of the packages that check numbers in free text. */
const NUMBERS = "/lib/numbers.zip";

/** @implements {PythonApi} */
export class PythonThread {
  /** @type {import("./python/boot.js").Python | null} */
  #python = null;
  /** @type {any} the module dicom_deid.browser.bridge */
  #bridge = null;
  /** @type {any} its Session, which holds the plan */
  #session = null;
  /** @type {any} its function: asked of the module for each file, it would be another object each time */
  #deidentify = null;

  /** @type {Wheels | null} */
  #wheels = null;

  /** Whether the packages that check numbers are there. */
  #checks = false;

  /** Whether it was asked for anything. */
  #asked = false;

  async load() {
    await load();
  }

  async ping() {}

  /** @param {Shared} shared */
  async makeSnapshot(shared) {
    const snapshot = await makeSnapshot(shared);
    return Comlink.transfer(snapshot, [snapshot.buffer]);
  }

  /** @param {Shared} shared */
  async start(shared) {
    const { python, started } = await boot(shared);
    this.#python = python;
    this.#bridge = python.pyimport("dicom_deid.browser.bridge");
    this.#session = this.#bridge.Session();
    this.#deidentify = this.#session.deidentify;
    return started;
  }

  async rehearse() {
    for (let at = 0; at < REHEARSED && !this.#asked; at += REHEARSED_AT_ONCE) {
      try {
        this.#bridge.warm_up(at, REHEARSED_AT_ONCE);
      } catch {
        return; // the first real call shows the fault
      }
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  /** @param {string} name @param {string} text */
  async readPolicy(name, text) {
    return this.#call(() => this.#bridge.read_policy(name, text), internal);
  }

  /** @param {import("./shared/protocol/policy.js").Policy} policy @param {Uint8Array} key @param {boolean} [linked] @param {Uint8Array | null} [numbers] @param {string} [regions] */
  async configure(policy, key, linked = false, numbers = null, regions = "") {
    this.#wheels ??= new Wheels(this.#started());
    if (numbers) this.#check(numbers);
    const wheels = await this.#wheels.install(policy.wheels ?? []);
    if (!wheels) return { error: "WHEEL_MISSING" };
    const [stated, digests] = [policy, wheels].map((value) => JSON.stringify(value));
    const failed = () => ({ error: "WORKER_ERROR" });
    return this.#call(() => this.#session.configure(stated, key, linked, digests, regions), failed);
  }

  /** Lets Python import the packages that check numbers. @param {Uint8Array} numbers   numbers.zip */
  #check(numbers) {
    if (this.#checks) return;
    const python = this.#started();
    python.FS.writeFile(NUMBERS, numbers, { canOwn: true });
    python.pyimport("sys").path.append(NUMBERS);
    this.#checks = true;
  }

  /** @param {Task} task */
  async explain(task) {
    return this.#call(() => JSON.parse(this.#session.explain(...given(task))), internal);
  }

  /** @param {Task} task @returns {Promise<Answer>} */
  async decide(task) {
    return this.#answer(task);
  }

  /** @param {import("./shared/protocol/files.js").RunSummary} summary */
  async closing(summary) {
    return this.#call(
      () => this.#bridge.closing(JSON.stringify(summary)),
      () => [],
    );
  }

  /**
   * Takes the next batch while it works on this one, so that it never waits.
   * @param {MessagePort} port
   * @param {number} _worker
   * @param {number} heapLimit   bytes
   * @param {number} fileLimit
   * @returns {Promise<"over" | "heap" | "files">}
   */
  async work(port, _worker, heapLimit, fileLimit) {
    /** @type {import("../vendor/comlink.mjs").Remote<WorkApi>} */
    const files = Comlink.wrap(port);
    let delivered = Promise.resolve();
    let taken = 0;
    let next = files.take();
    for (;;) {
      const tasks = await next;
      taken += tasks?.length ?? 0;
      const limit = heapOf(this.#started()) > heapLimit ? "heap" : taken > fileLimit ? "files" : null;
      if (tasks && !limit) next = files.take();
      if (tasks) delivered = this.#deliver(files, await this.#answers(tasks), delivered);
      delivered.catch(() => {}); // it is awaited by the next delivery, or at the end
      if (tasks && !limit) continue;
      await delivered;
      port.close();
      return tasks && limit ? limit : "over";
    }
  }

  /** @param {Task} task @returns {Answer} */
  #answer(task) {
    return this.#call(
      () => {
        const answer = answerOf(this.#deidentify(...given(task)));
        for (const { bytes } of task.ranges) release(bytes); // Python has had its own copy
        return answer;
      },
      () => failure(task),
    );
  }

  /** @param {Task[]} tasks */
  async #answers(tasks) {
    const begin = performance.now();
    let breath = begin;
    const answers = [];
    for (const task of tasks) {
      answers.push(this.#answer(task));
      if (performance.now() - breath < BREATH_MILLISECONDS) continue;
      await new Promise((resolve) => setTimeout(resolve, 0));
      breath = performance.now();
    }
    return { answers, milliseconds: performance.now() - begin };
  }

  /**
   * @param {import("../vendor/comlink.mjs").Remote<WorkApi>} files
   * @param {{answers: Answer[], milliseconds: number}} done
   * @param {Promise<void>} before   the delivery before this one: at most one waits to be taken over
   */
  async #deliver(files, { answers, milliseconds }, before) {
    await before;
    await files.deliver(Comlink.transfer(answers, buffersOf(answers)), heapOf(this.#started()), milliseconds);
  }

  /** @param {MessagePort} port */
  async tabulate(port) {
    const tabulating = this.#bridge.Tabulating();
    /** @type {import("./shared/protocol/python.js").TablesApi} */
    const tables = {
      heads: async () => tabulating.heads(),
      add: async (records) => this.#call(() => tabulating.add(records) ?? damaged(), damaged),
      end: async (torn) => {
        const end = tabulating.end(torn);
        return "error" in end ? refuse(end.error) : end;
      },
    };
    Comlink.expose(tables, port);
  }

  /** @param {MessagePort} files @param {MessagePort} page */
  async index(files, page) {
    serve(this.#started(), files, page);
  }

  /** @param {MessagePort} port */
  async picture(port) {
    const python = this.#started();
    const heap = () => heapOf(python);
    Comlink.expose(new Pictures(python.pyimport("dicom_deid.browser.imaging"), heap), port);
    return heap();
  }

  /** @param {MessagePort} port @param {boolean} everyKind @param {string} mask */
  async find(port, everyKind, mask) {
    const python = this.#started();
    const heap = () => heapOf(python);
    const finding = python.pyimport("dicom_deid.browser.finding").Finding(this.#session, everyKind, mask);
    Comlink.expose(new Finding(finding, heap), port);
    return heap();
  }

  #started() {
    this.#asked = true;
    if (!this.#python) throw new CodedError("PYTHON_NOT_STARTED");
    return this.#python;
  }

  /**
   * Calls Python; `otherwise` where it throws. With a broken interpreter the worker ends, and another is given its files.
   * @template T
   * @param {() => T} call
   * @param {() => T} otherwise
   */
  #call(call, otherwise) {
    this.#asked = true;
    return callPython(call, otherwise);
  }
}

const internal = () => refuse("INTERNAL_ERROR");
const damaged = () => refuse("LINKAGE_DAMAGED");

/** A task as Python is given it. @param {Task} task */
function given({ id, sourceId, repeat, size, fragments, ranges }) {
  return [id, sourceId, repeat, size, fragments, ...ranges.flatMap(({ start, bytes }) => [start, bytes])];
}

/**
 * An answer as Python hands it over: JSON, then its new bytes, of which the JSON has the place.
 * @param {[string, ...Uint8Array<ArrayBuffer>[]]} handed
 * @returns {Answer}
 */
function answerOf([text, ...fresh]) {
  const answer = JSON.parse(text);
  for (const segment of answer.segments ?? []) if ("bytes" in segment) segment.bytes = fresh[segment.bytes];
  return answer;
}

/** @param {Task} task @returns {Answer} */
function failure(task) {
  const row = /** @type {const} */ ({ status: "failed", reason: "WORKER_ERROR" });
  return {
    kind: "outcome",
    id: task.id,
    row: { ...row, source_id: task.sourceId },
    segments: [],
    log: [],
  };
}

/** Buffers of new bytes: they are handed over, not copied. @param {Answer[]} answers */
function buffersOf(answers) {
  const segments = answers.flatMap((answer) => (answer.kind === "outcome" ? answer.segments : []));
  const views = segments.flatMap((segment) => ("bytes" in segment ? [segment.bytes] : []));
  return [...new Set(views.filter((view) => view.byteLength === view.buffer.byteLength).map((view) => view.buffer))];
}
