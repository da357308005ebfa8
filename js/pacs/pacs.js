// @ts-check
/** The dialogs about a PACS, joined to the files worker: sending the results of a run, and choosing studies. */
import * as Comlink from "../../worker/shared/comlink.js";
import { on } from "../intents.js";
import { one } from "../page/dom.js";
import { handlesOf, mayUse } from "../page/kept-handles.js";
import { Problem } from "../page/problem.js";
import { pickOutput } from "../pick/pick.js";
import { PacsQuery } from "./query.js";
import { SendRun } from "./send.js";

export class PacsDialogs {
  #store;
  /** @type {Map<string, FileSystemDirectoryHandle>} folders that were chosen again, by the name of the run */ #folders =
    new Map();

  /** @param {import("../threads/files.js").Files} files @param {import("../state.js").Store} store */
  constructor(files, store) {
    this.#store = store;
    const sending = one(document, "send-run", SendRun);
    sending.serve({
      look: async (name, address) => {
        const chosen = await this.#chosen(name);
        const what = await files.toSend(name, chosen, address);
        if (chosen) this.#folders.set(name, chosen); // it is the right one
        return what;
      },
      send: async (name, pacs, report) => files.send(name, await this.#chosen(name), pacs, Comlink.proxy(report)),
      stop: () => files.stopSending(),
    });
    on("send-run", (name) => sending.open(name, this.#sourceOf(name)));
    const query = one(document, "pacs-query", PacsQuery);
    query.serve((pacs, wanted) => files.findStudies(pacs, wanted));
    on("query-pacs", () => query.open());
    addEventListener("beforeunload", (event) => {
      if (sending.isSending) event.preventDefault();
    });
  }

  /** What a person knows a run by. @param {string} name */
  #sourceOf(name) {
    const { runs, order } = this.#store.state;
    return runs.find((run) => run.name === name)?.about?.source || (order?.name === name ? order.source : "");
  }

  /**
   * The folder that was chosen for the results of a run, where they are not here; in a click, since the browser may ask.
   * @param {string} name
   */
  async #chosen(name) {
    const { runs, order } = this.#store.state;
    const isElsewhere = runs.find((run) => run.name === name)?.place === "folder";
    if (!isElsewhere || order?.name === name) return null; // the files worker has that of the last run
    const output = this.#folders.get(name) ?? (await handlesOf(name)).output ?? (await pickOutput());
    if (!output || !(await mayUse(output, "readwrite"))) throw new Problem("NOT_ALLOWED");
    return output;
  }
}
