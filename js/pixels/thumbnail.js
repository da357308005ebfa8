// @ts-check
/** A tile of the sheet: a small picture with its boxes, and words below it. */

import { one } from "../page/dom.js";
import { noPicture } from "../page/tables.js";
import { covers } from "./boxes.js";
import { REASONS } from "./evidence.js";

/**
 * @typedef {object} Shown
 * @property {import("./tiles.js").Size} picture       of the small one, in CSS pixels
 * @property {import("./picture-queue.js").Small | undefined} small   why there is none: a reason code; undefined: it has not come
 * @property {import("./boxes.js").Size} size          of the picture in the file
 * @property {readonly import("./boxes.js").Box[]} boxes
 * @property {boolean} beneath                         boxes do not hide what is beneath them
 * @property {string} title
 * @property {string} about
 * @property {string} alarm                            "": nothing is particular
 * @property {import("./standing.js").Badge | null} badge
 * @property {string} seen                             "": nobody has seen it
 */

/** @param {HTMLElement} tile   a copy of the template "review-tile" @param {Shown} shown */
export function writeTile(tile, shown) {
  const texts = { title: shown.title, about: shown.about, badge: shown.badge?.words ?? "", seen: shown.seen };
  for (const [name, text] of Object.entries(texts)) {
    const line = one(tile, `.tile-${name}`, HTMLElement);
    if (line.textContent !== text) line.textContent = text;
    line.title = text;
  }
  const state = shown.badge?.kind ?? "";
  if (tile.dataset.state !== state) tile.dataset.state = state;
  one(tile, ".tile-alarm", HTMLElement).hidden = shown.alarm === "";
  const why = typeof shown.small === "string" ? noPicture(shown.small) : "";
  const none = one(tile, ".tile-none", HTMLElement);
  none.hidden = why === "";
  none.textContent = why;
  const told = [shown.title, shown.about, shown.badge?.words, why, shown.alarm, shown.seen];
  tile.ariaLabel = told.filter(Boolean).join(", ");
  paint(one(tile, "canvas", HTMLCanvasElement), shown);
}

/** What each canvas shows: nothing of it is ever changed, so what is the same is painted already. @type {WeakMap<HTMLCanvasElement, unknown[]>} */
const painted = new WeakMap();

/** @param {HTMLCanvasElement} canvas @param {Shown} shown */
function paint(canvas, { picture, small, size: { columns, rows }, boxes, beneath }) {
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(picture.width * ratio), Math.round(picture.height * ratio)];
  const state = [width, height, small, boxes, beneath];
  if (state.every((one, at) => one === painted.get(canvas)?.[at])) return;
  painted.set(canvas, state);
  Object.assign(canvas, { width, height }); // which also clears it
  const context = canvas.getContext("2d");
  if (!context || !small || typeof small === "string") return;
  const scale = Math.min(width / columns, height / rows);
  context.translate((width - columns * scale) / 2, (height - rows * scale) / 2);
  context.imageSmoothingQuality = "high";
  context.drawImage(small, 0, 0, columns * scale, rows * scale);
  for (const { rectangle, evidence } of boxes.filter((box) => covers(box, 1))) {
    const [left, top, right, bottom] = rectangle.map((side) => side * scale);
    const place = /** @type {const} */ ([left, top, Math.max(right - left, 1), Math.max(bottom - top, 1)]);
    if (!beneath) context.fillRect(...place);
    const { colour, line } = REASONS[evidence];
    context.strokeStyle = colour;
    context.lineWidth = ratio;
    context.setLineDash(line.map((length) => length * ratio));
    context.strokeRect(...place);
  }
}
