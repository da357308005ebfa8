// @ts-check
/** From a dialogue, an input or a drop to what the files worker scans: handles, files or ZIPs, with a name to show. */
import { hasFolderDrop, hasFolderPicker } from "../page/capabilities.js";
import { counted } from "../page/format.js";
import { Problem } from "../page/problem.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").Picked} Picked
 * @typedef {import("../state.js").Pick} Pick
 */

const ZIP_NAME = /\.zip$/i;
/** Policies, and the scripts that become one: of RSNA CTP, and recipes of pydicom/deid. */
const POLICY_NAME = /\.(toml|json|script|properties|xml)$|^deid\./i;

/** @returns {Promise<Pick | null>}  null: the person closed the dialogue */
export async function pickFolder() {
  const handle = await askFor({ id: "input", mode: "read" });
  return handle && { picked: { kind: "handles", handles: [handle] }, label: `Folder “${handle.name}”` };
}

/** @returns {Promise<FileSystemDirectoryHandle | null>} */
export function pickOutput() {
  return askFor({ id: "output", mode: "readwrite" });
}

/** @param {{id: string, mode: "read" | "readwrite"}} options  the browser remembers a place for each id */
async function askFor(options) {
  if (!hasFolderPicker()) return null;
  try {
    return await showDirectoryPicker(options);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw new Problem("NOT_READABLE");
  }
}

/**
 * The files of an <input>, or files that were dropped.
 * @param {Iterable<File>} list
 * @returns {Pick | null}
 */
export function pickFiles(list) {
  const files = [...list];
  if (files.length === 0) return null;
  if (files.every(({ name }) => ZIP_NAME.test(name)))
    return { picked: { kind: "zips", files }, label: zipLabel(files) };
  const folder = files[0].webkitRelativePath.split("/")[0];
  return { picked: { kind: "files", files }, label: folder ? `Folder “${folder}”` : fileLabel(files) };
}

/**
 * The files or folders that were dropped. The browser empties the list of items when the drop event ends: all are asked for before any wait.
 * @param {DataTransfer} transfer
 * @returns {Promise<Pick | null>}
 */
export async function pickDropped(transfer) {
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  if (!hasFolderDrop()) {
    if (items.some((item) => item.webkitGetAsEntry()?.isDirectory)) throw new Problem("FOLDER_DROP");
    return pickFiles(transfer.files);
  }
  const asked = await Promise.all(items.map((item) => item.getAsFileSystemHandle())).catch(() => {
    throw new Problem("NOT_READABLE");
  });
  const handles = asked.filter((handle) => handle !== null);
  if (handles.length === 0) return null;
  if (handles.every(isZip)) return pickFiles(await Promise.all(handles.map((handle) => handle.getFile())));
  return { picked: { kind: "handles", handles }, label: labelOf(handles) };
}

/** The one file that was dropped, if its name is that of a policy. @param {DataTransfer} transfer @returns {File | null} */
export function policyDropped(transfer) {
  const [file, ...others] = transfer.files;
  if (!file || others.length > 0 || !POLICY_NAME.test(file.name)) return null;
  return transfer.items[0].webkitGetAsEntry()?.isDirectory ? null : file;
}

/** Whether an output folder lies in what was picked. @param {FileSystemDirectoryHandle} output @param {Picked} picked */
export async function isInside(output, picked) {
  const folders = picked.kind === "handles" ? picked.handles : [];
  const paths = await Promise.all(
    folders.map((folder) => folder instanceof FileSystemDirectoryHandle && folder.resolve(output)),
  );
  return paths.some(Boolean);
}

/** @param {FileSystemHandle} handle @returns {handle is FileSystemFileHandle} */
function isZip(handle) {
  return handle.kind === "file" && ZIP_NAME.test(handle.name);
}

/** @param {FileSystemHandle[]} handles */
export function labelOf(handles) {
  if (handles.length > 1) return counted(handles.length, "dropped item");
  return `${handles[0].kind === "directory" ? "Folder" : "File"} “${handles[0].name}”`;
}

/** @param {File[]} files */
function fileLabel(files) {
  return files.length === 1 ? `File “${files[0].name}”` : counted(files.length, "file");
}

/** @param {File[]} files */
function zipLabel(files) {
  return files.length === 1 ? `ZIP “${files[0].name}”` : counted(files.length, "ZIP file");
}
