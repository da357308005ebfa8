// @ts-check
/** Box form: place, frames and reason of the selected box, as fields that can be typed into. */

import { part } from "../page/dom.js";
import { counted } from "../page/format.js";
import { REASONS } from "./evidence.js";

const SIDES = /** @type {const} */ (["left", "top", "right", "bottom"]);
const FRAMES = /** @type {const} */ (["first", "last"]);

export class BoxForm {
  #root;
  #editor;

  /** @param {HTMLElement} root @param {import("./editor.js").Editor} editor */
  constructor(root, editor) {
    this.#root = root;
    this.#editor = editor;
    for (const name of SIDES) this.#input(name).addEventListener("change", () => this.#place());
    for (const name of FRAMES) this.#input(name).addEventListener("change", () => this.#frames());
    part(root, "all-frames", HTMLInputElement).addEventListener("change", () => this.#frames());
    part(root, "remove", HTMLButtonElement).addEventListener("click", () => editor.remove());
    part(root, "previous-box", HTMLButtonElement).addEventListener("click", () => editor.step(-1));
    part(root, "next-box", HTMLButtonElement).addEventListener("click", () => editor.step(1));
  }

  show() {
    const { selected, visible, group } = this.#editor;
    part(this.#root, "box-title", HTMLElement).textContent = titleOf(selected, visible);
    part(this.#root, "box-fields", HTMLElement).hidden = selected === null;
    for (const name of /** @type {const} */ (["previous-box", "next-box"])) {
      part(this.#root, name, HTMLButtonElement).disabled = visible.length === 0;
    }
    if (!selected) return;
    const { letter, why } = REASONS[selected.evidence];
    const sign = part(this.#root, "box-letter", HTMLElement);
    sign.textContent = letter;
    sign.dataset.evidence = selected.evidence;
    part(this.#root, "box-why", HTMLElement).textContent = why;
    for (const [at, name] of SIDES.entries()) {
      const input = this.#input(name);
      input.max = String(at % 2 === 0 ? group.columns : group.rows);
      input.value = String(selected.rectangle[at]);
    }
    part(this.#root, "box-frames", HTMLElement).hidden = group.frames < 2;
    const [first, last] = selected.frames;
    const all = first === 1 && last === 0;
    part(this.#root, "all-frames", HTMLInputElement).checked = all;
    part(this.#root, "from-to", HTMLElement).hidden = all;
    for (const [name, value] of /** @type {const} */ ([
      ["first", first],
      ["last", last || group.frames],
    ])) {
      Object.assign(this.#input(name), { value: String(value), max: String(group.frames) });
    }
  }

  #place() {
    const [left, top, right, bottom] = SIDES.map((name) => this.#input(name).valueAsNumber);
    const sound = [left, top, right, bottom].every(Number.isFinite) && left < right && top < bottom;
    if (!sound || !this.#editor.place([left, top, right, bottom])) this.show(); // what was typed is taken back
  }

  #frames() {
    const { frame, group, selected } = this.#editor;
    if (part(this.#root, "all-frames", HTMLInputElement).checked) {
      this.#editor.setFrames(1, 0);
      return;
    }
    const wasAll = selected?.frames[0] === 1 && selected.frames[1] === 0;
    const [first, last] = wasAll ? [frame, frame] : FRAMES.map((name) => this.#input(name).valueAsNumber);
    const sound = [first, last].every(Number.isInteger) && last <= group.frames;
    if (!sound || !this.#editor.setFrames(first, last)) this.show();
  }

  /** @param {typeof SIDES[number] | typeof FRAMES[number]} name */
  #input(name) {
    return part(this.#root, name, HTMLInputElement);
  }
}

/** "Box 3 of 14". @param {import("./boxes.js").Box | null} selected @param {readonly unknown[]} visible */
function titleOf(selected, visible) {
  if (visible.length === 0) return "No boxes in this picture";
  const at = visible.indexOf(selected) + 1;
  const all = counted(visible.length, "box", "boxes");
  return at > 0 ? `Box ${at} of ${visible.length}` : `${all}, none selected`;
}
