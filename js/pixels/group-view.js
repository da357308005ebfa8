// @ts-check
/** Group view: one group at work: its pictures, one of them large with its boxes, and what is decided about them. */

import { copyOf, part } from "../page/dom.js";
import { count } from "../page/format.js";
import { noteOf } from "../page/problem.js";
import { BoxForm } from "./box-form.js";
import { Canvas } from "./canvas.js";
import { Decisions } from "./decisions.js";
import { Editor } from "./editor.js";
import { badgeOfInstance, boxesOf, sizeOf } from "./standing.js";
import { writeTile } from "./thumbnail.js";
import { Tiles } from "./tiles.js";

/**
 * @typedef {import("./review.js").Review} Review
 * @typedef {import("./review.js").Instance} Instance
 * @typedef {import("./picture-queue.js").PictureQueue} PictureQueue
 *
 * @typedef {object} Meaning
 * @property {() => void} back                      to all groups
 * @property {(steps: number) => void} stepGroup
 * @property {(words: string) => void} settled      all of the group is decided
 * @property {() => boolean} isBeneath
 * @property {() => void} beneath                   to look beneath the boxes, or no longer
 * @property {(words: string) => void} say
 */

export class GroupView {
  #root;
  #review;
  #queue;
  #meaning;
  #editor;
  #canvas;
  #form;
  #decisions;
  #tiles;
  /** Counts pictures that were asked for. */ #asked = 0;

