// @ts-check
/** A 53-bit number for a string, so that a set of what was seen costs eight bytes a file and keeps no identifier. */

/**
 * Not cryptographic and never stored: a chance collision (one in 10^4 for a million files) costs an output its plain name.
 * @param {string} value
 * @returns {number}
 */
export function fingerprint(value) {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
