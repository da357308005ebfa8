// @ts-check
/**
 * The tables the page shows words from: the same files that the Python core decides by. Fetched at load, once.
 *
 * @typedef {{status: string, sentence: string, remedy: string}} Reason
 * @typedef {{name: string, code: string, title: string, sentence: string}} ProfileOption
 * @typedef {{uid: string, name: string, retired: string, default: "allowed" | "withheld", reason: string}} SopClass
 * @typedef {{reasons: Record<string, Reason>, options: ProfileOption[], sopClasses: SopClass[]}} Tables
 */

import { CodedError } from "../../worker/shared/errors.js";

/** @returns {Promise<Tables>} */
export async function fetchTables() {
  const [reasons, options, sopClasses] = await Promise.all(["reasons", "options", "sop-classes"].map(fetchTable));
  Object.assign(known, reasons);
  return { reasons: known, options, sopClasses };
}

/** @param {string} name */
export async function fetchTable(name) {
  const response = await fetch(new URL(`../../tables/${name}.json`, import.meta.url));
  if (!response.ok) throw new CodedError("PAGE_INCOMPLETE");
  return response.json();
}

/** Action code -> what it does, in a word or two. @returns {Promise<import("../explain/element-rows.js").Words>} */
export async function fetchActionWords() {
  const { actions, added } = await fetchTable("sentences");
  const words = Object.entries(actions).map(([code, { word }]) => [code, word]);
  return { ...Object.fromEntries(words), [added.code]: added.word };
}

/** @returns {Promise<{version: string, build: string}>} */
export async function fetchVersion() {
  return (await fetch(new URL("../../version.json", import.meta.url))).json();
}

/** What only the page itself can meet. @type {Record<string, Reason>} */
const known = {
  NO_SECURE_CONTEXT: {
    status: "page",
    sentence: "The browser gives this page no cryptography, because its address is not a secure one.",
    remedy: "Open it by https, or from this computer (http://127.0.0.1 or http://localhost).",
  },
  NO_WORKERS: {
    status: "page",
    sentence: "This browser has no WebAssembly or no workers.",
    remedy: "Use a current Chrome, Edge, Firefox or Safari.",
  },
  NO_PRIVATE_STORAGE: {
    status: "page",
    sentence: "This browser gives the page no private storage. Some do so in private windows.",
    remedy: "Open the page in an ordinary window, or in a current Chrome or Edge.",
  },
  PAGE_INCOMPLETE: {
    status: "page",
    sentence: "A part of this page could not be loaded.",
    remedy: "Check that its address can be reached, and reload.",
  },
  PYTHON_NOT_STARTED: {
    status: "page",
    sentence: "Python could not be started in this browser.",
    remedy: "Close other tabs to free memory and reload. If it stays so, use a current Chrome or Edge.",
  },
  NO_WORKER_LEFT: {
    status: "page",
    sentence: "All Python workers ended, and no new one could be started.",
    remedy: "What is written is safe. Close other tabs to free memory, reload, and run the rest.",
  },
  FILES_WORKER_LOST: {
    status: "page",
    sentence: "The worker that reads and writes files ended.",
    remedy: "What is written is safe. Reload the page and run the rest.",
  },
  NOT_READABLE: {
    status: "page",
    sentence: "The browser did not let the page read this.",
    remedy: "Choose it again and allow it, or choose another folder.",
  },
  NOT_ALLOWED: {
    status: "page",
    sentence: "The page may not use the folder of this run yet.",
    remedy: "Press “Go on” again, and allow it when the browser asks.",
  },
  FOLDER_DROP: {
    status: "page",
    sentence: "This browser cannot read a dropped folder.",
    remedy: "Use “Choose folder”, or drop a ZIP or single files.",
  },
  RUN_GOES_ON: {
    status: "page",
    sentence: "A run is going on, so nothing else was opened.",
    remedy: "Wait for its end, or cancel it first.",
  },
  NOTHING_THERE: {
    status: "page",
    sentence: "There is no DICOM file in it.",
    remedy: "Choose another folder or ZIP.",
  },
  NOT_ENOUGH_ROOM: {
    status: "page",
    sentence: "The results may not fit into the private storage of this browser.",
    remedy: "Choose an output folder on a disk with more space.",
  },
  NOT_SAVED: {
    status: "page",
    sentence: "The file could not be made.",
    remedy: "Check that there is room on the disk, and try again.",
  },
  NO_POLICY: {
    status: "page",
    sentence: "This file is no text, so it is no policy.",
    remedy: "Choose a policy.toml, a policy in JSON, a script of RSNA CTP or a recipe of pydicom/deid.",
  },
  BAD_UID: {
    status: "page",
    sentence: "One of the other SOP Class UIDs is not a UID.",
    remedy: "A UID has digits and dots only, like 1.2.840.10008.5.1.4.1.1.7. Correct it and start again.",
  },
  NOT_CHOSEN: {
    status: "page",
    sentence: "This file is in the index, but not among the files that are chosen now.",
    remedy: "Close this, choose its folder again, and come back.",
  },
  SERIES_GONE: {
    status: "page",
    sentence: "Nothing of this series can be looked at any more.",
    remedy: "Close this, and look through the folder again.",
  },
  TRY_TOO_LONG: {
    status: "page",
    sentence: "Python took too long over this file and was ended.",
    remedy:
      "A rule in Python that loops or waits does this: correct it and try again. In a run it would hold up every file.",
  },
  TRY_FAILED: {
    status: "page",
    sentence: "The try could not be made: the Python worker for it ended, or could not be started.",
    remedy: "Try again. If it stays so, close other tabs to free memory and reload the page.",
  },
  IMAGING_NOT_STARTED: {
    status: "page",
    sentence: "The part of the page that decodes pictures could not be loaded, or could not be started.",
    remedy: "Check that the page’s address can be reached, close other tabs to free memory, and try again.",
  },
  EDITOR_MISSING: {
    status: "page",
    sentence: "The editor for rules in Python could not be loaded.",
    remedy: "Check that the page’s address can be reached, close this section and open it again.",
  },
  INDEX_OPEN: {
    status: "page",
    sentence: "The index of your files is open in another tab.",
    remedy: "Go on with it there, or close that tab first.",
  },
  INDEX_FULL: {
    status: "page",
    sentence: "There is no room to keep the index in this browser.",
    remedy:
      "Make room on the disk and bring it up to date again. Until the page is closed it can be searched all the same.",
  },
  INDEX_FAILED: {
    status: "page",
    sentence: "The index could not be read or made.",
    remedy: "Try again. If it stays so, delete the index, and make it anew.",
  },
  UNEXPECTED: {
    status: "page",
    sentence: "The page met something it was not written for.",
    remedy: "What is written is safe. Reload the page; if it happens again, please report it.",
  },
};

/** The words for a code. @param {string} code @returns {Reason} */
export function reason(code) {
  return known[code] ?? { ...known.UNEXPECTED, sentence: `${known.UNEXPECTED.sentence} (${code})` };
}
