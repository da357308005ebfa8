// @ts-check
/** The run folders in private storage: where a run is put, and listing, reading and removing those that are there. */

import { CodedError, patiently } from "./patience.js";
import { AUDIT_COLUMNS } from "./protocol.js";

const RUNS = "runs";
/** Journals of runs whose output is in a chosen folder. Only the newest is kept. */
const JOURNALS = "journals";
/** A file in a run folder that has not come to its end; not part of what is handed out. */
const UNFINISHED = "unfinished";
const STATUS = AUDIT_COLUMNS.indexOf("status");
const BYTES_OUT = AUDIT_COLUMNS.indexOf("bytes_out");

/**
 * @param {string} name
 * @param {boolean} [create]
 */
async function folder(name, create = false) {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create });
}

/** Makes the folder of a run whose output stays here. @param {string} name */
async function createRun(name) {
  const run = await (await folder(RUNS, true)).getDirectoryHandle(name, { create: true });
  await run.getFileHandle(UNFINISHED, { create: true });
  return run;
}

/** Makes the folder for the journal of a run whose output goes elsewhere. @param {string} name */
async function createJournal(name) {
  const journals = await folder(JOURNALS, true);
  const old = [];
  for await (const key of journals.keys()) old.push(key);
  for (const key of old) await journals.removeEntry(key, { recursive: true }).catch(() => {});
  return journals.getDirectoryHandle(name, { create: true });
}

/**
 * Makes the run folder, and the folder in private storage that its journal is appended in.
 * @param {import("./protocol.js").RunSpec} spec
 * @param {FileSystemDirectoryHandle[]} roots   what was picked
 */
export async function openPlace({ name, output }, roots) {
  if (output === null) {
    const folder = await createRun(name);
    return { folder, journalFolder: folder };
  }
  for (const root of roots) {
    if ((await root.resolve(output)) !== null) throw new CodedError("OUTPUT_INSIDE_INPUT");
  }
  const folder = await patiently(() => output.getDirectoryHandle(name, { create: true }));
  return { folder, journalFolder: await createJournal(name) };
}

/** @param {FileSystemDirectoryHandle} run */
export async function markFinished(run) {
  await run.removeEntry(UNFINISHED).catch(() => {});
}

/**
 * The folder of a run of that name, or null.
 * @param {string} name
 * @returns {Promise<FileSystemDirectoryHandle | null>}
 */
export async function findRun(name) {
  for (const parent of [RUNS, JOURNALS]) {
    try {
      return await (await folder(parent)).getDirectoryHandle(name);
    } catch {
      // not here
    }
  }
  return null;
}

/** @returns {Promise<import("./protocol.js").StoredRun[]>} */
export async function listRuns() {
  const runs = [];
  try {
    for await (const [name, handle] of (await folder(RUNS)).entries()) {
      if (handle.kind === "directory") runs.push(await describe(name, handle));
    }
  } catch {
    // Nothing was ever stored, or the browser has no private storage.
  }
  return runs.sort((one, other) => (one.name < other.name ? 1 : -1));
}

/**
 * @param {string} name
 * @param {FileSystemDirectoryHandle} run
 * @returns {Promise<import("./protocol.js").StoredRun>}
 */
async function describe(name, run) {
  const counted = { files: 0, bytes: 0 };
  const audit = await readFile(run, "audit.csv");
  if (audit) {
    try {
      for await (const line of lines(audit)) {
        const cells = line.split(",");
        if (cells[STATUS] !== "written") continue;
        counted.files++;
        counted.bytes += Number(cells[BYTES_OUT]) || 0;
      }
    } catch {
      // The run goes on, and its audit grew while it was read: the counts are those up to there.
    }
  }
  return { name, ...counted, finished: (await readFile(run, UNFINISHED)) === null };
}

/** @param {Blob} file */
async function* lines(file) {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of file.stream()) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

/**
 * @param {FileSystemDirectoryHandle} run
 * @param {string} name
 * @returns {Promise<File | null>}
 */
export async function readFile(run, name) {
  try {
    return await (await run.getFileHandle(name)).getFile();
  } catch {
    return null;
  }
}

/**
 * All files of a run, in order of their names; `skip` names the ones that the caller has in a newer state.
 * @param {FileSystemDirectoryHandle} run
 * @param {string} [prefix]
 * @returns {AsyncGenerator<{path: string, file: File}>}
 */
export async function* filesOf(run, prefix = "") {
  const children = [];
  for await (const child of run.values()) children.push(child);
  children.sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const child of children) {
    const path = `${prefix}${child.name}`;
    if (child.kind === "directory") yield* filesOf(child, `${path}/`);
    else if (path !== UNFINISHED) yield { path, file: await child.getFile() };
  }
}

/**
 * @param {FileSystemDirectoryHandle} run
 * @returns {Promise<number>}
 */
export async function countFiles(run) {
  let count = 0;
  for await (const [name, child] of run.entries()) {
    if (child.kind === "directory") count += await countFiles(child);
    else if (name !== UNFINISHED) count++;
  }
  return count;
}

/** @param {string} name */
export async function removeRun(name) {
  await (await folder(RUNS)).removeEntry(name, { recursive: true });
}
