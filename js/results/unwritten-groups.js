// @ts-check
/**
 * Files that were not written, or were with a reason to look at them, in groups: by reason, and those that were withheld by
 * SOP Class, too, since that is what can be allowed. A bounded number of paths is kept, of what needs attention first.
 */

/**
 * @typedef {import("../../worker/shared/protocol/files.js").Unwritten} Unwritten
 * @typedef {{code: string, status: string, sopClass: string, files: number, paths: string[], kinds: Map<number, number>}} Group
 *   sopClass: "" where nobody knows it, or its files are of several
 */

/** Paths kept in all, and for one group a part of them. */
const MOST_PATHS = 1000;
const GROUP_PART = 4;
/** Order of the groups: those that need a person's attention come first. */
const ORDER = ["failed", "withheld", "written", "skipped"];

export class UnwrittenGroups {
  /** @type {Map<string, Group>} */ #groups = new Map();
  #most;
  #kept = 0;

  /** @param {number} [most]   paths kept in all */
  constructor(most = MOST_PATHS) {
    this.#most = most;
  }

  /** @param {Unwritten[]} unwritten */
  add(unwritten) {
    for (const { path, status, reason: code, sopClass, kind } of unwritten) {
      const key = status === "withheld" ? `${code} ${sopClass}` : `${status} ${code}`;
      /** @type {Group} */
      const group = this.#groups.get(key) ?? { code, status, sopClass, files: 0, paths: [], kinds: new Map() };
      this.#groups.set(key, group);
      group.files++;
      group.kinds.set(kind, (group.kinds.get(kind) ?? 0) + 1);
      if (group.sopClass !== sopClass) group.sopClass = "";
      if (group.paths.length >= this.#most / GROUP_PART || !this.#hasRoom(group)) continue;
      group.paths.push(path);
      this.#kept++;
    }
  }

  /** What needs attention first; of what is equal in that, the most files. @returns {Group[]} */
  get sorted() {
    return [...this.#groups.values()].sort((one, other) => rank(one) - rank(other) || other.files - one.files);
  }

  /** Whether one more path can be kept; if need be in place of one that needs less attention. @param {Group} group */
  #hasRoom(group) {
    if (this.#kept < this.#most) return true;
    const last = [...this.#groups.values()].filter((other) => rank(other) > rank(group) && other.paths.length > 1);
    if (last.length === 0) return false;
    last.sort((one, other) => rank(other) - rank(one))[0].paths.pop();
    this.#kept--;
    return true;
  }
}

/** @param {Group} group */
const rank = ({ status }) => ORDER.indexOf(status);
