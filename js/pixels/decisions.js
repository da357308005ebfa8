// @ts-check
/** Decisions: approve, leave out, for whom; what of the group is in need of attention; and why there are boxes. */

import { one, part } from "../page/dom.js";
import { count, counted } from "../page/format.js";
import { reasons } from "../page/tables.js";
import { EVIDENCE } from "./boxes.js";
import { REASONS } from "./evidence.js";
import { waiting } from "./group.js";
import { alarmOf, badgeOf, badgeOfInstance, seenOf } from "./standing.js";

/**
 * @typedef {import("./review.js").Group} Group
 *
 * @typedef {object} Meaning
 * @property {(words: string) => void} settled   all of a group is decided
 * @property {(instance: string, words: string) => void} next   to the next picture that waits for a decision
 */

const DONE = { approved: "Approved", "left out": "Left out" };

export class Decisions {
  #root;
  #review;
  #editor;
  #meaning;

  /**
   * @param {HTMLElement} root
   * @param {import("./review.js").Review} review
   * @param {import("./editor.js").Editor} editor
   * @param {Meaning} meaning
   */
  constructor(root, review, editor, meaning) {
    this.#root = root;
    this.#review = review;
    this.#editor = editor;
    this.#meaning = meaning;
    part(root, "controls", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
    this.#click("approve", () => this.decide("approved"));
    this.#click("leave-out", () => this.decide("left out"));
    this.#click("take-back", () => this.decide("none"));
    this.#click("rejoin", () => review.rejoin(editor.group.id, editor.instance));
    this.#click("spread", () => review.spread(editor.group.id, editor.instance));
    for (const radio of this.#scopes) {
      radio.addEventListener("change", () => (editor.scope = radio.value === "one" ? "one" : "all"));
    }
    reasons.whenThere(() => {}); // the words for what could not be read
  }

  /** Nothing is approved before its picture was there to be seen. @param {import("./review.js").Decision} decision */
  decide(decision) {
    if (decision === "approved" && !this.#editor.mayApprove) return;
    const { scope } = this.#editor;
    this.#editor.decide(decision);
    if (decision === "none") return;
    const { instances } = this.#editor.group;
    const left = waiting(this.#editor.group);
    if (left.length > 0) return this.#stepTo(left, `${DONE[decision]}.`);
    const many = counted(instances.length, "picture");
    this.#meaning.settled(scope === "all" ? "" : `All ${many} of this group are decided.`);
  }

  /** To the first picture behind this one that waits, or in front of it. @param {readonly import("./review.js").Instance[]} left @param {string} done */
  #stepTo(left, done) {
    const { group, instance } = this.#editor;
    const { instances } = group;
    const at = instances.findIndex(({ id }) => id === instance);
    const waits = new Set(left);
    const next = instances.slice(at + 1).find((one) => waits.has(one)) ?? left[0];
    const where = `picture ${count(instances.indexOf(next) + 1)} of ${count(instances.length)}`;
    const wait = `${count(left.length)} ${left.length === 1 ? "waits" : "wait"} for a decision`;
    this.#meaning.next(next.id, `${done} Now ${where}; ${wait}.`);
  }

  show() {
    const { group, scope, only, isException, verdict } = this.#editor;
    const many = group.instances.length;
    const own = only ? badgeOfInstance(group, only) : null;
    const badge = own ?? badgeOf(group);
    const words = own ? `Exception, ${own.words.toLowerCase()}` : badge.words;
    const sign = part(this.#root, "standing", HTMLElement);
    sign.textContent = badge.kind === "undecided" ? `${words}: will be withheld.` : `${words}.`;
    sign.dataset.state = badge.kind;
    const whom = many === 1 ? "" : scope === "all" ? ` all ${count(many)}` : " this picture";
    const approve = part(this.#root, "approve", HTMLButtonElement);
    approve.textContent = `Approve${whom}`;
    approve.ariaDisabled = String(!this.#editor.mayApprove); // it can keep the keyboard until the picture has come
    part(this.#root, "leave-out", HTMLButtonElement).textContent = `Leave out${whom}`;
    const decided = scope === "all" ? group.verdict : verdict;
    part(this.#root, "take-back", HTMLButtonElement).hidden = decided.decision === "none";
    part(this.#root, "seen", HTMLElement).textContent = seenOf(this.#review, group);
    part(this.#root, "alarm", HTMLElement).textContent = [alarmOf(group), ...whyUnread(group)]
      .filter(Boolean)
      .join(" ");
    part(this.#root, "scope-side", HTMLElement).hidden = many < 2;
    part(this.#root, "scope-all", HTMLElement).textContent = `All ${count(many)} alike`;
    part(this.#root, "exception", HTMLElement).hidden = !isException;
    for (const radio of this.#scopes) {
      radio.checked = radio.value === scope;
      radio.disabled = isException;
    }
    this.#legend();
  }

  /** Each reason with its mark, and how many boxes of the picture have it. */
  #legend() {
    const { boxes } = this.#editor.verdict;
    const items = EVIDENCE.map((evidence) => {
      const { letter, name, why } = REASONS[evidence];
      const item = document.createElement("li");
      const sign = document.createElement("i");
      Object.assign(sign, { className: "review-letter", textContent: letter });
      sign.dataset.evidence = evidence;
      const found = boxes.filter((box) => box.evidence === evidence).length;
      item.append(sign, `${name}: ${counted(found, "box", "boxes")}`);
      item.title = why;
      item.toggleAttribute("data-none", found === 0);
      return item;
    });
    part(this.#root, "legend", HTMLElement).replaceChildren(...items);
  }

  get #scopes() {
    return ["all", "one"].map((value) => one(this.#root, `[name="review-scope"][value="${value}"]`, HTMLInputElement));
  }

  /** @param {string} name @param {() => void} act */
  #click(name, act) {
    part(this.#root, name, HTMLButtonElement).addEventListener("click", act);
  }
}

/** Why pictures could not be read, each reason once. @param {Group} group */
function whyUnread({ unread }) {
  return [...new Set(Object.values(unread))].map((code) => reasons.of(code).sentence);
}
