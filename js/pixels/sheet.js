// @ts-check
/** Sheet: all groups of a review as tiles, or those that one wants to see. */

import { copyOf, part } from "../page/dom.js";
import { counted } from "../page/format.js";
import { standing } from "./group.js";
import { aboutOf, alarmOf, badgeOf } from "./standing.js";
import { writeTile } from "./thumbnail.js";
import { Tiles } from "./tiles.js";

/**
 * @typedef {import("./review.js").Group} Group
 * @typedef {import("./review.js").Review} Review
 * @typedef {import("./picture-queue.js").PictureQueue} PictureQueue
 * @typedef {{open: (id: string) => void, approveSeen: () => void, leaveOut: (id: string) => void, isBeneath: () => boolean}} Meaning
 */

/** @type {Record<string, (group: Group) => boolean>} */
const FILTERS = {
  all: () => true,
  undecided: (group) => standing(group) === "undecided",
  alarm: (group) => alarmOf(group) !== "",
  boxes: ({ verdict }) => verdict.boxes.length > 0,
  none: ({ verdict }) => verdict.boxes.length === 0,
  approved: (group) => standing(group) === "approved",
  "left out": (group) => standing(group) === "left out",
};

export class Sheet {
  #root;
  #review;
  #queue;
  #meaning;
  #tiles;
  /** @type {string[]} ids of the groups that are shown */ #ids = [];

  /** @param {HTMLElement} root @param {Review} review @param {PictureQueue} queue @param {Meaning} meaning */
  constructor(root, review, queue, meaning) {
    this.#root = root;
    this.#review = review;
    this.#queue = queue;
    this.#meaning = meaning;
    /** @type {Tiles<string>} */
    this.#tiles = new Tiles(part(root, "groups", HTMLElement), {
      make: () => copyOf("review-tile", HTMLElement),
      write: (tile, id, picture) => this.#write(tile, id, picture),
      open: (id) => meaning.open(id),
      seen: (ids) => this.#want(ids),
    });
    part(root, "filter", HTMLSelectElement).addEventListener("change", () => this.show(""));
    const by = part(root, "by", HTMLInputElement);
    by.value = review.by;
    by.addEventListener("input", () => (review.by = by.value));
    part(root, "approve-seen", HTMLButtonElement).addEventListener("click", () => meaning.approveSeen());
    part(root, "groups", HTMLElement).addEventListener("keydown", (event) => this.#key(event));
  }

  close() {
    this.#tiles.close();
  }

  /** Shows what the filter lets through; the keyboard is at a group, or at the first. @param {string} id */
  show(id) {
    const filter = FILTERS[part(this.#root, "filter", HTMLSelectElement).value];
    this.#ids = this.#review.groups.filter(filter).map((group) => group.id);
    part(this.#root, "nothing", HTMLElement).hidden = this.#ids.length > 0;
    this.#tiles.show(this.#ids, Math.max(this.#ids.indexOf(id), 0));
    this.refresh();
  }

  focus() {
    this.#tiles.focus();
  }

  /** Groups or small pictures are others. */
  refresh() {
    this.#tiles.refresh();
    const { ready } = this.#review.counts;
    const button = part(this.#root, "approve-seen", HTMLButtonElement);
    button.disabled = ready === 0;
    button.textContent = ready > 0 ? `Approve ${counted(ready, "group")} looked at` : "Approve all looked at";
  }

  /** @param {HTMLElement} tile @param {string} id @param {import("./tiles.js").Size} picture */
  #write(tile, id, picture) {
    const group = this.#review.get(id);
    const first = group?.instances[0];
    if (!group) return;
    writeTile(tile, {
      picture,
      small: first ? this.#queue.small(id, first.id) : Object.values(group.unread)[0],
      size: group,
      boxes: first ? this.#review.verdict(id, first.id).boxes : group.verdict.boxes,
      beneath: this.#meaning.isBeneath(),
      title: group.label || "Unknown device",
      about: aboutOf(group),
      alarm: alarmOf(group),
      badge: badgeOf(group),
      seen: this.#review.isReady(group) ? "Looked at" : "",
    });
  }

  /** @param {string[]} ids */
  #want(ids) {
    const firsts = ids.flatMap(
      (group) =>
        this.#review
          .get(group)
          ?.instances.slice(0, 1)
          .map(({ id }) => ({ group, instance: id })) ?? [],
    );
    this.#queue.want(firsts);
  }

  /** @param {KeyboardEvent} event */
  #key({ key, ctrlKey, altKey, metaKey }) {
    const id = this.#tiles.current;
    if (key.toLowerCase() === "l" && id !== undefined && !(ctrlKey || altKey || metaKey)) this.#meaning.leaveOut(id);
  }
}
