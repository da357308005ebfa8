// @ts-check
/** Acts on the intents of the workshop: keeps in the page's state what is open, what is written, and what came of it. */
import { actOn } from "../page/notes.js";
import { plainPolicy } from "../state.js";

/** @typedef {import("../state.js").Policy} Policy */

export class Workshop {
  /** @param {import("../state.js").Store} store */
  constructor(store) {
    actOn(store, "workshop-shown", "run", (workshop) => store.update({ workshop }));
    actOn(store, "drafted", "run", ({ bench, draft }) => {
      const { [bench]: before, ...others } = store.state.drafts;
      if (before || draft) store.update({ drafts: draft ? { ...others, [bench]: draft } : others });
    });
    actOn(store, "draft-tried", "tryOut", (verdict) => store.update({ verdict }));
    actOn(store, "policy-kept", "run", (policyKept) => store.update({ policyKept }));
    const keep = (/** @type {Policy} */ policy) => store.update({ policyKept: { policy, words: "", imported: null } });
    actOn(store, "policy-reset", "run", () => keep(plainPolicy()));
    actOn(store, "report-dismissed", "run", () =>
      store.update({ policyKept: { ...store.state.policyKept, imported: null } }),
    );
    store.subscribe(["lastUsed"], ({ lastUsed }) => {
      if (lastUsed) keep(lastUsed.policy);
    });
  }
}
