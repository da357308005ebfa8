// @ts-check
/** <help-pages>: the way through the page, what each choice costs, the words, and sample data to try. */
import { send } from "../intents.js";
import { copyOf, one, part } from "../page/dom.js";
import { fetchTable } from "../page/tables.js";
import { DONE } from "../policy/policy.js";
import { SCREEN, samples } from "./samples.js";

/**
 * @typedef {import("../page/tables.js").ProfileOption} ProfileOption
 * @typedef {{description: string, items?: {properties?: Record<string, {description: string}>}}} SchemaField
 * @typedef {{properties: Record<string, SchemaField>}} Schema   as far as it is shown
 */

/** As they stand under What to keep. */
const GROUPS = ["dates", "patient", "hospital", "texts", "pixels"];
const EXAMPLE = `options = ["retain-patient-characteristics", "retain-modified-dates"]
allow_sop_classes = ["Ultrasound Image Storage"]

[[attribute]]
match = "StudyDescription"
action = "C"
reason = "the protocol is needed"

[[attribute]]
match = "/PatientName"
value = "Case^Teaching"`;
const TEXT_PIXELS = 22;

export class HelpPages extends HTMLElement {
  connectedCallback() {
    part(this, "try", HTMLButtonElement).addEventListener("click", () => {
      send(this, "picked", { picked: { kind: "files", files: samples(drawn()) }, label: "Sample data" });
    });
  }

  /** @param {import("../state.js").Store} store */
  follow(store) {
    store.subscribe(["phase", "refused"], ({ phase, refused }) => {
      part(this, "try", HTMLButtonElement).disabled = refused || phase === "running";
    });
  }

  /** @param {import("../page/tables.js").Tables} tables */
  setTables({ options }) {
    const place = (/** @type {ProfileOption} */ { group }) => GROUPS.indexOf(group);
    const sorted = options.toSorted((one, other) => place(one) - place(other));
    part(this, "options", HTMLElement).replaceChildren(...sorted.map(row));
    fetchTable("policy.schema").then(
      (schema) => this.#showFields(schema),
      () => {}, // the other parts are there
    );
  }

  /** The fields of a policy file. @param {Schema} schema */
  #showFields({ properties }) {
    const fields = Object.entries(properties).flatMap(([name, { description, items }]) => [
      field(name, description),
      ...Object.entries(items?.properties ?? {}).map(([inner, said]) => field(`${name}: ${inner}`, said.description)),
    ]);
    part(this, "example", HTMLElement).textContent = EXAMPLE;
    part(this, "fields", HTMLElement).replaceChildren(...fields);
    part(this, "actions", HTMLElement).textContent = `Actions: ${Object.entries(DONE)
      .map(([code, done]) => `${code} ${done}`)
      .join(", ")}.`;
    part(this, "policy", HTMLElement).hidden = false;
  }
}

/** @param {ProfileOption} option */
function row({ name, plain, group, title, code, sentence, cost }) {
  const made = copyOf("cost", HTMLTableRowElement);
  one(made, "b", HTMLElement).textContent = group === "dates" ? `Dates: ${plain}` : plain;
  one(made, "small", HTMLElement).textContent = `${title} (${code}), ${name}`;
  const [does, costs] = made.querySelectorAll("td");
  [does.textContent, costs.textContent] = [sentence, cost];
  return made;
}

/** @param {string} name @param {string} description */
function field(name, description) {
  const made = copyOf("field", HTMLTableRowElement);
  one(made, "code", HTMLElement).textContent = name;
  one(made, "td", HTMLElement).textContent = description;
  return made;
}

/** The screen with its name on it, as grey values. */
function drawn() {
  const { columns, rows, lines } = SCREEN;
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    new OffscreenCanvas(columns, rows).getContext("2d")
  );
  context.fillRect(0, 0, columns, rows);
  context.fillStyle = "white";
  context.font = `${TEXT_PIXELS}px sans-serif`;
  for (const [line, text] of lines.entries()) context.fillText(text, TEXT_PIXELS, (line + 2) * 1.5 * TEXT_PIXELS);
  const { data } = context.getImageData(0, 0, columns, rows);
  return Uint8Array.from({ length: columns * rows }, (_, at) => data[4 * at]);
}

customElements.define("help-pages", HelpPages);
