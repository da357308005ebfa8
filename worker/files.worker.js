// @ts-check
/** The files worker's entry: joins it to the page and to the Python workers. Everything that it does is in files.js. */

import { expose, transfer } from "../vendor/comlink.mjs";
import { Files } from "./files.js";

class FilesWorker extends Files {
  /** @type {import("./protocol.js").FilesApi["attach"]} */
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
}

expose(new FilesWorker());
