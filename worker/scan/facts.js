// @ts-check
/**
 * Facts of a file on which its outcome depends, read from its first bytes. They are those of facts_of in
 * py/dicom_deid/facts.py, with the reasons of py/dicom_deid/scan.py; null stands for what lies behind the bytes.
 */

import { UNDEFINED_LENGTH } from "../dicom/element-header.js";
import { readElements, textOf, uidOf } from "../dicom/header.js";
import { described } from "./pixel-length.js";
import { decoded, HeadWords, Words } from "./words.js";

const [MEDIA_SOP_CLASS, MEDIA_SOP_INSTANCE] = [0x00020002, 0x00020003];
const [CHARACTER_SET, IMAGE_TYPE, SOP_CLASS, MODALITY] = [0x00080005, 0x00080008, 0x00080016, 0x00080060];
const [REGIONS, THICKNESS, PROVIDER_URL, WAVEFORMS] = [0x00082218, 0x00180050, 0x00287fe0, 0x54000100];
const FUNCTIONAL_GROUPS = [0x52009229, 0x52009230];
const DESCRIPTION = [0x00280002, 0x00280004, 0x00280008, 0x00280010, 0x00280011, 0x00280100];
const PIXEL_DATA = 0x7fe00010;

/**
 * @typedef {import("../shared/forecast.js").Facts} Facts
 * @typedef {Omit<Facts, "end" | "sopClass" | "excess">} Stated   what the elements themselves say
 * @typedef {import("../shared/forecast.js").Rules} Rules
 * @typedef {import("../dicom/header.js").Header} Header
 */

export class FactsReader {
  #rules;
  #wanted;
  #signs;
  #soundModality;
  #head;
  #volumes;
  #syntaxes;
  #native;
  /** @type {{header: Header, facts: Stated} | null} of the file before: often the same */ #last = null;

  /** @param {Rules} rules */
  constructor(rules) {
    const { signs, sound, head, transfer_syntaxes: syntaxes } = rules;
    this.#rules = rules;
    this.#signs = signs.map((sign) => ({ ...sign, words: new Words(sign.words) }));
    this.#soundModality = new Words(sound.modality);
    this.#head = new HeadWords(head);
    this.#volumes = new Set(head.sop_classes);
    this.#syntaxes = new Set(syntaxes.known);
    this.#native = new Set(syntaxes.native);
    const own = [CHARACTER_SET, IMAGE_TYPE, SOP_CLASS, MODALITY, REGIONS, THICKNESS, PROVIDER_URL, WAVEFORMS];
    const listed = [...own, ...FUNCTIONAL_GROUPS, ...DESCRIPTION, ...head.worded, ...signs.map(({ tag }) => tag)];
    const wanted = new Set(listed);
    this.#wanted = (/** @type {number} */ tag) => wanted.has(tag) || isOverlay(tag);
  }

