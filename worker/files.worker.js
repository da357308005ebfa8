// @ts-check
/** The files worker's entry: joins it to the page and to the Python workers. Its calls are in files-thread.js. */

import { Files } from "./files-thread.js";
import { expose, transfer, wrap } from "./shared/comlink.js";

class FilesWorker extends Files {
  /** @type {import("./shared/protocol/files.js").FilesApi["attach"]} */
  async attach(port, worker) {
    const work = this.join(worker);
    const take = async () => {
      const tasks = await work.take();
      return (
        tasks &&
        transfer(
          tasks,
          tasks.flatMap(({ ranges }) => ranges.map(({ bytes }) => bytes.buffer)),
        )
      );
    };
    expose({ take, deliver: work.deliver }, port);
  }

  /** @type {import("./shared/protocol/files.js").FilesApi["index"]} */
  async index(of, port) {
    expose(this.indexFiles(of), port);
  }

  /** @type {import("./shared/protocol/files.js").FilesApi["openLinkage"]} */
  async openLinkage(file, key, port) {
    const tables = /** @type {import("./shared/protocol/python.js").TablesApi} */ (/** @type {unknown} */ (wrap(port)));
    try {
      return await this.tablesOf(file, key, tables);
    } finally {
      port.close();
    }
  }
}

expose(new FilesWorker());
