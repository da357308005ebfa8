// @ts-check
/** Where a PACS is and who asks, in the fields of a dialog; what was typed is in the memory of this page alone. */
import { part } from "../page/dom.js";
import { Problem } from "../page/problem.js";
import { pacsAddress, serverSignsIn } from "../page/served.js";

/** @typedef {import("../../worker/shared/protocol/pacs.js").Pacs} Pacs */

/** @type {Pacs} what was typed last, in whichever dialog */
const typed = { address: "", user: "", password: "" };
const FIELDS = /** @type {const} */ (["address", "user", "password"]);

/** Fills the fields of a dialog. @param {Element} dialog */
export function fillLogin(dialog) {
  typed.address ||= pacsAddress();
  for (const name of FIELDS) part(dialog, name, HTMLInputElement).value = typed[name];
  part(dialog, "login", HTMLElement).hidden = serverSignsIn();
  part(dialog, "signed-in", HTMLElement).hidden = !serverSignsIn();
}

/** What they say. Throws a Problem for an address that this page may not reach. @param {Element} dialog @returns {Pacs} */
export function readLogin(dialog) {
  for (const name of FIELDS) typed[name] = part(dialog, name, HTMLInputElement).value;
  return { ...typed, address: reachable(typed.address.trim()) };
}

/** @param {string} text */
function reachable(text) {
  const url = URL.parse(text, document.baseURI);
  const origins = [location.origin, new URL(pacsAddress()).origin];
  if (!url || !origins.includes(url.origin) || url.search || url.hash || url.username || url.password)
    throw new Problem("PACS_ELSEWHERE");
  return url.href.replace(/\/+$/, "");
}
