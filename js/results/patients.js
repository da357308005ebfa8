// @ts-check
/** Patients of a run that has ended: its studies by whom they are of, under the new ID, with what came of their files. */

/**
 * @typedef {import("../../worker/shared/protocol/files.js").StudySummary} StudySummary
 * @typedef {import("../../worker/shared/protocol/files.js").StudyFound} StudyFound
 * @typedef {import("../../worker/shared/protocol/files.js").About} About
 * @typedef {{came: StudySummary, about: About | null}} Study   about: what its header said; null: nobody knows
 *
 * @typedef {object} Patient
 * @property {string} id        in the results; "": nothing of this patient is in them
 * @property {About | null} about   of the first study
 * @property {Study[]} studies
 * @property {number} files     that took part
 * @property {StudySummary["counts"]} counts
 */

/**
 * A study of which no file came so far that it has a new ID goes to the patient of the same original ID and name, if there
 * is just one.
 * @param {StudySummary[]} studies
 * @param {StudyFound[]} found
 * @returns {Patient[]}   in the order of their first studies
 */
export function patientsOf(studies, found) {
  const abouts = new Map(found.map(({ study, about }) => [study, about]));
  /** @type {Map<string, Set<string>>} original ID and name -> new IDs */ const renamed = new Map();
  for (const { study, patient_id: id } of studies) {
    const original = originalOf(abouts.get(study));
    if (id && original) renamed.set(original, (renamed.get(original) ?? new Set()).add(id));
  }
  /** @type {Map<string, Patient>} */ const patients = new Map();
  for (const came of studies) {
    const about = abouts.get(came.study) ?? null;
    const original = originalOf(about);
    const [known, ...others] = renamed.get(original) ?? [];
    const id = came.patient_id || (others.length === 0 && known) || "";
    add(patients, id ? `new ${id}` : original ? `old ${original}` : `study ${came.study}`, { came, about }, id);
  }
  return [...patients.values()];
}

/** By what patients are told apart before they have a new ID; "": the header names nobody. @param {About | null} [about] */
const originalOf = (about) => (about?.id || about?.patient ? JSON.stringify([about.id, about.patient]) : "");

/** @param {Map<string, Patient>} patients @param {string} key @param {Study} study @param {string} id */
function add(patients, key, study, id) {
  const { counts, files } = study.came;
  const none = { written: 0, withheld: 0, skipped: 0, failed: 0 };
  const patient = patients.get(key) ?? { id, about: study.about, studies: [], files: 0, counts: none };
  patients.set(key, patient);
  patient.studies.push(study);
  patient.files += files;
  for (const status of /** @type {(keyof typeof counts)[]} */ (Object.keys(counts)))
    patient.counts[status] += counts[status];
}
