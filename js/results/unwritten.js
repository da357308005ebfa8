// @ts-check
/** <unwritten-files>: the table of the files that were not written, or with a reason to check them, with what can be allowed of them. */

import { nameOf } from "../forecast/question-words.js";
import { send } from "../intents.js";
import { copyOf, one } from "../page/dom.js";
import { count, counted } from "../page/format.js";
import { fetchTable, reason } from "../page/tables.js";
import { waysOf } from "./remedies.js";
import { UnwrittenGroups } from "./unwritten-groups.js";

/**
 * @typedef {import("../../worker/shared/protocol/files.js").Unwritten} Unwritten
 * @typedef {import("../page/tables.js").SopClass} SopClass
 * @typedef {import("./unwritten-groups.js").Group} Group
 *
 * The run that the files are of; what it was begun with, where that is still known; and Found.kinds.
 * @typedef {{name: string, policy: import("../state.js").Policy | null, kinds: {facts: import("../../worker/shared/forecast.js").Facts}[]}} Of
 */

/** Paths shown at first, and added with each "Show more". */
const FIRST_PATHS = 5;
const MORE_PATHS = 50;
/** No button for so few: they are shown at once. */
const FEW_PATHS = 3;
/** Consequence of each change, as its button says it. */
const CONSEQUENCES = {
  allow: "They are written as they are, with all that they show; only their headers are de-identified.",
  pass: "What says that it shows text or a person, or holds sound, is written all the same.",
};

export class UnwrittenFiles extends HTMLElement {
  #groups = new UnwrittenGroups();

  connectedCallback() {
    for (const name of ["forecast", "sop-classes"]) fetchTable(name).catch(() => {}); // while the network is there
  }

  /** @param {number} [most]   paths kept in all */
  begin(most) {
    this.#groups = new UnwrittenGroups(most);
    for (const body of this.querySelectorAll("tbody")) body.remove();
    this.hidden = true;
  }

  /** @param {Unwritten[]} unwritten */
  add(unwritten) {
    this.#groups.add(unwritten);
  }

  /** @param {Of} of */
  show(of) {
    const groups = this.#groups.sorted;
    /** @type {Promise<SopClass[]>} */
    const classes = groups.some(({ sopClass }) => sopClass) ? fetchTable("sop-classes") : Promise.resolve([]);
    const bodies = groups.map((group) => {
      const made = body(group, classes);
      if (group.status === "withheld") this.#offer(one(made, ".allow", HTMLElement), group, of, classes);
      return made;
    });
    for (const old of this.querySelectorAll("tbody")) old.remove();
    one(this, "table", HTMLTableElement).append(...bodies);
    this.hidden = bodies.length === 0;
  }

  /**
   * The ways to have a group written, each with a button that runs its files alone.
   * @param {HTMLElement} where
   * @param {Group} group
   * @param {Of} of
   * @param {Promise<SopClass[]>} classes
   */
  async #offer(where, group, { name, policy, kinds }, classes) {
    const rules = await fetchTable("forecast").catch(() => null);
    if (!policy || !rules) return;
    const { code, sopClass, files: all } = group;
    const known = (await classes.catch(() => [])).find(({ uid }) => uid === sopClass);
    for (const { changes, policy: changed, files } of waysOf(group, policy, rules, kinds)) {
      const way = copyOf("way", HTMLDivElement);
      const button = one(way, "button", HTMLButtonElement);
      button.textContent = allowWords({ changes, files }, group, known);
      const said = changes.map((change) => CONSEQUENCES[/** @type {"allow" | "pass"} */ (change)]);
      const rest = files < all ? restOf(all - files) : "";
      one(way, ".hint", HTMLElement).textContent = [...said, rest].filter(Boolean).join(" ");
      const only = { run: name, groups: [{ reason: code, sopClass }] };
      button.addEventListener("click", () => send(this, "allow-only", { only, policy: changed }));
      where.append(way);
    }
  }
}

/** What a way leaves out. @param {number} others */
export function restOf(others) {
  return `By what their headers say, the other ${others === 1 ? "one stays" : `${count(others)} stay`} withheld.`;
}

/**
 * The button of a way: how many of which files it lets be written, and what that takes beside their kind.
 * @param {Pick<import("./remedies.js").Way, "changes" | "files">} way
 * @param {Pick<Group, "code" | "sopClass" | "files">} group
 * @param {SopClass} [sopClass]   undefined: the standard has no such one
 */
export function allowWords({ changes, files }, { code, sopClass: uid, files: all }, sopClass) {
  const name = nameOf({ files: all, sopClass: uid, reason: code, remedies: [] }, sopClass);
  const some = files < all ? `${count(files)} of ${name}` : name;
  const more = changes.length > 1 ? ", also with text or a person in them," : "";
  return `Allow ${some}${more} and run only ${files === 1 ? "it" : "them"}`;
}

/** @param {Group} group @param {Promise<SopClass[]>} classes */
function body({ code, status, sopClass, files, paths }, classes) {
  const made = copyOf("group", HTMLTableSectionElement);
  const { sentence, remedy } = reason(code);
  const badge = one(made, ".badge", HTMLElement);
  badge.textContent = status === "written" ? "written, to be checked" : status;
  badge.dataset.status = status;
  one(made, ".group-count", HTMLElement).textContent = counted(files, "file");
  if (sopClass) sayKind(one(made, ".kind", HTMLElement), sopClass, classes);
  one(made, ".sentence", HTMLElement).textContent = sentence;
  one(made, ".advice", HTMLElement).textContent = remedy;
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
    cell(made, "rest").textContent = `and ${count(files - paths.length)} more: the list has them all.`;
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
