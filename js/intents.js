// @ts-check
/**
 * Intents: what a person wants, sent by the panel that was used and acted on elsewhere. Those of a part go to its panel.
 *
 * @typedef {import("./state.js").Pick} Pick
 * @typedef {import("./state.js").Policy} Policy
 * @typedef {import("./state.js").LeftOut} LeftOut
 * @typedef {import("./state.js").Decision} Decision
 * @typedef {import("./state.js").Question} Question
 * @typedef {import("./state.js").Allowed} Allowed
 * @typedef {import("./state.js").Order} Order
 * @typedef {import("./state.js").StoredRun} StoredRun
 * @typedef {import("../worker/shared/protocol/policy.js").AttributeRule} AttributeRule
 * @typedef {import("../worker/shared/protocol/files.js").Sample} Sample
 * @typedef {import("../worker/shared/protocol/index.js").IndexOf} IndexOf
 * @typedef {import("../worker/shared/protocol/index.js").SeriesRow} SeriesRow
 * @typedef {"zip" | "audit.csv" | "output.log" | "linkage" | "sent.csv"} RunFile   what can be taken out of a run
 *
 * @typedef {object} LinkWish   how series of a server are shared
 * @property {{key: string, folder: number}[]} series
 * @property {number} hours
 * @property {true | null} passcode   true: one is made
 * @property {boolean} one_time
 * @property {boolean} deidentify
 * @property {boolean} own   by the policy that is set in the page; else by that of the server
 * @property {string} note
 *
 * @typedef {object} Wish   what is to be done with series of an index
 * @property {IndexOf} of
 * @property {string} query    what they were searched by
 * @property {string[]} keys   of the ticked ones
 *
 * Name of each intent, and its detail.
 * @typedef {{
 *   "view": import("./state.js").View,
 *   "view-shown": import("./state.js").View,
 *   "picked": Pick,
 *   "not-picked": string,
 *   "policy-dropped": File,
 *   "stop-scan": undefined,
 *   "studies-chosen": LeftOut,
 *   "modalities-chosen": string[],
 *   "names-hidden": boolean,
 *   "decided": Decision,
 *   "undecided": Question,
 *   "decisions-wanted": undefined,
 *   "look-at-kind": Question,
 *   "policy-edited": {policy: Policy, error: string},
 *   "policy-loaded": Policy,
 *   "policy-kept": import("./state.js").PolicyKept,
 *   "policy-reset": undefined,
 *   "workshop-shown": import("./state.js").Bench | "",
 *   "drafted": {bench: import("./state.js").Bench, draft: import("./state.js").Draft | null},
 *   "draft-tried": import("./state.js").Verdict | null,
 *   "rule-written": AttributeRule | null,
 *   "rule-taken": AttributeRule,
 *   "rule-left": undefined,
 *   "report-dismissed": undefined,
 *   "passphrase-typed": string,
 *   "passphrase-entered": undefined,
 *   "passphrase-insisted": boolean,
 *   "key-kept": undefined,
 *   "compare-key": undefined,
 *   "take-salt": undefined,
 *   "sample-chosen": Sample | null,
 *   "look-at": {study: number, series: number, index: number | null},
 *   "regions-loaded": File,
 *   "look-at-every-kind": boolean,
 *   "use-mask": File | null,
 *   "look-for-text": undefined,
 *   "stop-looking": undefined,
 *   "review-pictures": undefined,
 *   "save-regions": undefined,
 *   "review-decided": undefined,
 *   "review-closed": undefined,
 *   "choose-output": undefined,
 *   "forget-output": undefined,
 *   "start": {linkage: boolean},
 *   "pause": undefined,
 *   "resume": undefined,
 *   "cancel": undefined,
 *   "again": undefined,
 *   "get": RunFile,
 *   "get-stored": {name: string, file: RunFile},
 *   "encrypt-zip": string,
 *   "delete-runs": string[],
 *   "query-pacs": undefined,
 *   "send-run": string,
 *   "show-unwritten": string,
 *   "allow-only": Allowed,
 *   "run-only": Order,
 *   "go-on": StoredRun,
 *   "resume-closed": undefined,
 *   "resume-run": {run: StoredRun, passphrase: string},
 *   "resume-later": undefined,
 *   "search-originals": undefined,
 *   "search-kept": undefined,
 *   "search-results": undefined,
 *   "search-run": string,
 *   "search-library": undefined,
 *   "search-in": IndexOf,
 *   "search-closed": undefined,
 *   "search-take": Wish,
 *   "search-zip": Wish,
 *   "search-share": Wish,
 *   "search-look": {of: IndexOf, query: string, key: string},
 *   "search-pictures": Wish,
 *   "search-thumbnails": Wish,
 *   "search-csv": Wish,
 *   "search-save": Wish,
 *   "search-delete": Wish,
 *   "delete-kept": undefined,
 *   "index-start": undefined,
 *   "index-stop": undefined,
 *   "thumbnails-closed": undefined,
 *   "library-sign-in": string,
 *   "library-sign-out": undefined,
 *   "library-start": undefined,
 *   "library-stop": undefined,
 *   "link-create": LinkWish,
 *   "link-revoke": number,
 *   "link-forget": number,
 *   "look-through": string,
 *   "look-through-series": string,
 *   "look-through-closed": undefined,
 *   "take-rejected-out": undefined,
 *   "end-rejection": string,
 *   "runs-changed": undefined,
 *   "series-counted": number,
 *   "series-ticked": undefined,
 *   "series-tick-all": undefined,
 *   "series-look": SeriesRow,
 *   "series-failed": {error: unknown},
 * }} Intents
 */

/** Before the name of each, so that none is taken for an event of the browser: "search" and "cancel" are such. */
const PREFIX = "intent:";

/**
 * Sends an intent from an element; it reaches all that listens there and further up.
 * @template {keyof Intents} K
 * @param {EventTarget} from
 * @param {K} name
 * @param {undefined extends Intents[K] ? [] : [Intents[K]]} detail
 */
export function send(from, name, ...[detail]) {
  from.dispatchEvent(new CustomEvent(`${PREFIX}${name}`, { detail, bubbles: true }));
}

/**
 * Acts on an intent.
 * @template {keyof Intents} K
 * @param {K} name
 * @param {(detail: Intents[K]) => unknown} act
 * @param {EventTarget} [within]   an element: only intents that are sent from there; else from anywhere in the page
 */
export function on(name, act, within = document) {
  within.addEventListener(`${PREFIX}${name}`, (event) => act(/** @type {CustomEvent<Intents[K]>} */ (event).detail));
}
