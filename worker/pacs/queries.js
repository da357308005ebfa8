// @ts-check
/** QIDO-RS: studies that are searched, and the instances of a study or a series, page by page and never without a bound. */

import { CodedError } from "../shared/errors.js";
import { bytesOf, PacsError } from "./peer.js";

const JSON_TYPE = "application/dicom+json";
/** Bytes of one answer. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Studies that a search lists. */
const MOST_STUDIES = 200;
/** Instances asked for at once, and those of a study or series at most. */
const [AT_ONCE, MOST_INSTANCES] = [1000, 200_000];
const UID = /^[0-9.]{1,64}$/;

const [MODALITIES, DESCRIPTION, INSTANCES] = ["00080061", "00081030", "00201208"];
const [NAME, ID, DATE, ACCESSION, STUDY] = ["00100010", "00100020", "00080020", "00080050", "0020000D"];
const [SERIES, INSTANCE] = ["0020000E", "00080018"];

/**
 * @typedef {import("./peer.js").Peer} Peer
 * @typedef {import("./patience.js").Patience} Patience
 * @typedef {import("../shared/protocol/pacs.js").Query} Query
 * @typedef {import("../shared/protocol/pacs.js").StudyThere} StudyThere
 * @typedef {Record<string, {Value?: unknown[]}>} Item   a data set in DICOM JSON
 * @typedef {{series: string, instance: string}} InstanceThere
 */

/**
 * The studies that a query finds, the latest first. Throws a CodedError.
 * @param {Peer} peer
 * @param {Query} query
 * @param {Patience} patience
 * @returns {Promise<import("../shared/protocol/pacs.js").StudiesThere>}
 */
export async function findStudies(peer, query, patience) {
  const parameters = parametersOf(query);
  if (parameters.size === 0) throw new CodedError("PACS_QUERY_EMPTY");
  for (const tag of [MODALITIES, DESCRIPTION, INSTANCES]) parameters.append("includefield", tag);
  parameters.append("limit", String(MOST_STUDIES + 1));
  const items = await answer(peer, `/studies?${parameters}`, patience);
  const studies = items.map(studyOf).filter(({ uid }) => UID.test(uid));
  studies.sort((one, other) => (one.date === other.date ? 0 : one.date < other.date ? 1 : -1));
  return { studies: studies.slice(0, MOST_STUDIES), more: studies.length > MOST_STUDIES };
}

/** @param {Query} query */
function parametersOf({ id, name, from, until, modality, accession }) {
  const day = (/** @type {string} */ date) => date.replaceAll("-", "");
  const asked = {
    PatientID: id.trim(),
    PatientName: wildcard(name.trim()),
    StudyDate: from || until ? `${day(from)}-${day(until)}` : "",
    ModalitiesInStudy: modality.trim().toUpperCase(),
    AccessionNumber: accession.trim(),
  };
  return new URLSearchParams(Object.entries(asked).filter(([, value]) => value.replaceAll("*", "")));
}

/** Of a name its beginning is enough. @param {string} name */
const wildcard = (name) => (name === "" || /[*?]/.test(name) ? name : `${name}*`);

/** @param {Item} item @returns {StudyThere} */
function studyOf(item) {
  const date = firstOf(item, DATE);
  return {
    uid: firstOf(item, STUDY),
    patient: firstOf(item, NAME).replaceAll("^", " ").replaceAll(/\s+/g, " ").trim(),
    id: firstOf(item, ID),
    date: /^\d{8}$/.test(date) ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}` : "",
    description: firstOf(item, DESCRIPTION),
    accession: firstOf(item, ACCESSION),
    modality: valuesOf(item, MODALITIES).join("/"),
    instances: Number(firstOf(item, INSTANCES)) || 0,
  };
}

/**
 * The instances of a study, or of one of its series: page by page, for as long as a page brings something new, however short it
 * is, since a PACS can list less at a time than it is asked for.
 * @param {Peer} peer
 * @param {string} study
 * @param {string} series   "": of all
 * @param {Patience} patience
 * @param {(found: ReadonlyMap<string, unknown>) => boolean} [enough]   told what is found so far, by SOP Instance UID
 * @returns {Promise<InstanceThere[]>}
 */
export async function instancesOf(peer, study, series, patience, enough = () => false) {
  const path = series ? `/studies/${study}/series/${series}/instances` : `/studies/${study}/instances`;
  /** @type {Map<string, InstanceThere>} */
  const found = new Map();
  for (let known = -1; known < found.size && !enough(found); ) {
    if (found.size > MOST_INSTANCES) throw new PacsError("PACS_TOO_MUCH");
    known = found.size;
    const items = await answer(peer, `${path}?includefield=${SERIES}&limit=${AT_ONCE}&offset=${known}`, patience);
    for (const item of items) {
      const [instance, of] = [firstOf(item, INSTANCE), firstOf(item, SERIES) || series];
      if (!UID.test(instance) || !UID.test(of)) throw new PacsError("PACS_ANSWER");
      found.set(instance, { series: of, instance });
    }
  }
  return [...found.values()];
}

/**
 * Whether one instance is in its series: a PACS may not list all that it has.
 * @param {Peer} peer @param {{study: string, series: string, instance: string}} one @param {Patience} patience
 */
export async function hasInstance(peer, { study, series, instance }, patience) {
  const path = `/studies/${study}/series/${series}/instances?SOPInstanceUID=${instance}&includefield=${INSTANCE}`;
  return (await answer(peer, path, patience)).some((item) => firstOf(item, INSTANCE) === instance);
}

/** @param {Peer} peer @param {string} path @param {Patience} patience @returns {Promise<Item[]>} */
function answer(peer, path, patience) {
  return peer.get(path, JSON_TYPE, patience, async (response) => {
    if (response.status === 204) return [];
    const text = new TextDecoder().decode(await bytesOf(response, MOST_BYTES));
    try {
      const items = JSON.parse(text);
      if (Array.isArray(items) && items.every((item) => item !== null && typeof item === "object")) return items;
    } catch {
      // as below
    }
    throw new PacsError("PACS_ANSWER");
  });
}

/** The values of an element as text; of a name its letters, else how it is written otherwise. @param {Item} item @param {string} tag */
function valuesOf(item, tag) {
  const values = Array.isArray(item[tag]?.Value) ? /** @type {any[]} */ (item[tag].Value) : [];
  return values.map((value) => {
    if (value === null || typeof value !== "object") return String(value ?? "");
    return String(value.Alphabetic || value.Ideographic || value.Phonetic || "");
  });
}

/** @param {Item} item @param {string} tag */
const firstOf = (item, tag) => valuesOf(item, tag)[0] ?? "";
