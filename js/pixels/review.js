// @ts-check
/**
 * Review: the groups of pictures of a project, their boxes, and what a person decided about them. It knows no page.
 *
 * Groups and what was decided of them are never changed but replaced, so an earlier state is kept by holding on to it.
 *
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {"approved" | "left out" | "none"} Decision   seen, and the boxes hide all that identifies · not to be written · not yet
 *
 * @typedef {object} Instance
 * @property {string} id       source id, as in the regions file and audit.csv
 * @property {string} mark     sixteen hexadecimal digits, as in the regions file
 * @property {string} name     words for the person: they are shown, and go nowhere else
 * @property {number} frames   how many it has
 *
 * @typedef {object} Found     a group as the search for text found it
 * @property {string} id       group id, as in the regions file
 * @property {number} rows
 * @property {number} columns
 * @property {number} frames   the largest number of an instance
 * @property {string} label    words for the person (maker, model): they are shown, and go nowhere else
 * @property {readonly Box[]} boxes
 * @property {readonly Instance[]} instances                  those that were looked at
 * @property {Readonly<Record<string, string>>} [unread]      source id -> reason code, of those that could not be read
 * @property {string} [detector]  that looked at all of them; "": none did
 * @property {number} [alarms]    instances in which words of their headers were read
 * @property {Readonly<Record<string, readonly Box[]>>} [own]   source id -> boxes of an instance alone: it is an exception
 * @property {boolean} [doubt]    false: instances without boxes are written even if nobody decides; else they are withheld
 *
 * @typedef {object} Verdict
 * @property {readonly Box[]} boxes
 * @property {Decision} decision
 * @property {string} by       who decided
 * @property {string} at       when, in UTC: 2026-11-29T10:30:00Z; "": nobody did
 * @property {boolean} here    it was decided in this review, by whomever its document names
 *
 * @typedef {object} Judged    what a person can change of a group
 * @property {Verdict} verdict
 * @property {ReadonlyMap<string, Verdict>} exceptions   by source id: in place of the group's
 *
 * @typedef {Required<Omit<Found, "own">>} Facts
 * @typedef {Facts & Judged} Group
 * @typedef {"approved" | "left out" | "undecided" | "clear"} Standing   clear: nobody has to decide; nothing was found
 * @typedef {{words: string, groups: readonly string[]}} Act   what was done, undone or done again, and the ids of its groups
 * @typedef {{total: number, undecided: number, approved: number, leftOut: number, clear: number, ready: number}} Counts
 *   of groups; ready: not decided, and looked at
 */

import { Signal } from "../page/signal.js";
import { MOST, united } from "./boxes.js";
import { documentOf, imported, noOthers } from "./document.js";
import { approved, fresh, grown, judged, judgedOf, OPEN, standing } from "./group.js";
import { History } from "./history.js";

export class Review {
  /** Sent when anything of it has changed. */ changed = new Signal();
  /** Sent when a person has changed boxes or decisions, before `changed`. */ decided = new Signal();
  /** The name of whoever decides, as that person wants to be called. */ by = "";
  /** @type {Map<string, Group>} */ #groups = new Map();
  /** @type {Map<string, Set<string>>} group id -> source ids of the instances that were shown to the person */ #seen =
    new Map();
  /** @type {History<Judged>} */ #history = new History();
  /** Groups and exceptions of an imported file that are not among these pictures: they go out again as they came. */
  #others = noOthers();
  #project;
  #now;

  /** @param {{project: string, now?: () => Date}} given   project: the value by which a regions file knows its key */
  constructor({ project, now = () => new Date() }) {
    this.#project = project;
    this.#now = now;
  }

