// @ts-check
/** Acts on the intents of the workshop: keeps in the page's state what is open, what is written, and what came of it. */
import { actOn } from "../page/notes.js";
import { plainPolicy } from "../state.js";

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
    actOn(store, "policy-reset", "run", () => store.update({ policyKept: { policy: plainPolicy(), words: "" } }));
    store.subscribe(["lastUsed"], ({ lastUsed }) => {
      if (lastUsed) store.update({ policyKept: { policy: lastUsed.policy, words: "" } });
    });
  }
}
