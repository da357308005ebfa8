// @ts-check
/**
 * <unwritten-files>: the table of the files that were not written, or with a reason to check them, by reason and SOP Class. It holds a bounded number of
 * paths; the audit has one row for each file, without its path.
 */

import { copyOf, one } from "../page/dom.js";
import { count, counted } from "../page/format.js";
import { fetchTable, reason } from "../page/tables.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").Unwritten} Unwritten
 * @typedef {import("../page/tables.js").SopClass} SopClass
 * @typedef {{code: string, status: string, sopClass: string, files: number, paths: string[]}} Group
 */

/** Paths kept for one group, and in all. */
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
  /** @type {Map<string, Group>} by reason code and SOP Class */
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
    for (const { path, status, reason: code, sopClass } of unwritten) {
      const key = `${code} ${sopClass}`;
      const group = this.#groups.get(key) ?? { code, status, sopClass, files: 0, paths: [] };
      this.#groups.set(key, group);
      group.files++;
      if (group.paths.length >= MOST_PATHS || this.#kept >= MOST_PATHS_IN_ALL) continue;
      group.paths.push(path);
      this.#kept++;
    }
  }

  show() {
    const groups = [...this.#groups.values()].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
    /** @type {Promise<SopClass[]>} */
    const classes = groups.some(({ sopClass }) => sopClass) ? fetchTable("sop-classes") : Promise.resolve([]);
    const bodies = groups.map((group) => body(group, classes));
    one(this, "table", HTMLTableElement).append(...bodies);
    this.hidden = bodies.length === 0;
  }
}

/** @param {Group} group @param {Promise<SopClass[]>} classes */
function body({ code, status, sopClass, files, paths }, classes) {
  const made = copyOf("group", HTMLTableSectionElement);
  const { sentence, remedy } = reason(code);
  const badge = one(made, ".badge", HTMLElement);
  badge.textContent = status;
  badge.dataset.status = status;
  one(made, ".group-count", HTMLElement).textContent = counted(files, "file");
  if (sopClass) sayKind(one(made, ".kind", HTMLElement), sopClass, classes);
  one(made, ".sentence", HTMLElement).textContent = sentence;
  one(made, ".remedy", HTMLElement).textContent = remedy;
  one(made, ".path", HTMLElement).append(...breakable(paths[0] ?? ""));
  extend(made, paths, files, FIRST_PATHS);
  return made;
}

/** The name of a SOP Class; one that the table does not have is told by its UID. @param {HTMLElement} where @param {string} uid @param {Promise<SopClass[]>} classes */
function sayKind(where, uid, classes) {
  where.textContent = uid;
  classes.then(
    (all) => (where.textContent = all.find((known) => known.uid === uid)?.name ?? uid),
    () => {}, // the UID stays
  );
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
