// @ts-check
/** <passphrase-field>: the passphrase, what its salt does, and a warning where it is easy to guess. */
import { send } from "../intents.js";
import { part } from "../page/dom.js";
import { isWhole, OLDER } from "../page/project-key.js";
import { reason, reasons } from "../page/tables.js";

const NONE =
  "A passphrase makes the key, and the same key gives a patient the same pseudonym, today and next year. " +
  "A key that you saved can be put in, too. Leave it empty, and a key is made when you press Start.";
const NO_SALT =
  "When you press Start, a key is made of it and a new salt, to be saved. " +
  "For the pseudonyms of an earlier run, put in the key that you saved then, all of it.";
const WHOLE = "This is a whole key: patients get the same pseudonyms as in earlier runs with it.";
const WITHOUT = "The key is without a salt, as in version 0.2 and before (see More).";
const MADE = "This is the key of your last run. Empty the field to get another one.";

export class PassphraseField extends HTMLElement {
  connectedCallback() {
    const show = part(this, "show", HTMLButtonElement);
    show.addEventListener("click", () => this.reveal(show.getAttribute("aria-pressed") !== "true"));
    const passphrase = part(this, "passphrase", HTMLInputElement);
    passphrase.addEventListener("input", () => send(this, "passphrase-typed", passphrase.value));
    passphrase.addEventListener("change", () => send(this, "passphrase-entered"));
    const insist = part(this, "insist", HTMLInputElement);
    insist.addEventListener("change", () => send(this, "passphrase-insisted", insist.checked));
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["passphrase", "policy", "madeKey"], ({ passphrase, policy, madeKey }) => {
      const field = part(this, "passphrase", HTMLInputElement);
      if (field.value !== passphrase) field.value = passphrase;
      const made = madeKey !== null && madeKey.passphrase === passphrase;
      part(this, "hint", HTMLElement).textContent = made ? MADE : hintOf(passphrase, policy);
    });
    store.subscribe(["notes"], ({ notes, weak }) => {
      if (weak && notes.run?.code === "WEAK_PASSPHRASE") part(this, "insist", HTMLInputElement).focus();
    });
    store.subscribe(["weak", "insisted"], ({ weak, insisted }) => reasons.whenThere(() => this.#warn(weak, insisted)));
  }

  /** @param {boolean} weak @param {boolean} insisted */
  #warn(weak, insisted) {
    const { sentence, remedy } = reason("WEAK_PASSPHRASE");
    part(this, "weak", HTMLElement).textContent = weak ? `${sentence} ${remedy}` : "";
    part(this, "weak", HTMLElement).hidden = !weak;
    part(this, "passphrase", HTMLInputElement).setAttribute("aria-invalid", String(weak && !insisted));
    part(this, "insist-choice", HTMLElement).hidden = !weak;
    part(this, "insist", HTMLInputElement).checked = insisted;
  }

  /** @param {boolean} shown */
  reveal(shown) {
    part(this, "show", HTMLButtonElement).setAttribute("aria-pressed", String(shown));
    part(this, "passphrase", HTMLInputElement).type = shown ? "text" : "password";
  }
}

/** @param {string} passphrase @param {import("./policy.js").Policy} policy */
function hintOf(passphrase, { pseudonyms }) {
  if (passphrase === "") return NONE;
  if (pseudonyms === OLDER) return WITHOUT;
  return isWhole(passphrase, false) ? WHOLE : NO_SALT;
}

customElements.define("passphrase-field", PassphraseField);
