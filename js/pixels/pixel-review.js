// @ts-check
/**
 * <pixel-review>: a dialog in which one looks at the pictures of a review, and decides what becomes of them. All of it is
 * made when it is opened, and nothing is left of it in the page when it is closed.
 */

import { Problem } from "../page/problem.js";

export class PixelReview extends HTMLElement {
  /** @type {import("./dialog.js").ReviewDialog | null} */ #dialog = null;

  /**
   * Opens the dialog. It sends "review-decided" whenever boxes or decisions are others, and "review-closed".
   * @param {import("./review.js").Review} review
   * @param {import("./picture-queue.js").Pictures} pictures
   */
  async open(review, pictures) {
    const { ReviewDialog } = await import("./dialog.js").catch(() => {
      throw new Problem("PAGE_INCOMPLETE");
    });
    this.close();
    this.#dialog = new ReviewDialog(this, review, pictures, () => {
      this.#dialog = null; // what it knew of the pictures goes with it
    });
  }

  close() {
    this.#dialog?.close();
  }
}

customElements.define("pixel-review", PixelReview);
