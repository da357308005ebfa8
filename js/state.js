// @ts-check
/**
 * State of the page: all that its panels share. Panels render it and send intents (intents.js); what acts on an intent
 * updates it, and no panel does. Values are replaced and never changed in place, so a panel can compare them by identity.
 *
 * @typedef {import("../worker/shared/protocol/files.js").Picked} Picked
 * @typedef {import("../worker/shared/protocol/files.js").Found} Found
 * @typedef {import("../worker/shared/protocol/files.js").LeftOut} LeftOut
 * @typedef {import("../worker/shared/protocol/files.js").Progress} Progress
 * @typedef {import("../worker/shared/protocol/files.js").RunSummary} RunSummary
 * @typedef {import("../worker/shared/protocol/files.js").StoredRun} StoredRun
 * @typedef {import("../worker/shared/protocol/files.js").Only} Only
 * @typedef {import("../worker/shared/protocol/policy.js").Policy} Policy
 * @typedef {import("../worker/shared/protocol/policy.js").PolicyProblem} PolicyProblem
 * @typedef {import("../worker/shared/forecast-groups.js").Group} Group
 *
 * @typedef {"choose" | "scanning" | "early" | "nothing" | "ready" | "running" | "finished"} Phase
 *   early: the scan goes on, and a run can be started all the same; nothing: the scan found no DICOM file
 * @typedef {"deidentify" | "runs" | "library" | "help"} View
 * @typedef {{picked: Picked, label: string}} Pick   the label holds a folder's name: it is shown, and goes nowhere else
 *
 * @typedef {object} Order   what a run is started with
 * @property {string} name
 * @property {string} source       name of what was picked; "" of a run that was begun before
 * @property {string} passphrase   with its salt
 * @property {Policy} policy
 * @property {string} regions      the text of the regions file that says what is made blank; "": none
 * @property {FileSystemDirectoryHandle | null} output   null: private storage
 * @property {LeftOut} leftOut   studies and series that take no part
 * @property {Only | null} only   files that take part alone, as an earlier run did not write them
 * @property {boolean} linkage   an encrypted linkage file is kept
 * @property {boolean} resumed   the run was begun before
 *
 * @typedef {object} MadeKey   what was made for a run because it was not given
 * @property {string} passphrase   with its salt
 * @property {string} name         of the run
 * @property {boolean} linkage
 * @property {boolean} given       the passphrase was given: only the salt was made
 *
 * @typedef {object} EarlierKey   the answer, of one passphrase
 * @property {string} passphrase   as it stood in its field
 * @property {boolean} comparing   it is still to come
 * @property {StoredRun | null} run   the newest with this key; null: none
 * @property {string} salt         which makes it the key of that run, and is not given; "": nothing is missing
 *
 * @typedef {{only: Only, policy: Policy}} Allowed   files that are to be run with a policy that allows them
 * @typedef {{order: Order, choose: StoredRun | null}} Waiting   choose: the run whose files have to be chosen once more
 * @typedef {"choose" | "found" | "tryOut" | "pixels" | "run" | "results" | "stored" | "encrypted" | "cutOff" | "search" | "rejection" | "library" | "share"} Place   of a note
 * @typedef {{code: string, problems: PolicyProblem[]}} Note   a reason code, and all that is wrong with a policy
 * @typedef {{done: number, total: number, pictures: number, mask: number | null}} Looking   files that are done, of how many; pictures
 *   looked at; mask: how much of it is read, from 0 to 1, as long as that goes on
 * @typedef {{groups: number, instances: number, undecided: number, leftOut: number, unread: number, unseen: number, unwritable: number, doubted: number, mask: {marked: number, beside: number} | null}} Reviewed
 *   groups of pictures; instances in them, and those that are withheld: not decided, left out, not read; files that could not be looked at, and those that are not written anyway; objects that no run writes without a search;
 *   instances in which the mask of the last search marks something, and others of its frame of reference
 * @typedef {{policy: Policy, code: boolean}} LastUsed   code: it had rules in Python, too, which are not kept
 * @typedef {"rules" | "python" | "file"} Bench   a part of the workshop: rules for single elements, Python, the policy file
 * @typedef {{policy: Policy | null, rule: string, pending: boolean}} Draft   what is written at a bench. policy: with it, to be
 *   tried on the sample; null: it cannot be. rule: its name, as ExplainedElement has it; "": none. pending: it is not in the policy
 * @typedef {{policy: Policy, problems: PolicyProblem[], traceback: string}} Verdict   what was wrong with a policy on the sample
 * @typedef {{policy: Policy, words: string, imported: Carried | null}} PolicyKept   as it was loaded or saved last, and from where, in
 *   words; imported: what became of the script of another tool that it was made of; null: of none
 * @typedef {{words: string, short: boolean}} Carried   short: lines of the script are missing, or mean something else
 * @typedef {{done: number, total: number}} Packing   files in the ZIP that is made; total 0: not known yet
 *
 * Changes of the policy that somebody decided on, so that kinds of files (Found.kinds) of a SOP Class are written.
 * @typedef {{kinds: number[], sopClass: string | null, changes: Group["remedies"][0]}} Decision
 * @typedef {"written" | "unread" | "searched" | "undecided" | "never"} Fate   what a run will do with files of a kind, as far as it
 *   is known. unread: it shows only when they are read; searched: their pictures come first; undecided: withheld, unless
 *   somebody decides otherwise; never: not written, whatever is decided
 * @typedef {Record<Fate, number> & {hidden?: number, marked?: number}} Sums   files by fate; hidden: withheld for their pictures,
 *   by a review; marked: those that a regions file decides on
 * @typedef {Group & {fate: Fate | "left"}} Question   files that the policy withholds, but for decisions; left: they take no part
 * @typedef {{reason: string, fate: Fate, files: number}} Remark   files of which there is something to know, and nothing to decide
 *
 * @typedef {object} Foreseen   forecast of the files that take part
 * @property {Record<Fate, number>} sums
 * @property {Fate[]} fates   by the number of a kind; sparse
 * @property {Question[]} questions   the most files first; they stay in their places while they are decided
 * @property {Remark[]} remarks
 *
 * @typedef {object} State
 * @property {Phase} phase
 * @property {boolean} refused              this browser cannot do the work, or a part of the page is missing
 * @property {Pick | null} pick             files that were chosen last
 * @property {Found | null} seen            what their scan has seen so far
 * @property {Found | null} found           the same at the end of the scan
 * @property {boolean} stopped              the person stopped the scan
 * @property {string[]} modalities          of which studies are listed; none: of all
 * @property {boolean} namesHidden          names, dates and descriptions of patients are not shown
 * @property {LeftOut} leftOut              studies, series and kinds of files that take no part
 * @property {Decision[]} decisions         which the policy has in it
 * @property {Foreseen | null} forecast     null: nothing is found yet, or the rules of the forecast are not there
 * @property {Policy} policy
 * @property {LastUsed | null} lastUsed     policy of an earlier visit that this one began with
 * @property {string} policyError           reason code of a field of the policy form that cannot be used, or ""
 * @property {PolicyKept} policyKept        the policy as a file has it
 * @property {Bench | ""} workshop          what is seen of the workshop; "": it is closed
 * @property {Partial<Record<Bench, Draft>>} drafts   what is written in it
 * @property {Verdict | null} verdict       what came of the draft that was tried last; null: of none
 * @property {boolean} everyKind            the search for text looks at pictures of what is written anyway, too
 * @property {File | null} mask             a segmentation that says for the search what must go; its name is shown, and goes nowhere else
 * @property {Looking | null} looking       how far the search for text in pictures is; null: none goes on
 * @property {Reviewed | null} reviewed     what the review of pictures comes to; null: nothing was looked for
 * @property {boolean} regionsLoaded        a regions file was loaded for the next run
 * @property {string} passphrase            as it stands in its field
 * @property {boolean} weak                 the passphrase is easy to guess
 * @property {boolean} insisted             and is to be used all the same
 * @property {EarlierKey | null} earlierKey  whether the key is that of an earlier run; null: nobody has asked
 * @property {MadeKey | null} madeKey       key that was made because the field was empty, or had no salt
 * @property {boolean} keyKept              and the person has copied or saved it
 * @property {FileSystemDirectoryHandle | null} output   null: private storage
 * @property {Order | null} order           of the run that goes on, or of the last one
 * @property {string} preparing             step before the first file of a run, in words
 * @property {Progress | null} progress     last news of the run; each holds only what changed since the one before
 * @property {RunSummary | null} results    of the run that ended last
 * @property {StoredRun[]} runs             runs in private storage, but the one that goes on
 * @property {{used: number, free: number} | null} storage   bytes of this page's storage; null: not known yet
 * @property {{run: StoredRun, known: boolean, allowed: Allowed | null} | null} asked   run whose passphrase is asked for, to go on
 *   with it or to run what is allowed of it now; known: the page has its files
 * @property {"" | "browser" | "python" | "passphrase"} checking   what is waited for before it goes on: an answer to the browser's
 *   question, Python, or the check of that passphrase; "": nothing
 * @property {Waiting | null} waiting       run that goes on as soon as its files are found
 * @property {{bytes: number, updated: Date} | null} kept   index of originals in this browser
 * @property {string} indexing              how far the index of the chosen files is, in words; "": none is made
 * @property {Partial<Record<Place, Packing>>} packing   ZIPs that are being made
 * @property {Partial<Record<Place, Note>>} notes        what went wrong, by the panel that shows it
 *
 * @typedef {keyof State} Field
 * @typedef {(state: Readonly<State>, changed: ReadonlySet<Field>) => void} Render
 */

