// @ts-check
/** The bytes of a value as letters, one each (ISO 8859-1). */

/**
 * Handed over as an array: spread into arguments, each byte goes through an iterator, and a UID takes ten times as long.
 * @param {Uint8Array} bytes   some thousand at most
 * @returns {string}
 */
export function lettersOf(bytes) {
  return Reflect.apply(String.fromCharCode, null, /** @type {any} */ (bytes));
}