  /**
   * @param {Uint8Array} head   the first bytes of the file
   * @param {number} start      where the elements begin, as `recognise` says
   * @param {number} size       bytes of the file
   * @returns {Facts}
   */
  read(head, start, size) {
    const header = readElements(head, start, size, this.#wanted);
    const { elements, pixels } = header;
    const named = uidOf(elements.get(SOP_CLASS)) || uidOf(elements.get(MEDIA_SOP_CLASS));
    const sopClass = named || (reached(header, SOP_CLASS) ? "" : null);
    const excess = this.#excess(header);
    const end = this.#end(header, sopClass, size) || endOfExcess(header, excess, this.#rules.most_padding, head);
    if (end) return { ...nothing(end), sopClass };
    if (!this.#last || !areAlike(header, this.#last.header))
      this.#last = { header, facts: this.#stated(header, sopClass) };
    return {
      end,
      sopClass,
      ...this.#last.facts,
      excess: excess > 0 && (pixels?.value ?? 0) + (pixels?.length ?? 0) > head.length,
    };
  }

  /** @param {Header} header @param {string | null} sopClass @returns {Stated} */
  #stated(header, sopClass) {
    const { whole, pixels } = header;
    return {
      picture: pixels ? pixels.tag === PIXEL_DATA : whole ? false : null,
      ...this.#said(header, sopClass),
      sound: this.#sounds(header),
      overlay: hidesOverlay(header),
      head: this.#showsHead(header, sopClass),
    };
  }

  /** The reason for which it ends before the policy is asked, "" if none. @param {Header} header @param {string | null} sopClass @param {number} size */
  #end({ elements, syntax, explicit, little, whole, pixels }, sopClass, size) {
    const { directory, transfer_syntaxes: known } = this.#rules;
    const media = [MEDIA_SOP_CLASS, MEDIA_SOP_INSTANCE].map((tag) => uidOf(elements.get(tag)));
    if (sopClass === directory || media.includes(directory)) return "DICOMDIR";
    if (known.elsewhere.includes(syntax)) return "PIXELS_ELSEWHERE";
    if (syntax && !this.#syntaxes.has(syntax)) return "UNSUPPORTED_TRANSFER_SYNTAX";
    if (whole && !pixels && textOf(elements.get(PROVIDER_URL))) return "PIXELS_ELSEWHERE";
    if (!pixels) return "";
    const packed = pixels.length === UNDEFINED_LENGTH;
    if (!packed && pixels.value + pixels.length > size) return "TRUNCATED";
    if (packed !== !(syntax === "" || this.#native.has(syntax)) || (packed && !explicit)) return "PIXELS_DISAGREE";
    if (packed) return "";
    const wanted = described(elements, little, this.#rules.subsampled);
    return wanted && pixels.length < wanted.least ? "TRUNCATED" : "";
  }

  /** Bytes of native pixel data behind the image, but for one that makes them even. @param {Header} header */
  #excess({ elements, little, pixels }) {
    const wanted = pixels && described(elements, little, this.#rules.subsampled);
    if (!wanted || pixels.length === UNDEFINED_LENGTH || pixels.length === wanted.most) return 0;
    return pixels.length - wanted.least > 1 ? pixels.length - wanted.least : 0;
  }

  /**
   * The reasons that it states itself, each with whether it does in so many words; and those that it may state further on.
   * @param {Header} header
   * @param {string | null} sopClass
   */
  #said(header, sopClass) {
    const { elements, whole, pixels } = header;
    const charset = textOf(elements.get(CHARACTER_SET));
    const framed = !reached(header, FUNCTIONAL_GROUPS[1]) || FUNCTIONAL_GROUPS.some((tag) => elements.has(tag));
    const untyped = !isTyped(textOf(elements.get(IMAGE_TYPE)));
    /** @type {[string, boolean][]} */ const signs = [];
    /** @type {[string, boolean][]} */ const maybe = [];
    for (const { tag, reason, words, says_so: saysSo, sop_classes: classes, untyped: ifUntyped, of_frames } of this
      .#signs) {
      if ((classes.length > 0 && !classes.includes(sopClass ?? "")) || (ifUntyped && !untyped)) continue;
      if (!saysSo && whole && !pixels) continue;
      const element = elements.get(tag);
      const value = element ? (element.whole ? decoded(element.bytes, charset) : null) : "";
      if (value && words.in(value)) signs.push([reason, saysSo]);
      else if (value === null || !reached(header, tag) || (of_frames && framed)) maybe.push([reason, saysSo]);
    }
    return { signs, maybe };
  }

  /** Whether it holds sound. @param {Header} header */
  #sounds(header) {
    if (!header.elements.has(WAVEFORMS)) return reached(header, WAVEFORMS) ? false : null;
    return this.#soundModality.in(textOf(header.elements.get(MODALITY))) || null;
  }

  /** Whether it is of a volume of the head. @param {Header} header @param {string | null} sopClass */
  #showsHead({ elements, whole, pixels, last }, sopClass) {
    if (!this.#volumes.has(sopClass ?? "") || (whole && !pixels)) return false;
    const { worded, no_volume, thickest } = this.#rules.head;
    const charset = textOf(elements.get(CHARACTER_SET));
    const values = worded.map((tag) => {
      const element = elements.get(tag);
      if (!element) return whole || last > tag ? "" : null;
      return element.whole ? decoded(element.bytes, charset) : null;
    });
    if (values.some((value) => value && this.#head.in(value)))
      return isSlice(textOf(elements.get(IMAGE_TYPE)), textOf(elements.get(THICKNESS)), no_volume, thickest);
    return values.includes(null) || elements.has(REGIONS) ? null : false;
  }
}

/** The facts of a file that ends before the policy is asked. @param {string} end @returns {Facts} */
export function nothing(end) {
  return {
    end,
    sopClass: "",
    picture: null,
    signs: [],
    maybe: [],
    sound: null,
    overlay: null,
    head: null,
    excess: false,
  };
}

/**
 * The reason that bytes behind the image give; "" where they are zeros, with which writers fill up, or were not read.
 * @param {Header} header
 * @param {number} excess
 * @param {number} most     zeros that are let pass
 * @param {Uint8Array} head
 */
function endOfExcess({ pixels }, excess, most, head) {
  const end = pixels ? pixels.value + pixels.length : 0;
  if (excess > most) return "PIXELS_TOO_LONG";
  return end <= head.length && head.subarray(end - excess, end).some((byte) => byte) ? "PIXELS_TOO_LONG" : "";
}

/**
 * Whether two headers say the same in all that is asked for, but for their UIDs: most instances of a series do.
 * @param {Header} one
 * @param {Header} other
 */
function areAlike(one, other) {
  if (one.whole !== other.whole || one.last !== other.last || one.little !== other.little) return false;
  if (one.pixels?.tag !== other.pixels?.tag || one.elements.size !== other.elements.size) return false;
  for (const [tag, { vr, bytes, whole }] of one.elements) {
    if (tag === MEDIA_SOP_INSTANCE) continue;
    const known = other.elements.get(tag);
    if (known?.vr !== vr || known.whole !== whole || known.bytes.length !== bytes.length) return false;
    for (let i = 0; i < bytes.length; i++) if (bytes[i] !== known.bytes[i]) return false;
  }
  return true;
}

/** Whether all elements up to a tag were passed. @param {Header} header @param {number} tag */
const reached = ({ whole, last }, tag) => whole || last >= tag;

/** The position of an overlay plane in the pixel data (retired, PS3.3-2004 C.9.2). @param {number} tag */
const isOverlay = (tag) => tag >>> 24 === 0x60 && ((tag & 0xffff) === 0x0102 || (tag & 0xffff) === 0x3000);

/** Whether an overlay plane lies in unused bits of the pixel data. @param {Header} header */
function hidesOverlay({ elements, little, whole, last }) {
  const planes = [...elements].filter(([tag]) => tag >>> 24 === 0x60 && (tag & 0xffff) === 0x0102);
  const hidden = planes.some(([tag, element]) => !elements.has(tag - 0x0102 + 0x3000) && position(element, little) > 0);
  if (!whole && last < 0x60ff3000) return null;
  return hidden;
}

/** @param {import("../dicom/header.js").Kept} element @param {boolean} little */
function position({ bytes }, little) {
  return bytes.length < 2 ? 0 : little ? bytes[0] | (bytes[1] << 8) : (bytes[0] << 8) | bytes[1];
}

/** Whether Image Type says more than that an image is an original or derived, and primary or secondary. @param {string} type */
function isTyped(type) {
  const values = type.toUpperCase().split("\\").slice(2);
  return values.some((value) => !["", "OTHER", "NONE"].includes(value.trim()));
}

/**
 * Whether an image is no single projection, and thin enough for a volume to show more than blocks.
 * @param {string} type
 * @param {string} thickness
 * @param {string[]} noVolume
 * @param {number} thickest
 */
function isSlice(type, thickness, noVolume, thickest) {
  const words = type
    .toUpperCase()
    .split("\\")
    .map((value) => value.replace(/[\W_]+/g, " ").trim());
  if (words.some((word) => noVolume.includes(word))) return false;
  const value = Number(thickness.split("\\")[0] || 0);
  return Number.isNaN(value) || value <= thickest;
}