/** All that was found takes part. @type {LeftOut} */
export const NONE_LEFT_OUT = { studies: [], series: [], kinds: [] };

/** The policy before anything is chosen: the Basic Profile alone. @returns {Policy} */
export function plainPolicy() {
  return { options: [], allow_sop_classes: [], pass_burned_in: false, verbose: false };
}

/** @returns {State} */
function firstState() {
  const nothing = { pick: null, seen: null, found: null, output: null, order: null, progress: null, results: null };
  const files = {
    refused: false,
    stopped: false,
    leftOut: NONE_LEFT_OUT,
    runs: [],
    storage: null,
    kept: null,
    indexing: "",
  };
  const list = { modalities: [], namesHidden: false };
  const policy = {
    policy: plainPolicy(),
    lastUsed: null,
    policyError: "",
    policyKept: { policy: plainPolicy(), words: "", imported: null },
    workshop: /** @type {const} */ (""),
    drafts: {},
    verdict: null,
    decisions: [],
    forecast: null,
    everyKind: false,
    mask: null,
    looking: null,
    reviewed: null,
    regionsLoaded: false,
    passphrase: "",
    weak: false,
    insisted: false,
    earlierKey: null,
    madeKey: null,
    keyKept: false,
  };
  const run = {
    preparing: "",
    asked: null,
    checking: /** @type {const} */ (""),
    waiting: null,
    packing: {},
    notes: {},
  };
  return { phase: "choose", ...nothing, ...files, ...list, ...policy, ...run };
}

