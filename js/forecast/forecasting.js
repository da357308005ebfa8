// @ts-check
/** Keeps the forecast in the state of the page: made again when other files take part, or the policy is another one; and acts on decisions. */
import { loadRules } from "../../worker/shared/forecast.js";
import { actOn } from "../page/notes.js";
import { decide, standing, undecided, undo } from "./decisions.js";
import { forecastOf } from "./forecast.js";

/**
 * @typedef {import("../state.js").State} State
 * @typedef {import("../state.js").LeftOut} LeftOut
 * @typedef {(state: Pick<State, "found" | "leftOut">) => {studies: import("../../worker/shared/protocol/files.js").StudyFound[]}} TakingOf
 */

export class Forecasting {
  #store;
  #takingOf;
  /** @type {import("./forecast.js").Rules | null} */ #rules = null;

  /** @param {import("../state.js").Store} store @param {TakingOf} takingOf   studies that take part */
  constructor(store, takingOf) {
    this.#store = store;
    this.#takingOf = takingOf;
    store.subscribe(["pick"], () => this.#forget());
    store.subscribe(["found", "leftOut", "policy", "decisions"], () => this.#forecast());
    actOn(store, "decided", "found", (decision) => this.#set((rules) => decide(store.state, decision, rules)));
    actOn(store, "undecided", "found", (question) => this.#undo(question));
  }

  /** Fetches the rules; without them nothing is forecast. */
  async load() {
    this.#rules = await loadRules().catch(() => null);
    this.#forecast();
  }

  #forecast() {
    const { found, leftOut, policy } = this.#store.state;
    const { decisions: made } = this.#store.state;
    const decisions = this.#rules ? standing(this.#store.state, this.#rules) : made;
    const forecast = found && this.#rules && this.#of(this.#rules, found, leftOut, { policy, decisions });
    this.#store.update({ forecast, decisions });
  }

  /** @param {import("./forecast.js").Rules} rules @param {import("../state.js").Found} found @param {LeftOut} leftOut @param {import("./decisions.js").Decided} decided */
  #of(rules, found, leftOut, decided) {
    const { studies } = this.#takingOf({ found, leftOut: { ...leftOut, kinds: [] } });
    return forecastOf(rules, found.kinds, studies, leftOut.kinds, decided);
  }

  /** Other files were picked: what was decided about these does not hold for them. */
  #forget() {
    if (this.#store.state.decisions.length > 0)
      this.#set((rules) => ({ policy: undecided(this.#store.state, rules), decisions: [] }));
  }

  /** @param {import("../state.js").Question} question */
  #undo(question) {
    const facts = this.#store.state.found?.kinds[question.kinds[0]].facts;
    if (facts) this.#set((rules) => undo(this.#store.state, question, facts, rules));
  }

  /** @param {(rules: import("./forecast.js").Rules) => import("./decisions.js").Decided} made */
  #set(made) {
    if (this.#rules) this.#store.update({ ...made(this.#rules), policyError: "" });
  }
}
