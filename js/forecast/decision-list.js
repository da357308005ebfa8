// @ts-check
/** <decision-list>: the kinds of files that the policy withholds: why, with what can be decided about each, and undone again. */
import { on, send } from "../intents.js";
import { copyOf, part } from "../page/dom.js";
import { counted } from "../page/format.js";
import { fetchTable, reasons } from "../page/tables.js";
import { cleanableOf } from "../pixels/offer.js";
import { allowing, cleanWords, nameOf, remarkOf, standingOf, titleOf, undoWords, whyOf } from "./question-words.js";
import { barWords } from "./words.js";

/**
 * @typedef {import("../state.js").Question} Question
 * @typedef {import("../state.js").Remark} Remark
 * @typedef {import("../page/tables.js").SopClass} SopClass
 * @typedef {"look" | "clean" | "allow" | "leave" | "undo"} Act
 */

/** @type {Act[]} */
const ACTS = ["look", "clean", "allow", "leave", "undo"];

export class DecisionList extends HTMLElement {
  /** @type {import("../state.js").Store | null} */ #store = null;
  /** @type {Map<string, SopClass>} */ #classes = new Map();
  /** @type {Map<string, {row: HTMLLIElement, question: Question}>} by what tells a question from others */ #rows =
    new Map();

  connectedCallback() {
    on("decisions-wanted", () => {
      const title = part(this, "title", HTMLElement);
      title.scrollIntoView({ block: "center" });
      title.focus({ preventScroll: true });
    });
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    this.#store = store;
    store.subscribe(["forecast", "phase"], () => this.#show());
    reasons.whenThere(() => this.#show());
  }

  /** While the network is there. */
  async load() {
    /** @type {SopClass[]} */ const classes = await fetchTable("sop-classes").catch(() => []);
    this.#classes = new Map(classes.map((sopClass) => [sopClass.uid, sopClass]));
    this.#show();
  }

  #show() {
    const { phase, forecast } = this.#store?.state ?? {};
    const { questions = [], remarks = [], sums } = forecast ?? {};
    const unread = sums?.unread ?? 0;
    this.hidden = phase !== "ready" || questions.length + remarks.length + unread === 0; // in a run what is decided stands
    part(this, "unread", HTMLElement).hidden = unread === 0;
    part(this, "unread-title", HTMLElement).textContent =
      `Of ${counted(unread, "file")} it is known only when read whether ${unread === 1 ? "it is" : "they are"} written: why?`;
    part(this, "undecided", HTMLElement).hidden = questions.length === 0;
    part(this, "title", HTMLElement).textContent = titleOf(sums?.undecided ?? 0);
    part(this, "remarks", HTMLElement).replaceChildren(...remarks.map(remarkItem));
    const rows = new Map(questions.map((question) => [keyOf(question), this.#rowOf(question)]));
    const list = part(this, "questions", HTMLElement);
    const made = [...rows.values()].map(({ row }) => row);
    // Rows that are put in anew would lose the keyboard.
    if (made.length !== list.children.length || made.some((row, at) => list.children[at] !== row))
      list.replaceChildren(...made);
    this.#rows = rows;
    const cleanable = cleanableOf(forecast ?? null);
    part(this, "clean-how", HTMLElement).hidden = cleanable === 0;
    for (const { row, question } of rows.values()) {
      part(row, "clean", HTMLButtonElement).textContent = cleanWords(question, cleanable);
      part(row, "undo", HTMLButtonElement).textContent = undoWords(question, questions);
      this.#write(row, question);
    }
  }

  /** @param {Question} question */
  #rowOf(question) {
    const known = this.#rows.get(keyOf(question));
    if (known) return Object.assign(known, { question });
    const made = { row: copyOf("question", HTMLLIElement), question };
    for (const act of ACTS) {
      part(made.row, act, HTMLButtonElement).addEventListener("click", () => this.#act(act, made.question));
    }
    return made;
  }

  /** @param {HTMLLIElement} row @param {Question} question */
  #write(row, question) {
    const { fate, remedies, sopClass: uid } = question;
    const sopClass = this.#classes.get(uid ?? "");
    const name = nameOf(question, sopClass);
    row.dataset.fate = fate;
    for (const [named, text] of Object.entries({
      name,
      standard: sopClass?.name ?? uid ?? "",
      why: whyOf(question, sopClass),
      standing: standingOf(question),
    }))
      part(row, named, HTMLElement).textContent = text;
    const open = fate === "undecided";
    const offered = {
      look: true,
      clean: open && remedies.some((changes) => changes.includes("clean")),
      allow: open && allowing(remedies) !== undefined,
      leave: open,
      undo: !open,
    };
    const hadFocus = row.contains(document.activeElement);
    for (const act of ACTS) {
      const button = part(row, act, HTMLButtonElement);
      button.ariaLabel = `${button.textContent}: ${name}`;
      button.hidden = !offered[act];
    }
    if (hadFocus && (document.activeElement === document.body || document.activeElement?.matches("[hidden]")))
      part(row, open ? "allow" : "undo", HTMLButtonElement).focus();
  }

  /** @param {Act} act @param {Question} question */
  #act(act, question) {
    const { kinds, sopClass, remedies, fate } = question;
    if (act === "look") return send(this, "look-at-kind", question);
    if (act === "leave" || fate === "left") this.#leave(kinds, act === "leave");
    else if (act === "undo") send(this, "undecided", question);
    else {
      const changes = act === "clean" ? remedies.find((changes) => changes.includes("clean")) : allowing(remedies);
      if (changes) send(this, "decided", { kinds, sopClass, changes });
    }
    const { forecast } = this.#store?.state ?? {};
    part(this, "spoken", HTMLElement).textContent = forecast ? barWords(forecast.sums) : "";
  }

  /** @param {number[]} kinds @param {boolean} left   they take no part, or they do again */
  #leave(kinds, left) {
    const { leftOut } = this.#store?.state ?? {};
    if (!leftOut) return;
    const others = leftOut.kinds.filter((kind) => !kinds.includes(kind));
    send(this, "studies-chosen", { ...leftOut, kinds: left ? [...others, ...kinds] : others });
  }
}

/** @param {Question} question */
const keyOf = ({ sopClass, reason, remedies, kinds }) => [sopClass, reason, remedies.join(";"), kinds[0]].join(" ");

/** @param {Remark} remark */
function remarkItem(remark) {
  const made = document.createElement("li");
  const strong = document.createElement("b");
  const [files, words] = remarkOf(remark);
  strong.textContent = files;
  made.append(strong, ` ${words}`);
  return made;
}

customElements.define("decision-list", DecisionList);
