// @ts-check
/** The review's dialog from its opening to its end: the sheet of groups, one group at work, undoing, and what is said. */

import { send } from "../intents.js";
import { contentOf, part } from "../page/dom.js";
import { counted } from "../page/format.js";
import { standing } from "./group.js";
import { GroupView } from "./group-view.js";
import { PictureQueue } from "./picture-queue.js";
import { Sheet } from "./sheet.js";
import { ALL_DECIDED, farness } from "./standing.js";

/** @typedef {import("./review.js").Review} Review */

export class ReviewDialog {
  #host;
  #review;
  #closed;
  #dialog;
  #queue;
  #sheet;
  #view;
  /** Id of the group at work; "": the sheet is shown. */ #group = "";
  #frame = 0;
  #over = new AbortController();

  /** @param {HTMLElement} host   holds it as long as it is open @param {Review} review @param {import("./picture-queue.js").Pictures} pictures @param {() => void} closed */
  constructor(host, review, pictures, closed) {
    this.#host = host;
    this.#review = review;
    this.#closed = closed;
    host.replaceChildren(contentOf("pixel-review"));
    this.#dialog = part(host, "dialog", HTMLDialogElement);
    this.#queue = new PictureQueue(pictures, () => this.#soon());
    this.#sheet = new Sheet(part(host, "sheet-side", HTMLElement), review, this.#queue, {
      open: (id) => this.#open(id),
      approveSeen: () => this.#approveSeen(),
      leaveOut: (id) => {
        review.decide([id], "left out");
        this.#say("Left out");
      },
      isBeneath: () => this.#beneath.checked,
    });
    this.#view = new GroupView(part(host, "group-side", HTMLElement), review, this.#queue, {
      back: () => this.#back(),
      stepGroup: (steps) => this.#stepGroup(steps),
      settled: (words) => this.#goOn(words),
      isBeneath: () => this.#beneath.checked,
      beneath: () => this.#beneath.click(),
      say: (words) => this.#say(words),
    });
    this.#listen();
    this.#dialog.showModal();
    this.#sheet.show("");
    this.#sheet.focus();
    this.#show();
  }

  #listen() {
    const { signal } = this.#over;
    const click = (/** @type {string} */ name, /** @type {() => void} */ act) =>
      part(this.#host, name, HTMLButtonElement).addEventListener("click", act);
    click("close", () => this.#dialog.close());
    click("undo", () => this.#undo());
    click("redo", () => this.#redo());
    this.#beneath.addEventListener("change", () => this.#show());
    this.#dialog.addEventListener("close", () => this.close());
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("pagehide", () => this.close(), { signal }); // the browser can keep a page that was left
    const deafen = [
      this.#review.decided.listen(() => send(this.#host, "review-decided")),
      this.#review.changed.listen(() => this.#soon()),
    ];
    for (const one of deafen) signal.addEventListener("abort", one);
  }

  /** Nothing is left in the page of what was looked at. */
  close() {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    cancelAnimationFrame(this.#frame);
    this.#dialog.close();
    this.#sheet.close();
    this.#view.close();
    this.#queue.close();
    this.#host.replaceChildren();
    this.#closed();
    send(this.#host, "review-closed");
  }

  get #beneath() {
    return part(this.#host, "beneath", HTMLInputElement);
  }

  /** Shows before the browser does so next, once, however much has changed. */
  #soon() {
    this.#frame ||= requestAnimationFrame(() => this.#show());
  }

  #show() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { done, open, end } = farness(this.#review.counts);
    part(this.#host, "done", HTMLElement).textContent = done;
    part(this.#host, "open", HTMLElement).textContent = open;
    part(this.#host, "end", HTMLElement).textContent = end;
    for (const [name, words] of /** @type {const} */ ([
      ["undo", this.#review.undoable],
      ["redo", this.#review.redoable],
    ])) {
      const button = part(this.#host, name, HTMLButtonElement);
      if (!words && button === document.activeElement) this.#focus(); // what is disabled cannot keep the keyboard
      button.disabled = words === "";
      button.title = words;
    }
    if (this.#group) this.#view.show();
    else this.#sheet.refresh();
  }

  #focus() {
    if (this.#group) this.#view.focus();
    else this.#sheet.focus();
  }

  /** @param {string} id @param {string} [before]   said first */
  #open(id, before = "") {
    const ids = this.#ids;
    const at = ids.indexOf(id);
    this.#turn(id);
    part(this.#host, "number", HTMLElement).textContent = `${at + 1} of ${ids.length}`;
    this.#view.open(id);
    for (const [name, end] of /** @type {const} */ ([
      ["previous-group", 0],
      ["next-group", ids.length - 1],
    ])) {
      const button = part(this.#host, name, HTMLButtonElement);
      if (at === end && button === document.activeElement) this.#view.focus();
      button.disabled = at === end;
    }
    const { label } = this.#view.editor.group;
    this.#say(`${before} Group ${at + 1} of ${ids.length}: ${label}`.trim());
    if (!part(this.#host, "group-side", HTMLElement).contains(document.activeElement)) this.#view.focus();
  }

  #back() {
    const id = this.#group;
    this.#turn("");
    this.#sheet.show(id);
    this.#sheet.focus();
  }

  /** To a group at work, or to the sheet. @param {string} group */
  #turn(group) {
    this.#group = group;
    part(this.#host, "sheet-side", HTMLElement).hidden = group !== "";
    part(this.#host, "group-side", HTMLElement).hidden = group === "";
  }

  get #ids() {
    return this.#review.groups.map(({ id }) => id);
  }

  /** @param {number} steps */
  #stepGroup(steps) {
    const id = this.#ids[this.#ids.indexOf(this.#group) + steps];
    if (id) this.#open(id);
  }

  /** The group is decided: to the next one that is not. @param {string} words   said of it */
  #goOn(words) {
    const { groups } = this.#review;
    const at = groups.findIndex(({ id }) => id === this.#group);
    const next = [...groups.slice(at + 1), ...groups.slice(0, at)].find((group) => standing(group) === "undecided");
    if (next) return this.#open(next.id, words);
    this.#back();
    this.#say(`${words} ${ALL_DECIDED}`.trim());
  }

  #approveSeen() {
    const count = this.#review.approveSeen();
    this.#sheet.show("");
    this.#sheet.focus();
    this.#say(`${counted(count, "group")} approved`);
  }

  #undo() {
    this.#restored(this.#review.undo(), "Undone");
  }

  #redo() {
    this.#restored(this.#review.redo(), "Done again");
  }

  /** Says what was undone, and shows where. @param {import("./review.js").Act | null} act @param {string} how */
  #restored(act, how) {
    if (!act) return;
    if (act.groups.length === 1 && this.#group && act.groups[0] !== this.#group) this.#open(act.groups[0]);
    this.#show();
    this.#say(`${how}: ${act.words}`);
  }

  /** @param {string} words */
  #say(words) {
    part(this.#host, "spoken", HTMLElement).textContent = words;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { target, key, shiftKey } = event;
    const ctrl = event.ctrlKey || event.metaKey;
    const types = target instanceof HTMLInputElement && ["text", "number"].includes(target.type);
    const letter = ctrl && !types ? key.toLowerCase() : "";
    if (letter === "y" || (letter === "z" && shiftKey)) this.#redo();
    else if (letter === "z") this.#undo();
    else if (key === "Escape" && this.#group) this.#leave();
    else return;
    event.preventDefault();
  }

  /** Escape: no box is selected any more, or back to the sheet. */
  #leave() {
    if (this.#view.editor.selected) this.#view.editor.select(null);
    else this.#back();
  }
}