  /** @param {HTMLElement} root @param {Review} review @param {PictureQueue} queue @param {Meaning} meaning */
  constructor(root, review, queue, meaning) {
    this.#root = root;
    this.#review = review;
    this.#queue = queue;
    this.#meaning = meaning;
    this.#editor = new Editor(review);
    this.#form = new BoxForm(root, this.#editor);
    this.#decisions = new Decisions(root, review, this.#editor, {
      settled: (words) => meaning.settled(words),
      next: (id, words) => this.#next(id, words),
    });
    this.#canvas = new Canvas(root, this.#editor, {
      ...meaning,
      step: (frames, pictures) => this.step(frames, pictures),
      approve: () => this.#decisions.decide("approved"),
      leaveOut: () => this.#decisions.decide("left out"),
    });
    /** @type {Tiles<Instance>} */
    this.#tiles = new Tiles(part(root, "instances", HTMLElement), {
      make: () => copyOf("review-tile", HTMLElement),
      write: (tile, instance, picture) => this.#write(tile, instance, picture),
      open: ({ id }) => this.#go(id, 1),
      seen: (instances) => this.#want(instances),
    });
    this.#editor.changed.listen(() => this.show());
    this.#listen();
  }

  close() {
    this.#tiles.close();
    this.#canvas.close();
  }

  get editor() {
    return this.#editor;
  }

  #listen() {
    const click = (/** @type {string} */ name, /** @type {() => void} */ act) =>
      part(this.#root, name, HTMLButtonElement).addEventListener("click", act);
    click("back", () => this.#meaning.back());
    click("previous-group", () => this.#meaning.stepGroup(-1));
    click("next-group", () => this.#meaning.stepGroup(1));
    click("previous-frame", () => this.step(-1, 0));
    click("next-frame", () => this.step(1, 0));
    const along = part(this.#root, "along", HTMLInputElement);
    along.addEventListener("input", () => this.#go(this.#editor.instance, along.valueAsNumber));
    const values = part(this.#root, "every-value", HTMLInputElement);
    part(this.#root, "every-value-choice", HTMLElement).hidden = !this.#queue.hasEveryValue;
    values.addEventListener("change", () => this.#load());
  }

  /** Opens a group at its first picture, or at one of them. @param {string} id @param {string} [instance] */
  open(id, instance) {
    const group = this.#review.get(id);
    const first = group?.instances.find((one) => one.id === instance) ?? group?.instances[0];
    if (!group) return;
    this.#canvas.clear(group);
    this.#editor.open(id, first?.id ?? "");
    this.#tiles.show(group.instances, first ? group.instances.indexOf(first) : 0);
    this.#load();
  }

  focus() {
    this.#canvas.focus();
  }

  /** To another frame, or to another picture. @param {number} frames @param {number} pictures */
  step(frames, pictures) {
    const { group, instance, frame } = this.#editor;
    const at = group.instances.findIndex(({ id }) => id === instance);
    const all = Math.max(group.instances[at]?.frames ?? 1, 1);
    if (frames && all > 1) return this.#go(instance, Math.min(Math.max(frame + frames, 1), all));
    const next = Math.min(Math.max(at + frames + pictures, 0), group.instances.length - 1);
    if (next === at || next < 0) return;
    this.#tiles.go(next);
    this.#go(group.instances[next].id, 1);
  }

  /** To a picture that waits, of which as much is decided as of the one before. @param {string} instance @param {string} words */
  #next(instance, words) {
    const { group, scope } = this.#editor;
    this.#tiles.go(group.instances.findIndex(({ id }) => id === instance));
    this.#go(instance, 1);
    this.#editor.scope = scope; // else one more press would decide about all alike
    this.#meaning.say(words);
  }

  /** @param {string} instance @param {number} frame */
  #go(instance, frame) {
    this.#editor.open(this.#editor.group.id, instance, frame);
    this.#load();
  }

  async #load() {
    const { group, instance, frame } = this.#editor;
    const asked = ++this.#asked;
    const isCurrent = () => asked === this.#asked;
    const everyValue = part(this.#root, "every-value", HTMLInputElement).checked && this.#queue.hasEveryValue;
    noteOf(this.#root).clear();
    this.#canvas.busy = true;
    try {
      if (!instance) return this.#canvas.show(null, group);
      const bitmap = await this.#queue.large({ group: group.id, instance, frame, everyValue });
      if (!isCurrent()) return bitmap?.close();
      if (!bitmap) return;
      this.#canvas.show(bitmap, group);
      this.#review.see(group.id, instance);
    } catch (error) {
      if (!isCurrent()) return;
      this.#canvas.show(null, group);
      noteOf(this.#root).showError(error);
    } finally {
      if (isCurrent()) this.#canvas.busy = false;
    }
  }

  /** Something of the group, of what is selected or of the small pictures is another. */
  show() {
    const { group, instance, frame } = this.#editor;
    part(this.#root, "label", HTMLElement).textContent = group.label || "Unknown device";
    part(this.#root, "size", HTMLElement).textContent = sizeOf(group);
    const all = Math.max(group.instances.find(({ id }) => id === instance)?.frames ?? 1, 1);
    part(this.#root, "along-side", HTMLElement).hidden = all < 2;
    Object.assign(part(this.#root, "along", HTMLInputElement), { max: String(all), value: String(frame) });
    part(this.#root, "position", HTMLOutputElement).value = `Frame ${count(frame)} of ${count(all)}`;
    this.#tiles.refresh(group.instances);
    this.#canvas.draw(this.#meaning.isBeneath());
    this.#form.show();
    this.#decisions.show();
  }

  /** @param {HTMLElement} tile @param {Instance} instance @param {import("./tiles.js").Size} picture */
  #write(tile, { id, name, frames }, picture) {
    const { group } = this.#editor;
    const { boxes } = this.#review.verdict(group.id, id);
    const own = badgeOfInstance(group, id);
    writeTile(tile, {
      picture,
      small: this.#queue.small(group.id, id),
      size: group,
      boxes,
      beneath: this.#meaning.isBeneath(),
      title: name,
      about: [own && "exception", frames > 1 && `${count(frames)} frames`, boxesOf(boxes)].filter(Boolean).join(", "),
      alarm: "",
      badge: own,
      seen: this.#review.hasSeen(group.id, id) ? "Seen" : "",
    });
  }

  /** @param {Instance[]} instances */
  #want(instances) {
    const group = this.#editor.group.id;
    this.#queue.want(instances.map(({ id }) => ({ group, instance: id })));
  }
}
