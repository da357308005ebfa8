// @ts-check
/** Messages of a policy and what it comes to: read from a file, planned for a run. */

/**
 * The fields of a policy file (docs/policy-file.md, tables/policy.schema.json).
 * @typedef {object} Policy
 * @property {string[]} options            option names of tables/options.json ("retain-uids", …)
 * @property {string[]} allow_sop_classes  SOP Class UIDs to pass that the policy withholds otherwise
 * @property {boolean} pass_burned_in      pass instances that say Burned In Annotation YES
 * @property {boolean} [withhold_faces]    withhold volumes of the head, from which a face can be rebuilt
 * @property {boolean} verbose             the log also names each element action
 * @property {string} [private_dispositions]  "tcia": its list of safe private elements counts too (docs/policy-file.md)
 * @property {number} [pseudonyms]         version of the pseudonyms: 2, or 1 for those that version 0.2 and before gave
 * @property {AttributeRule[]} [attribute]  rules that go before the profile; the last one that reaches an element decides
 * @property {string[]} [wheels]           file names of the wheels that the rules in Python import
 * @property {PythonRule[]} [python]       rules in Python
 *
 * @typedef {Partial<Record<"match" | "vr" | "pattern" | "creator" | "element" | "action" | "value" | "reason", string>>} AttributeRule
 * @typedef {{name?: string, may?: ActionCode[], code: string}} PythonRule  may: the actions that it may return
 * @typedef {"D" | "Z" | "X" | "K" | "C" | "U"} ActionCode
 */

/**
 * One thing that is wrong in a policy: the line (0: not known), the word, what is wrong, and the word perhaps meant.
 * @typedef {{line: number, word: string, text: string, near: string}} PolicyProblem
 */

/**
 * A policy, read from the text of a policy file or of a script of another tool.
 * @typedef {object} Reading
 * @property {Policy} policy
 * @property {string} toml            the text to save
 * @property {string} tool            whose script it was; "" for a policy file
 * @property {number} carried         lines of it that the policy follows
 * @property {string[]} notes         what is different for the script as a whole
 * @property {ScriptLine[]} differing lines that mean something else here
 * @property {ScriptLine[]} lost      lines that could not be carried over
 * @typedef {{line: number, text: string, why: string}} ScriptLine
 */

/**
 * The plan of a run, made of a policy and a key: the text of plan.json, the first lines of output.log, conformance.md's text.
 * @typedef {object} PlanText
 * @property {string} document   the text of plan.json
 * @property {string} key_check  a value by which the run knows its key again; it stays in private storage
 * @property {string} statement  the text of conformance.md
 * @property {string[]} opening  the opening lines of output.log, without times
 */

export {};
