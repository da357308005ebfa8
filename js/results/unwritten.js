// @ts-check
/**
 * <unwritten-files>: the table of the files that were not written, or with a reason to check them, by reason. It holds a bounded number of paths; the audit has
 * one row for each file, without its path.
 */

import { copyOf, one } from "../page/dom.js";
import { count, counted } from "../page/format.js";
import { reason } from "../page/tables.js";

/** @typedef {import("../../worker/shared/protocol/files.js").Unwritten} Unwritten */

/** Paths kept for one reason, and in all. */
const MOST_PATHS = 250;
const MOST_PATHS_IN_ALL = 1000;
/** Paths shown at first, and added with each "Show more". */
const FIRST_PATHS = 5;
const MORE_PATHS = 50;
/** No button for so few: they are shown at once. */
const FEW_PATHS = 3;
/** Order of the groups: those that need a person's attention come first. */
const ORDER = ["failed", "withheld", "written", "skipped"];

export class UnwrittenFiles extends HTMLElement {
  /** @type {Map<string, {status: string, paths: string[]}>} by reason code */
  #groups = new Map();
  #kept = 0;

  begin() {
    this.#groups.clear();
    this.#kept = 0;
    for (const body of this.querySelectorAll("tbody")) body.remove();
    this.hidden = true;
  }

  /** @param {Unwritten[]} unwritten */
  add(unwritten) {
    for (const { path, status, reason: code } of unwritten) {
      const group = this.#groups.get(code) ?? { status, paths: [] };
      this.#groups.set(code, group);
      if (group.paths.length >= MOST_PATHS || this.#kept >= MOST_PATHS_IN_ALL) continue;
      group.paths.push(path);
      this.#kept++;
    }
  }

  /** @param {Record<string, number>} reasons  reason code -> files, of the whole run */
  show(reasons) {
    const groups = [...this.#groups].sort(([, a], [, b]) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
    const bodies = groups.map(([code, { status, paths }]) => body(code, status, paths, reasons[code] ?? paths.length));
    one(this, "table", HTMLTableElement).append(...bodies);
    this.hidden = bodies.length === 0;
  }
}

/**
 * @param {string} code
 * @param {string} status
 * @param {string[]} paths
 * @param {number} files
 */
function body(code, status, paths, files) {
  const made = copyOf("group", HTMLTableSectionElement);
  const { sentence, remedy } = reason(code);
  const badge = one(made, ".badge", HTMLElement);
  badge.textContent = status;
  badge.dataset.status = status;
  one(made, ".group-count", HTMLElement).textContent = counted(files, "file");
  one(made, ".sentence", HTMLElement).textContent = sentence;
  one(made, ".remedy", HTMLElement).textContent = remedy;
  one(made, ".path", HTMLElement).append(...breakable(paths[0] ?? ""));
  extend(made, paths, files, FIRST_PATHS);
  return made;
}

/**
 * Shows so many paths of a group, and below them how to see more.
 * @param {HTMLTableSectionElement} made
 * @param {string[]} paths
 * @param {number} files
 * @param {number} shown
 */
function extend(made, paths, files, shown) {
  const end = paths.length <= shown + FEW_PATHS ? paths.length : shown;
  for (const path of paths.slice(made.rows.length, end)) cell(made, "path").append(...breakable(path));
  if (paths.length > end) {
    const more = document.createElement("button");
    more.type = "button";
    more.className = "small quiet";
    more.textContent = `Show ${count(Math.min(MORE_PATHS, paths.length - end))} more`;
    const last = cell(made, "rest");
    last.append(more);
    more.addEventListener("click", () => {
      last.parentElement?.remove();
      extend(made, paths, files, end + MORE_PATHS);
    });
  } else if (files > paths.length) {
    cell(made, "rest").textContent = `and ${count(files - paths.length)} more: the audit CSV has a row for each.`;
  }
  for (const spanning of made.querySelectorAll("th, .remedy"))
    spanning.setAttribute("rowspan", String(made.rows.length));
}

/** A long path may break behind a slash. @param {string} path */
function breakable(path) {
  return path.split(/(?<=\/)/).flatMap((step) => [step, document.createElement("wbr")]);
}

/** @param {HTMLTableSectionElement} made @param {string} name */
function cell(made, name) {
  const cell = made.insertRow().insertCell();
  cell.className = name;
  return cell;
}

customElements.define("unwritten-files", UnwrittenFiles);