/**
 * Whether a run is the last one, or that one took only files of it: its key is known, and what it was about is still found.
 * @param {Readonly<State>} state
 * @param {string} name
 */
export const isLast = ({ phase, order, found }, name) =>
  phase === "finished" && found !== null && (order?.name === name || order?.only?.run === name);

/** Whether a key would be lost with the page: it was made for what was begun, and nobody has kept it. @param {Readonly<State>} state */
export const hasKeyToKeep = ({ madeKey, keyKept }) => madeKey !== null && !keyKept;

export class Store {
  /** @type {Readonly<State>} */ state = firstState();
  /** @type {{fields: Field[], render: Render}[]} */ #followers = [];
  /** @type {ReadonlySet<Field>[]} changes that the followers are still to be told of */ #news = [];
  #telling = false;

  /**
   * Renders whenever one of these fields has changed, with the names of all that changed. Followers are told in the order
   * in which they came, before `update` returns; of what is updated meanwhile, all are told after that.
   * @param {Field[]} fields @param {Render} render
   */
  subscribe(fields, render) {
    this.#followers.push({ fields, render });
  }

  /** @param {Partial<State>} change */
  update(change) {
    const fields = /** @type {Field[]} */ (Object.keys(change));
    const changed = new Set(fields.filter((field) => !Object.is(change[field], this.state[field])));
    if (changed.size === 0) return;
    this.state = { ...this.state, ...change };
    this.#news.push(changed);
    if (!this.#telling) this.#tell();
  }

  #tell() {
    this.#telling = true;
    try {
      for (let changed = this.#news.shift(); changed; changed = this.#news.shift()) {
        for (const { fields, render } of this.#followers) {
          if (fields.some((field) => changed.has(field))) render(this.state, changed);
        }
      }
    } finally {
      this.#telling = false;
    }
  }

  /** Shows in a panel what went wrong; null: nothing did. @param {Place} place @param {Note | null} note */
  note(place, note) {
    const { [place]: _, ...others } = this.state.notes;
    if (note || _) this.update({ notes: note ? { ...others, [place]: note } : others });
  }
}
