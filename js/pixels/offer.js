// @ts-check
/** Clean Pixel Data as the page offers it: the one place where that is switched on. */

/** The name of the option in a policy (tables/options.json). */
export const OPTION = "clean-pixel-data";
/** Whether the page offers it. While it does not, a policy file that names it withholds what nobody has approved. */
export const OFFERED = false;

/** Whether a policy cleans pixels. @param {{options: string[]}} policy */
export function cleansPixels({ options }) {
  return options.includes(OPTION);
}
