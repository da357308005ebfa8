// @ts-check
/** Counts in words, for output.log; the page says its own with js/page/format.js. */

/**
 * "1 file", "2 files".
 * @param {number} number
 * @param {string} one
 * @param {string} [many]
 */
export function counted(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}
