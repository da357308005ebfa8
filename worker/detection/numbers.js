// @ts-check
/**
 * The numbers of the detection, the same that Python has: tables/detection.json. Its fields are explained in
 * py/dicom_deid/pixels/detection/numbers.py.
 *
 * @typedef {import("../shared/protocol/detection.js").Kind} Kind
 * @typedef {{low: number, peak: number, least: number, tallest: number, tallest_pixels: number, along: number, across: number, margin: number, around: number}} Limits
 * @typedef {{small_side: number, tile: number, overlap: number, step: number}} Sizes
 * @typedef {{height: number, narrowest: number, widest: number, padded: number, step: number, letters: number, certain: number, large: number, large_certain: number, large_long: number, large_letters: number}} Reading
 * @typedef {{model: string, read_above: Record<Kind, number>, limits: Limits, sizes: Sizes, reading: Reading, mean: number[], deviation: number[], files: Record<string, {bytes: number, sha256: string}>}} Numbers
 */
import { refuse } from "../shared/errors.js";

/** @returns {Promise<Numbers>} */
export async function fetchNumbers() {
  const response = await fetch(new URL("../../tables/detection.json", import.meta.url));
  return response.ok ? response.json() : refuse("DETECTOR_NOT_STARTED");
}
