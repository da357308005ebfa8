// @ts-check
/**
 * Script that test_boot.py runs in a page of the site: the real pool, with a files worker's two ends played here, so
 * that a test decides what is in a batch and sees what comes back. Leaves `harness` in the page.
 */
async () => {
  const at = (/** @type {string} */ path) => import(new URL(path, location.href).href);
  const [Comlink, { Pool }, boot, runtime] = await Promise.all([
    at("./vendor/comlink.mjs"),
    at("./js/threads/pool.js"),
    at("./worker/python/boot.js"),
    at("./worker/shared/runtime.js"),
  ]);

  /** Every worker that the page makes, so that a test can end one behind the pool's back. */
  const made = /** @type {Worker[]} */ ([]);
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    /** @param {ConstructorParameters<typeof Worker>} given */
    constructor(...given) {
      super(...given);
      made.push(this);
    }
  };

  /** Hands out batches, keeps answers, and takes back what a lost worker had. */
  class Files {
    /** @param {object[][]} batches */
    constructor(batches) {
      Object.assign(this, {
        batches: [...batches],
        out: new Map(),
        answers: [],
        heaps: [],
        lostWorkers: [],
        gate: null,
      });
    }

    async attach(port, worker) {
      this.out.set(worker, []);
      const take = async () => {
        await this.gate;
        const batch = this.batches.shift() ?? null;
        if (batch) this.out.get(worker).push(batch);
        return batch;
      };
      const deliver = async (answers, heap) => {
        this.out.get(worker).shift();
        this.answers.push(...answers);
        this.heaps.push(heap);
      };
      Comlink.expose({ take, deliver }, port);
    }

    async lost(worker) {
      this.lostWorkers.push(worker);
      this.batches.unshift(...this.out.get(worker));
    }
  }

  const policy = { options: [], allow_sop_classes: [], pass_burned_in: false, verbose: false };
  Object.assign(globalThis, { harness: { Pool, Files, boot, runtime, made, policy, key: new Uint8Array(32).fill(7) } });
};
