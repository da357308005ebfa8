// @ts-check
/** Walks what was picked, in an order that does not depend on the file system: by name, in UTF-16 code units, folder by folder. */

import { Archive } from "../pacs/instances.js";
import { CodedError } from "../shared/errors.js";
import { patiently } from "../shared/timeouts.js";
import { listArchive, unlike } from "../zip/entry.js";
import { Place } from "./sources.js";

/** Files of a folder whose handles, which come with their names, are kept until it is walked: each takes 5 KB. */
const HANDLES_KEPT = 1000;

/**
 * `path` is relative to what was picked. Without an origin it is a folder or an archive that could not be listed. `handle`
 * is that of the origin, where there is one already: asking for it again is 0.3 ms of the 2.2 that a look takes.
 * @typedef {object} Candidate
 * @property {string} path
 * @property {import("./sources.js").Origin | null} origin
 * @property {FileSystemFileHandle | null} [handle]
 * @property {"READ_FAILED" | "ZIP_BAD" | "PACS_INCOMPLETE"} [reason]
 */

/**
 * @param {import("../shared/protocol/files.js").Picked} picked
 * @param {import("../storage/temporary.js").Scratch} scratch
 * @param {import("../pacs/instances.js").Archive | null} [archive]   the PACS of what was picked there
 * @returns {AsyncGenerator<Candidate>}
 */
export async function* walk(picked, scratch, archive = null) {
  if (picked.kind === "handles") yield* walkHandles(picked.handles);
  else if (picked.kind === "pacs") yield* walkStudies(archive ?? new Archive(picked.pacs), picked.studies);
  else if (picked.kind === "files")
    yield* inOrder(named(picked.files, inputPath).map(({ one, name }) => ({ path: name, origin: one })));
  else yield* walkArchives(picked.files, scratch);
}

/**
 * Names for what was picked side by side, which can come from several places: one that comes again gets a number.
 * @template T
 * @param {T[]} picked
 * @param {(one: T) => string} nameOf
 */
function named(picked, nameOf) {
  /** @type {Set<string>} */
  const names = new Set();
  return picked.map((one) => {
    const name = unlike(names, nameOf(one));
    names.add(name);
    return { one, name };
  });
}

/**
 * The folder's own name is left out when it is the only thing picked; of several, each keeps its name.
 * @param {FileSystemHandle[]} handles
 * @returns {AsyncGenerator<Candidate>}
 */
async function* walkHandles(handles) {
  const alone = handles.length === 1;
  for (const { one: handle, name } of named([...handles].sort(byName), (handle) => handle.name)) {
    if (isFolder(handle)) yield* walkFolder(handle, alone ? "" : `${name}/`);
    else yield { path: name, origin: /** @type {FileSystemFileHandle} */ (handle) };
  }
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} prefix
 * @returns {AsyncGenerator<Candidate>}
 */
async function* walkFolder(folder, prefix) {
  const children = await list(folder);
  if (!children) {
    // The top folder has no name of its own here: without it there is nothing to scan.
    if (prefix === "") throw new CodedError("SOURCE_LOST");
    yield { path: prefix, origin: null, reason: "READ_FAILED" };
    return;
  }
  for (const { name, handle } of children.sort(byName)) {
    const path = prefix + name;
    if (handle && isFolder(handle)) yield* walkFolder(handle, `${path}/`);
    else yield { path, origin: new Place(folder, name), handle: /** @type {FileSystemFileHandle | null} */ (handle) };
  }
}

/**
 * Names, with the handles of folders and of some files.
 * @param {FileSystemDirectoryHandle} folder
 */
async function list(folder) {
  try {
    /** @type {{name: string, handle: FileSystemHandle | null}[]} */
    const children = [];
    const iterator = folder.values();
    for (;;) {
      const { done, value } = await patiently(() => iterator.next());
      if (done) return children;
      const keep = isFolder(value) || children.length < HANDLES_KEPT;
      children.push({ name: value.name, handle: keep ? value : null });
    }
  } catch {
    return null;
  }
}

/**
 * @param {File[]} files
 * @param {import("../storage/temporary.js").Scratch} scratch
 * @returns {AsyncGenerator<Candidate>}
 */
async function* walkArchives(files, scratch) {
  for (const { one: file, name } of named([...files].sort(byName), (file) => file.name)) {
    const prefix = files.length === 1 ? "" : `${name}/`;
    const entries = await listArchive(file, scratch);
    if (entries) yield* inOrder(entries.map(({ path, origin }) => ({ path: prefix + path, origin })));
    else yield { path: name, origin: null, reason: "ZIP_BAD" };
  }
}

/**
 * @param {import("../pacs/instances.js").Archive} archive
 * @param {import("../pacs/instances.js").StudyThere[]} studies
 * @returns {AsyncGenerator<Candidate>}
 */
async function* walkStudies(archive, studies) {
  for (const study of [...studies].sort((one, other) => (one.uid < other.uid ? -1 : 1))) {
    const { instances, reason } = await archive.list(study);
    for (const origin of instances) yield { path: origin.path, origin };
    if (reason) yield { path: `${study.uid}/`, origin: null, reason };
  }
}

/** An <input> for folders says "folder/sub/file"; one for files says only the name. @param {File} file */
function inputPath(file) {
  const path = file.webkitRelativePath;
  return path ? path.slice(path.indexOf("/") + 1) : file.name;
}

/**
 * The order in which a walk would come by these paths.
 * @param {Candidate[]} candidates
 */
function inOrder(candidates) {
  const split = candidates.map((candidate) => ({ candidate, parts: candidate.path.split("/") }));
  split.sort((one, other) => byParts(one.parts, other.parts));
  return split.map(({ candidate }) => candidate);
}

/**
 * @param {string[]} one
 * @param {string[]} other
 */
function byParts(one, other) {
  for (let i = 0; i < Math.min(one.length, other.length); i++) {
    if (one[i] !== other[i]) return one[i] < other[i] ? -1 : 1;
  }
  return one.length - other.length;
}

/**
 * @param {{name: string}} one
 * @param {{name: string}} other
 */
const byName = (one, other) => (one.name === other.name ? 0 : one.name < other.name ? -1 : 1);

/**
 * @param {FileSystemHandle} handle
 * @returns {handle is FileSystemDirectoryHandle}
 */
export const isFolder = (handle) => handle.kind === "directory";
