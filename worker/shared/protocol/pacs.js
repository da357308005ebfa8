// @ts-check
/**
 * Messages between the page and the files worker about a PACS: what is asked of it, what it has, what is sent to it.
 *
 * Where it is, and who asks: `address` is the base of DICOMweb without its last slash. User and password are "" where somebody
 * else gives them (the server of the page); they are held in memory alone.
 * @typedef {{address: string, user: string, password: string}} Pacs
 *
 * What studies are searched by; "" stands for anything. Dates as YYYY-MM-DD.
 * @typedef {{id: string, name: string, from: string, until: string, modality: string, accession: string}} Query
 *
 * A study of the answer. Shown in the page only.
 * @typedef {object} StudyThere
 * @property {string} uid
 * @property {string} patient     the name
 * @property {string} id
 * @property {string} date        YYYY-MM-DD, "" if none
 * @property {string} description
 * @property {string} accession
 * @property {string} modality    the modalities, joined by "/"
 * @property {number} instances   0: the PACS does not say
 *
 * @typedef {{studies: StudyThere[], more: boolean}} StudiesThere   more: there are some that were not asked for
 *
 * What would be sent of a run.
 * @typedef {object} ToSend
 * @property {number} files
 * @property {number} bytes
 * @property {number} patients
 * @property {number} studies
 * @property {number} confirmed   of the files, those that this destination has already, by the ledger
 * @property {Record<string, number>} stopped   written, and not among the files: reason code -> files
 *
 * State of a sending; posted at most four times a second.
 * @typedef {object} SendProgress
 * @property {number} total      files that are to be sent
 * @property {number} bytesTotal
 * @property {number} done       of them, those that came to an end: answered, refused, or there already
 * @property {number} bytesDone
 * @property {number} seconds
 * @property {string} waiting    why it waits, as a reason code; "": it does not
 *
 * @typedef {object} Sent   the end of a sending
 * @property {"finished" | "cancelled" | "stopped"} end
 * @property {string} error      of one that was stopped: a reason code
 * @property {number} total      files that the run has written
 * @property {number} confirmed  of them, those that the PACS says it has
 * @property {number} sent       acknowledged, and not asked for yet
 * @property {Record<string, number>} stopped   not sent, since they are not what may go out: reason code -> files
 * @property {Record<string, number>} refused   by the PACS: reason code -> files
 * @property {number} left       not sent
 * @property {number} seconds
 */

export {};
