// @ts-check
/** Messages of the index: the page asks the index worker, and that asks the files worker for files and storage. */

/** Where the index of originals lies in private storage. */
export const ORIGINALS = { folder: "index", file: "originals.sqlite" };

/** The columns of an index's table `series` that describe it, texts and numbers (`index/entry.py`; a test compares them). */
export const SERIES_TEXTS = /** @type {const} */ ([
  "patient_id",
  "patient_name",
  "patient_birth_date",
  "patient_sex",
  "study_instance_uid",
  "study_date",
  "study_time",
  "study_id",
  "study_description",
  "accession_number",
  "institution_name",
  "series_instance_uid",
  "series_date",
  "series_time",
  "series_description",
  "protocol_name",
  "modality",
  "body_part",
  "manufacturer",
  "model_name",
  "sop_class_uid",
]);

export const SERIES_NUMBERS = /** @type {const} */ ([
  "series_number",
  "rows",
  "columns",
  "file_count",
  "bytes",
  "frames",
  "thumbnails",
]);

/**
 * Which index: that of the files that were picked last, which names patients, that of a run's outputs, or that of the
 * server that the page comes from, which no worker of the page has.
 * @typedef {{kind: "originals"} | {kind: "run", name: string}} OwnIndexOf
 * @typedef {OwnIndexOf | {kind: "server"}} IndexOf
 */

/**
 * How far an index is (`index.Status` in Python).
 * @typedef {object} IndexStatus
 * @property {"originals" | "de-identified"} holds
 * @property {number} enumerated_files   files that were found
 * @property {number} files_processed    files that are in it, with those that have no header to be read
 * @property {number} series_count
 * @property {number} errors       files that are DICOM and could not be read
 * @property {string} last_updated      when all was looked at last, ISO 8601 in UTC; "" never
 * @property {boolean} emptied     there was one of other files than those picked, and it was deleted
 * @property {boolean} running     headers are read; false, and `last_updated` older than the files: it was stopped or cut off
 */

/**
 * A series, as search finds it: the columns of table `series` (`index/schema.py`), and a picture that stands for it.
 * @typedef {Record<typeof SERIES_TEXTS[number] | "key" | "first_path", string>
 *   & Record<typeof SERIES_NUMBERS[number], number>
 *   & {thumbnail: string | null, holds?: string}} SeriesRow   thumbnail: its name in table `images`
 *   holds: "originals" or "de-identified", of a series that a server has
 */

/**
 * Rows of an answer, and how many series it has in all. unknown: what the query has before a colon that is none of `fields`.
 * @typedef {{total: number, rows: SeriesRow[], unknown: string[], fields: string[]}} SeriesPage
 */

/**
 * A file of a series. `index`: its number in the scan; null for an output of a run, and when the files are not picked.
 * `url`: its address, of one that a server has.
 * @typedef {{path: string, index: number | null, frames: number, url?: string}} InstanceFound
 */

/**
 * The thumbnail that stands for a series, or, where it has none yet, of what to make it: `frame` (from 1) of a file.
 * @typedef {{key: string, filename: string | null, reason: string, frame: number} & InstanceFound} PictureFound
 *   reason: why there is none and will be none, as a reason code; else ""
 */

/**
 * Pictures made of a file: thumbnails, and frames (from 1; 0: the file) that have none or a doubtful one, with a reason code.
 * @typedef {{images: {frame: number, png: Uint8Array<ArrayBuffer>}[], unshown: {frame: number, reason: string}[]}} PicturesMade
 */

/**
 * @typedef {object} IndexCalls   what the index worker does for the page
 * @property {() => Promise<"same" | "emptied">} claim   an index of other originals than those that are picked is emptied
 * @property {() => Promise<void>} start      reads what is new or changed; settles at the end or when stopped
 * @property {() => Promise<void>} stop
 * @property {(query: string, first: number, count: number) => Promise<SeriesPage>} search
 * @property {(query: string) => Promise<string[]>} keys
 * @property {(key: string) => Promise<InstanceFound[]>} instances   in the order in which they are looked through
 * @property {(keys: string[]) => Promise<InstanceFound[]>} files
 * @property {(keys: string[]) => Promise<PictureFound[]>} found
 * @property {(after: string, count: number, keys: string[]) => Promise<InstanceFound[]>} wanting
 * @property {(keys: string[]) => Promise<[string, number][]>} missing
 * @property {(key: Uint8Array, part: number, pseudonyms: number) => Promise<void>} split
 * @property {(path: string, made: PicturesMade) => Promise<string[]>} note
 * @property {(name: string) => Promise<File | null>} picture
 * @property {() => Promise<File | null>} save
 * @property {() => Promise<void>} remove
 * @property {() => Promise<void>} end       keeps what is not kept yet; the worker can then be ended
 */

/**
 * @typedef {object} IndexApi   what the index worker offers the page: its calls by name, whose errors are reason codes
 * @property {(of: OwnIndexOf, report: (status: IndexStatus, size: number) => void) => Promise<void>} open
 *   size: bytes of the index in private storage
 * @property {(name: keyof IndexCalls, values: unknown[]) => Promise<unknown>} ask
 */

/**
 * A file as the index knows it: path, bytes, by what a change of it shows (milliseconds since 1970, or a CRC), and why it
 * is not to be read, as a reason code, or "".
 * @typedef {[string, number, number, string]} IndexedFile
 * @typedef {{bytes: Uint8Array<ArrayBuffer>} | {error: string}} Head   the first bytes of a file
 */

/**
 * @typedef {{listing: ListingApi, shelf: ShelfApi}} IndexFiles   what the files worker offers the index worker
 *
 * @typedef {object} ListingApi   the files to index
 * @property {() => Promise<boolean>} begin   begins at the first file; whether all there are will be told of
 * @property {() => Promise<{first: number, files: IndexedFile[], found: number} | null>} next
 *   the next files, with the number of the first, and how many were found so far; null: there are no more
 * @property {(wanted: {number: number, bytes: number}[]) => Promise<Head[]>} heads   bytes 0: as many as is usual
 * @property {(files: [string, number, number][]) => Promise<number | null>} known   how many of them are there unchanged; null: nothing is picked
 * @property {(paths: string[]) => Promise<(number | null)[]>} numbers   their numbers in the scan
 *
 * @typedef {object} ShelfApi   the place of the index in private storage
 * @property {() => Promise<File | null>} file   the index as it was kept
 * @property {(bytes: Uint8Array<ArrayBuffer>) => Promise<void>} keep   as a whole, or not at all
 * @property {() => Promise<void>} remove   deletes it and its thumbnails
 * @property {(name: string, png: Uint8Array<ArrayBuffer>) => Promise<void>} keepPicture
 * @property {(name: string) => Promise<File | null>} picture
 * @property {(names: string[]) => Promise<void>} dropPictures
 */
