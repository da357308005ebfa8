// @ts-check
/** Clean Pixel Data as the page offers it: where the scan found pictures that usually name the patient. */

/** The name of the option in a policy (tables/options.json). */
export const OPTION = "clean-pixel-data";

/** Modalities of which most objects are withheld, since their pictures usually name the patient. */
const SHOWING = new Set(["US", "IVUS", "OT", "SC", "ES", "XC", "GM", "DMS", "OP", "DOC", "HC"]);

/** How many files the scan found that are worth the offer. @param {import("../../worker/shared/protocol/files.js").Found | null} found */
export function showingOf(found) {
  const counts = Object.entries(found?.modalities ?? {});
  return counts.reduce((sum, [modality, files]) => sum + (SHOWING.has(modality) ? files : 0), 0);
}

/** Whether a policy cleans pixels. @param {{options: string[]}} policy */
export function cleansPixels({ options }) {
  return options.includes(OPTION);
}