  /** @returns {Group[]} in the order in which they were found */
  get groups() {
    return [...this.#groups.values()];
  }

  /** @param {string} id @returns {Group | undefined} */
  get(id) {
    return this.#groups.get(id);
  }

  /** Takes in what was found. A group that is there already gets what is new, and waits for a new decision if an instance is. @param {Found} found */
  add(found) {
    const known = this.#groups.get(found.id);
    this.#groups.set(found.id, known ? grown(known, found) : fresh(found));
    if (known) this.#history = new History(); // a decision about fewer instances is no state to go back to
    this.changed.send();
  }

  /** The boxes and the decision that count for an instance. @param {string} id @param {string} instance @returns {Verdict} */
  verdict(id, instance) {
    const group = this.#group(id);
    return group.exceptions.get(instance) ?? group.verdict;
  }

  /**
   * Other boxes for all instances of a group, or for one that is unlike the others. What was decided about them is no
   * longer so. False: there are more than a regions file takes.
   * @param {string} id
   * @param {string | null} only   source id; null: for all alike
   * @param {readonly Box[]} boxes
   * @param {string} words         what was done, for undoing it: "Box drawn"
   * @param {boolean} [goesOn]     with what was done last: both are undone together
   */
  change(id, only, boxes, words, goesOn = false) {
    const each = united(boxes);
    if (each.length > MOST) return false;
    this.#act(words, [[id, judged(this.#group(id), only, { ...OPEN, boxes: each })]], goesOn);
    return true;
  }

  /**
   * Decides about a group, with the exceptions in it that were looked at; or about one instance, which then is an exception.
   * @param {readonly string[]} ids
   * @param {Decision} decision
   * @param {string | null} [only]   source id
   */
  decide(ids, decision, only = null) {
    const at = decision === "none" ? "" : moment(this.#now());
    const decided = { decision, at, by: "", here: decision !== "none" };
    const changes = ids.map((id) => {
      const group = this.#group(id);
      if (only) return changed(id, judged(group, only, { ...this.verdict(id, only), ...decided }));
      const seen = (/** @type {string} */ instance) => this.hasSeen(id, instance);
      return changed(id, {
        verdict: { ...group.verdict, ...decided },
        exceptions: decision === "approved" ? approved(group.exceptions, seen, decided) : group.exceptions,
      });
    });
    const words = { approved: "Approved", "left out": "Left out", none: "Decision taken back" }[decision];
    this.#act(words, changes);
  }

  /** Approves all groups that were looked at and are not decided. @returns {number} how many */
  approveSeen() {
    const ids = this.groups.filter((group) => this.isReady(group)).map(({ id }) => id);
    if (ids.length > 0) this.decide(ids, "approved");
    return ids.length;
  }

  /** An instance is like the others of its group again. @param {string} id @param {string} instance */
  rejoin(id, instance) {
    const { verdict, exceptions } = this.#group(id);
    const left = new Map(exceptions);
    if (left.delete(instance)) this.#act("Like the others again", [[id, { verdict, exceptions: left }]]);
  }

  /** The boxes of an exception become those of all alike. @param {string} id @param {string} instance */
  spread(id, instance) {
    const { exceptions } = this.#group(id);
    const verdict = exceptions.get(instance);
    if (!verdict) return;
    const left = new Map(exceptions);
    left.delete(instance);
    this.#act("Boxes used for all alike", [[id, { verdict: { ...OPEN, boxes: verdict.boxes }, exceptions: left }]]);
  }

  /** The person has an instance before the eyes. @param {string} id @param {string} instance */
  see(id, instance) {
    const seen = this.#seen.get(id) ?? new Set();
    if (seen.has(instance)) return;
    this.#seen.set(id, seen.add(instance));
    this.changed.send();
  }

  /** @param {string} id @param {string} instance */
  hasSeen(id, instance) {
    return this.#seen.get(id)?.has(instance) ?? false;
  }

  /** How many of its instances were looked at. @param {string} id */
  seen(id) {
    return this.#seen.get(id)?.size ?? 0;
  }

  /** Looked at, and not decided. @param {Group} group */
  isReady(group) {
    return this.seen(group.id) > 0 && standing(group) === "undecided";
  }

  /** @returns {Counts} */
  get counts() {
    const counts = { total: 0, undecided: 0, approved: 0, leftOut: 0, clear: 0, ready: 0 };
    for (const group of this.#groups.values()) {
      const how = standing(group);
      counts.total++;
      counts[how === "left out" ? "leftOut" : how]++;
      if (this.isReady(group)) counts.ready++;
    }
    return counts;
  }

  /** What undoing would undo, in words; "": nothing. */
  get undoable() {
    return this.#history.undoable;
  }

  /** What would be done again, in words; "": nothing. */
  get redoable() {
    return this.#history.redoable;
  }

  /** @returns {Act | null} what was undone */
  undo() {
    return this.#restore(this.#history.undo());
  }

  /** @returns {Act | null} what was done again */
  redo() {
    return this.#restore(this.#history.redo());
  }

  /** The content of the regions file. @param {string} [by]   who decided here; may be "" */
  document(by = this.by) {
    return documentOf({ project: this.#project, groups: this.groups, others: this.#others, by });
  }

  /**
   * Takes in a regions file that Python has read without complaint. Boxes are united while nobody has decided; an
   * approval counts only where the file lists every instance of the group as it is now (docs/pixels.md, "United").
   * Throws a CodedError: BAD_REGIONS, REGIONS_OTHER_KEY.
   * @param {string} json
   */
  import(json) {
    const { groups, others } = imported(json, this.#project, this.#groups);
    this.#others = others;
    this.#groups = groups;
    this.#history = new History(); // what was there before is no state to go back to
    this.changed.send();
  }

  /** @param {string} id */
  #group(id) {
    const group = this.#groups.get(id);
    if (!group) throw new RangeError("no such group");
    return group;
  }

  /** @param {string} words @param {[string, Judged][]} changes @param {boolean} [goesOn] */
  #act(words, changes, goesOn = false) {
    this.#history.note(
      words,
      changes.map(([id, after]) => ({ id, before: judgedOf(this.#group(id)), after })),
      goesOn,
    );
    this.#set(changes);
  }

  /** @param {[string, Judged][]} states */
  #set(states) {
    for (const [id, state] of states) this.#groups.set(id, { ...this.#group(id), ...state });
    this.decided.send();
    this.changed.send();
  }

  /** @param {{words: string, states: [string, Judged][]} | null} step @returns {Act | null} */
  #restore(step) {
    if (!step) return null;
    this.#set(step.states);
    return { words: step.words, groups: step.states.map(([id]) => id) };
  }
}

/** 2026-11-29T10:30:00Z. @param {Date} date */
function moment(date) {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}

/** @param {string} id @param {Judged} after @returns {[string, Judged]} */
function changed(id, after) {
  return [id, after];
}
