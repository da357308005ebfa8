// @ts-check
/** <shared-links>: the links that were made, what was fetched by them, and their end. */

import { send } from "../intents.js";
import { AskFirst } from "../page/confirm.js";
import { copyOf, one, part } from "../page/dom.js";
import { bytes, counted } from "../page/format.js";
import { spokenTime } from "../search/index-status.js";

/**
 * @typedef {import("./server.js").Link} Link
 * @typedef {import("./server.js").Fetch} Fetch
 */

/** Those that are no visits. */
const BY_MAKER = ["created", "revoked"];
const STATES = { open: "Open", expired: "Expired", revoked: "Revoked", locked: "Locked", used: "Used" };
/** What happened to a link: at its visits, and by its maker. @type {Record<string, string>} */
const OUTCOMES = {
  created: "made",
  revoked: "revoked",
  fetched: "downloaded",
  part: "a part of it downloaded",
  broken: "download broken off",
  busy: "told to wait",
  changed: "files had changed",
  wrong: "wrong passcode",
  looked: "pictures looked at",
};

export class SharedLinks extends HTMLElement {
  /** The list as it is shown, as text: it is made anew only when it is another. */ #shown = "";

  /** @param {Link[]} links   newest first */
  show(links) {
    const text = JSON.stringify(links);
    if (text === this.#shown) return;
    this.#shown = text;
    const open = new Set([...this.querySelectorAll("details[open]")].map((one) => one.closest("li")?.dataset.number));
    part(this, "none", HTMLElement).hidden = links.length > 0;
    part(this, "links", HTMLElement).replaceChildren(...links.map((link) => this.#item(link, open)));
  }

  /** @param {Link} link @param {Set<string | undefined>} open   numbers of those whose visits are shown */
  #item(link, open) {
    const item = copyOf("shared-link", HTMLLIElement);
    const name = link.note || `Link ${link.number}`;
    item.dataset.number = String(link.number);
    one(item, ".link-name", HTMLElement).textContent = name;
    const badge = one(item, ".badge", HTMLElement);
    badge.dataset.state = link.state;
    badge.textContent = STATES[link.state] ?? link.state;
    one(item, ".link-about", HTMLElement).textContent = aboutOf(link);
    one(item, ".link-terms", HTMLElement).textContent = termsOf(link);
    const visits = one(item, "details", HTMLDetailsElement);
    visits.hidden = link.fetches.length === 0;
    visits.open = open.has(item.dataset.number);
    one(visits, "summary", HTMLElement).textContent = visitsOf(link);
    one(visits, "ul", HTMLElement).replaceChildren(...link.fetches.map(visit));
    this.#button(item, "revoke", name, link.state === "open", () => this.#revoke(link, name));
    this.#button(item, "forget", name, link.state !== "open", () => send(this, "link-forget", link.number));
    return item;
  }

  /** @param {HTMLElement} item @param {string} part_ @param {string} name @param {boolean} shown @param {() => void} act */
  #button(item, part_, name, shown, act) {
    const button = part(item, part_, HTMLButtonElement);
    button.hidden = !shown;
    button.setAttribute("aria-label", `${button.textContent}: ${name}`);
    button.addEventListener("click", act);
  }

  /** @param {Link} link @param {string} name */
  async #revoke(link, name) {
    const text = `${name}: ${aboutOf(link)}. Whoever has the address gets nothing any more, and downloads that go on end. This cannot be taken back.`;
    const question = { title: "Revoke this link?", text, yes: "Revoke", danger: true };
    if (!(await one(document, "ask-first", AskFirst).ask(question))) return;
    send(this, "link-revoke", link.number);
    one(this, "#links-title", HTMLElement).focus(); // the button goes
  }
}

/** @param {Link} link */
function aboutOf({ series, files, bytes: size, holds }) {
  const kinds = [...new Set(series.map(({ modality }) => modality).filter(Boolean))].join(", ");
  const parts = [counted(series.length, "series", "series"), counted(files, "file"), bytes(size)];
  return `${kinds ? `${kinds}: ` : ""}${parts.join(", ")}; ${holds}`;
}

/** @param {Link} link */
function termsOf({ number, expires, passcode, one_time: once, wrong }) {
  const parts = [
    `No. ${number}`,
    `until ${spokenTime(new Date(expires))}`,
    passcode ? "with a passcode" : "no passcode",
  ];
  if (once) parts.push("one download");
  if (wrong > 0) parts.push(counted(wrong, "wrong passcode"));
  return parts.join(", ");
}

/** @param {Link} link */
function visitsOf({ fetches }) {
  const times = fetches.filter(({ outcome }) => outcome === "fetched").length;
  const fetched = times === 0 ? "Not downloaded yet" : `Downloaded ${times === 1 ? "once" : `${times} times`}`;
  const visits = fetches.filter(({ outcome }) => !BY_MAKER.includes(outcome)).length;
  return visits > times ? `${fetched}; ${counted(visits, "visit")}` : fetched;
}

/** @param {Fetch} fetch_ */
function visit({ when, outcome, bytes: size }) {
  const item = document.createElement("li");
  item.textContent = `${spokenTime(new Date(when))}: ${OUTCOMES[outcome] ?? outcome}${size > 0 && !BY_MAKER.includes(outcome) ? `, ${bytes(size)}` : ""}`;
  return item;
}

customElements.define("shared-links", SharedLinks);
