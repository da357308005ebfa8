// @ts-check
/** Words that a header says of an instance, compared as Python compares them (holds of admission.py, is_of_head of faces.py). */

import { lettersOf } from "../dicom/letters.js";

/** Values whose answers are remembered, of each expression. */
const REMEMBERED = 2000;

/** An expression of tables/forecast.json, with what it said of values before. */
export class Words {
  #expression;
  /** @type {Map<string, boolean>} */ #known = new Map();

  /** @param {string} source */
  constructor(source) {
    this.#expression = new RegExp(source);
  }

  /** Whether a value holds one of the words as a whole. @param {string} value */
  in(value) {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    const found = this.#expression.test(
      ascii(value)
        .toUpperCase()
        .replace(/[^A-Z0-9\\]+/g, " "),
    );
    this.#known.set(value, found);
    return found;
  }
}

/** The words by which a volume of the head is told. */
export class HeadWords {
  #words;
  #innocent;
  #within;
  /** @type {Map<string, boolean>} */ #known = new Map();

  /** @param {{words: string, innocent: string, within: string[]}} head */
  constructor({ words, innocent, within }) {
    this.#words = new RegExp(words);
    this.#innocent = new RegExp(innocent, "g");
    this.#within = within;
  }

  /** Whether a value names the head, or a part of it. @param {string} value */
  in(value) {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    const found = this.#names(value.toLowerCase());
    this.#known.set(value, found);
    return found;
  }

  /** @param {string} told */
  #names(told) {
    if (this.#within.some((part) => told.includes(part))) return true;
    const plain = (ascii(told).match(/[a-z0-9]+/g) ?? []).join(" ");
    return this.#words.test(plain.replace(this.#innocent, " "));
  }
}

/** The letters of a text that are ASCII without their accents. @param {string} value */
function ascii(value) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  return value.normalize("NFKD").replace(/[^\x00-\x7f]/g, "");
}

/**
 * A value as text; null where only Python knows its character set.
 * @param {Uint8Array} bytes
 * @param {string} charset   the value of Specific Character Set
 */
export function decoded(bytes, charset) {
  const text = lettersOf(bytes);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins another character set
  if (!/[\x80-\xff\x1b]/.test(text)) return plain(text);
  if (bytes.includes(0x1b)) return null;
  if (["", "ISO_IR 100"].includes(charset)) return plain(text.normalize("NFKC"));
  return charset === "ISO_IR 192" ? utf8(bytes) : null;
}

/** @param {Uint8Array} bytes */
function utf8(bytes) {
  try {
    return plain(new TextDecoder("utf-8", { fatal: true }).decode(bytes).normalize("NFKC"));
  } catch {
    return null;
  }
}

/** @param {string} text */
function plain(text) {
  const seen = text.replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, "");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what counts as a blank
  return seen.replace(/[\x00-\x20\x7f-\xa0\u3000]+/g, " ").trim();
}
