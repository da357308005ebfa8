// @ts-check
/** Rules in Python as they are being written: each as the policy has it, if it has it, and as it stands in the editor. */

/** @typedef {import("../../worker/shared/protocol/policy.js").PythonRule} PythonRule */

/**
 * The actions that a rule may return which says nothing of them: nothing of a value is left after any.
 * @type {NonNullable<PythonRule["may"]>}
 */
export const MAY = ["D", "Z", "X", "U"];

/** @type {PythonRule} */
const EXAMPLE = {
  name: "Screening series",
  code: `# Called for each data element. It returns an action code, "D" with a text to take the place of
# the value, or nothing: then the policy decides as it would without this rule.
def rule(element, instance):
    if element.keyword == "SeriesDescription" and "screening" in str(element.value).lower():
        return "D", "SCREENING"
`,
};
/** @type {PythonRule} */
const BLANK = { code: "def rule(element, instance):\n    return None\n" };

class Draft {
  /** @param {PythonRule | null} saved   as in the policy @param {PythonRule} draft */
  constructor(saved, draft) {
    this.saved = saved;
    this.draft = draft;
  }

  get isChanged() {
    return this.saved !== null && !same(this.saved, this.draft);
  }

  /** Nothing was written in it yet. */
  get isUntouched() {
    return this.saved === null && [EXAMPLE, BLANK].some((rule) => same(rule, this.draft));
  }

  /** @param {number} at */
  title(at) {
    const name = this.draft.name || `Rule ${at + 1}`;
    return this.saved && !this.isChanged ? name : `${name} (draft)`;
  }
}

export class Drafts {
  /** @type {Draft[]} never empty */ all = [new Draft(null, EXAMPLE)];
  at = 0;

  get current() {
    return this.all[this.at].draft;
  }

  set current(rule) {
    this.all[this.at].draft = rule;
  }

  get isSaved() {
    return this.all[this.at].saved !== null;
  }

  get isChanged() {
    return this.all[this.at].isChanged;
  }

  get isUntouched() {
    return this.all[this.at].isUntouched;
  }

  /** Whether anything is written that the policy does not have. */
  get isPending() {
    return this.all.some((draft) => draft.isChanged || (draft.saved === null && !draft.isUntouched));
  }

  /** Whether the last rule is one that nothing was written in yet. */
  get isBlank() {
    return this.all[this.all.length - 1].isUntouched;
  }

  /** The rules of the policy. */
  get saved() {
    return this.all.flatMap(({ saved }) => (saved ? [saved] : []));
  }

  /** The rules of the policy with the current one as it stands, and its number among them. */
  tried() {
    const tried = this.all.filter((draft, at) => draft.saved || at === this.at);
    const at = tried.indexOf(this.all[this.at]);
    return { rules: tried.map(({ saved, draft }, number) => (number === at || !saved ? draft : saved)), at };
  }

  /** @param {number} at   as many as there are: a new one */
  choose(at) {
    if (at === this.all.length) this.all.push(new Draft(null, BLANK));
    this.at = at;
  }

  /** The current rule goes into the policy as it stands. */
  save() {
    this.all[this.at].saved = this.current;
  }

  remove() {
    this.all.splice(this.at, 1);
    if (this.all.length === 0) this.all.push(new Draft(null, EXAMPLE));
    this.at = Math.min(this.at, this.all.length - 1);
  }

  /** The policy has these rules now; what is being written stays. @param {PythonRule[]} rules */
  follow(rules) {
    const current = this.all[this.at];
    const known = [...this.all];
    const followed = rules.map((rule) => {
      const at = known.findIndex(({ saved }) => saved && same(saved, rule));
      return at < 0 ? new Draft(rule, rule) : known.splice(at, 1)[0];
    });
    const unsaved = known.filter((draft) => !draft.saved && !draft.isUntouched);
    this.all = [...followed, ...unsaved];
    if (this.all.length === 0) this.all.push(current.saved ? new Draft(null, EXAMPLE) : current);
    this.at = Math.max(0, this.all.indexOf(current));
  }
}

/** @param {PythonRule} one @param {PythonRule} other */
function same(one, other) {
  return stated(one) === stated(other);
}

/** @param {PythonRule} rule */
function stated({ name = "", may = MAY, code }) {
  return JSON.stringify([name, may.toSorted(), code]);
}
