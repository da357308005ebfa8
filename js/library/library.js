// @ts-check
/** The library: signs in to the server, holds its index open, and acts on what is wanted of series and links. */

import { Catalogue } from "../index/client.js";
import { on, send } from "../intents.js";
import { one } from "../page/dom.js";
import { actOn, noteFrom } from "../page/notes.js";
import { codeOf, Problem } from "../page/problem.js";
import { LIBRARY } from "../search/sources.js";
import { SharedLinks } from "./links.js";
import { LibraryPanel } from "./panel.js";
import { hasSecret, Server } from "./server.js";
import { partsOf, ServerIndex } from "./server-index.js";
import { ShareSeries } from "./share-dialog.js";

/** While the view is seen, the list of links is asked for so often, in milliseconds. */
const LINKS_MILLISECONDS = 5000;

/** @typedef {import("./server.js").Session} Session */

export class Library {
  #server;
  #store;
  #indexes;
  #panel = one(document, "library-panel", LibraryPanel);
  #links = one(document, "shared-links", SharedLinks);
  #share = one(document, "share-series", ShareSeries);
  /** @type {Session} */ #session = { signed_in: false, by: "secret" };

  /**
   * @param {string} address   of the calls of the server
   * @param {import("../state.js").Store} store
   * @param {import("../index/open-indexes.js").OpenIndexes} indexes
   */
  constructor(address, store, indexes) {
    this.#server = new Server(address);
    this.#store = store;
    this.#indexes = indexes;
    indexes.library = () => this.#opened();
    this.#panel.follow(store);
    this.#share.follow(store);
    on("view-shown", () => this.#refresh());
    actOn(store, "library-sign-in", "library", (passphrase) => this.#signIn(passphrase));
    actOn(store, "library-sign-out", "library", () => this.#signOut());
    actOn(store, "library-start", "library", async () => (await indexes.open(LIBRARY)).start());
    actOn(store, "library-stop", "library", async () => (await indexes.open(LIBRARY)).stop());
    actOn(store, "search-share", "search", ({ keys }) => this.#ask(keys));
    on("link-create", (wish) => this.#create(wish));
    actOn(store, "link-revoke", "library", (number) => this.#end("revoke", number));
    actOn(store, "link-forget", "library", (number) => this.#end("forget", number));
    addEventListener("hashchange", () => hasSecret() && this.begin()); // the address of a new start of the server
    setInterval(() => this.#refresh(), LINKS_MILLISECONDS);
  }

  /** Signs in, where the address has the secret, and shows the view that it asks for. */
  async begin() {
    try {
      this.#session = await this.#server.begin();
    } catch (error) {
      return this.#store.note("library", noteFrom(error));
    }
    if (location.hash === "#library") send(this.#panel, "view", "library");
    await this.#enter();
  }

  /** Shows what is there for whoever is signed in. */
  async #enter() {
    this.#panel.session(this.#session);
    if (!this.#session.signed_in) return;
    this.#store.note("library", null);
    this.#indexes.hold(this, LIBRARY);
    await this.#indexes.open(LIBRARY).catch((error) => this.#store.note("library", noteFrom(error)));
    await this.#refresh();
  }

  #opened() {
    return Catalogue.opened(LIBRARY, (report) => {
      return new ServerIndex(this.#server, report, (status) => this.#panel.status(status));
    });
  }

  /** @param {string} passphrase */
  async #signIn(passphrase) {
    this.#store.note("library", null);
    await this.#server.post("/session", { passphrase });
    this.#session = await this.#server.get("/session");
    await this.#enter();
  }

  async #signOut() {
    await this.#server.end();
    await this.#leave();
  }

  /** Shows nothing of the server any more. */
  async #leave() {
    this.#indexes.hold(this, null);
    this.#session = await this.#server.get("/session");
    this.#panel.session(this.#session);
    this.#links.show([]);
  }

  /** Brings the list of links up to date, where it is seen. */
  async #refresh() {
    const isSeen = document.documentElement.dataset.view === "library" && !document.hidden;
    if (!isSeen || !this.#session.signed_in) return;
    try {
      const { links } = await this.#server.get("/share/links");
      this.#links.show(links);
      if (this.#store.state.notes.library?.code === "SERVER_LOST") this.#store.note("library", null); // it is back
    } catch (error) {
      this.#store.note("library", noteFrom(error));
      if (codeOf(error) === "SIGN_IN_NEEDED") await this.#leave(); // it was started anew
    }
  }

  /** Asks how series are to be shared. @param {string[]} keys   as the page knows them */
  async #ask(keys) {
    const series = [];
    for (const { key, folder } of keys.map(partsOf)) {
      series.push({ ...(await this.#server.get(`/series/${key}`, { folder })), key, folder });
    }
    this.#store.note("share", null);
    this.#share.open(series, this.#session);
  }

  /** @param {import("../intents.js").LinkWish} wish */
  async #create({ own, ...terms }) {
    this.#store.note("share", null);
    try {
      const policy = own && terms.deidentify ? this.#policy() : "";
      this.#share.made(await this.#server.post("/share/create", { ...terms, policy }));
    } catch (error) {
      this.#share.failed();
      this.#store.note("share", noteFrom(error));
    }
    await this.#refresh();
  }

  /** The policy that is set in the page, as the text of a file. Throws a Problem where a field of it cannot be used. */
  #policy() {
    const { policy, policyError } = this.#store.state;
    if (policyError) throw new Problem(policyError);
    return JSON.stringify(policy);
  }

  /** @param {"revoke" | "forget"} how @param {number} number   of the link */
  async #end(how, number) {
    await this.#server.post(`/share/${how}`, { number }).catch((error) => {
      if (codeOf(error) !== "LINK_UNKNOWN") throw error; // somebody else was first
    });
    await this.#refresh();
  }
}
