// @ts-check
/** Clean Pixel Data as the page offers it: where pictures are withheld that could be written with it. */

/** The name of the option in a policy (tables/options.json). */
export const OPTION = "clean-pixel-data";

/** How many files are withheld that could be written with it. @param {import("../state.js").Foreseen | null} forecast */
export function cleanableOf(forecast) {
  const questions = (forecast?.questions ?? []).filter(({ fate }) => fate === "undecided");
  const withIt = questions.filter(({ remedies }) => remedies.some((changes) => changes.includes("clean")));
  return withIt.reduce((sum, { files }) => sum + files, 0);
}

/** Whether a policy cleans pixels. @param {{options: string[]}} policy */
export function cleansPixels({ options }) {
  return options.includes(OPTION);
}
