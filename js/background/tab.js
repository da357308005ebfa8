// @ts-check
/** Title and icon of the browser's tab during a run: they tell how far it is. */
import { one } from "../page/dom.js";
import { nameTab } from "../page/tab-name.js";

/** Of the icon, in its own units. */
const MIDDLE = 16;
const RADIUS = 13;
/** Time between two icons of a run, in milliseconds: the browser draws, scales and stores each. */
const ICON_MILLISECONDS = 1000;

export class Tab {
  #icon = one(document, "link[rel=icon]", HTMLLinkElement);
  #plain = this.#icon.href;
  #shown = "";
  #drawn = { at: Number.NEGATIVE_INFINITY, paused: false };
  /** A run has ended, and nobody has looked since. */
  #ended = false;

  constructor() {
    // Shown again after a run, it would be asked of a network that may be gone by then.
    const picture = fetch(this.#plain).then((answer) => answer.text());
    picture.then((drawn) => (this.#plain = addressOf(drawn))).catch(() => {});
    document.addEventListener("visibilitychange", () => {
      if (this.#ended && !document.hidden) this.end("");
    });
  }

  /** @param {number | null} share  of the files, 0 to 1; null: nobody knows yet @param {boolean} paused */
  progress(share, paused) {
    const now = performance.now();
    if (paused === this.#drawn.paused && now - this.#drawn.at < ICON_MILLISECONDS) return;
    this.#drawn = { at: now, paused };
    const percent = Math.floor(100 * (share ?? 0));
    const far = share === null ? "Running" : `${percent} %`;
    this.#show(`${paused ? "Paused, " : ""}${far}`, ring(percent, paused));
  }

  /** How a run ended stays until somebody looks. @param {string} how  "Done" */
  end(how) {
    this.#ended = how !== "" && document.hidden;
    if (this.#ended) this.#show(how, ring(100, false));
    else this.#show("", this.#plain);
  }

  /** @param {string} far   how far the run is @param {string} icon */
  #show(far, icon) {
    if (far === this.#shown) return;
    this.#shown = far;
    nameTab({ far });
    this.#icon.href = icon;
  }
}

/**
 * A ring that closes, as an image; grey while the run is paused.
 * @param {number} percent
 * @param {boolean} paused
 */
function ring(percent, paused) {
  const circle = `<circle cx="${MIDDLE}" cy="${MIDDLE}" r="${RADIUS}" fill="none" stroke-width="6"`;
  const drawn = `pathLength="100" stroke-dasharray="${percent} 100" transform="rotate(-90 ${MIDDLE} ${MIDDLE})"`;
  const rings = `${circle} stroke="#c9d3d8"/>${circle} stroke="${paused ? "#8a8f94" : "#0b7285"}" ${drawn}/>`;
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * MIDDLE} ${2 * MIDDLE}">${rings}</svg>`;
  return addressOf(picture);
}

/** @param {string} picture  SVG */
function addressOf(picture) {
  return `data:image/svg+xml,${encodeURIComponent(picture)}`;
}
