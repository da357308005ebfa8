// @ts-check
/**
 * Every message between the page, the files worker and the Python workers, as JSDoc types.
 *
 * Three kinds of thread speak through comlink: the page wraps each worker; the page also joins each Python worker
 * to the files worker by one MessageChannel, over which the Python worker pulls tasks and gives back answers.
 * Results are returned, never thrown: comlink keeps little of an error, and an error text could hold an identifier.
 */

/** At most this many files are handed to a Python worker at once. */
export const BATCH_FILES = 50;
/** At most this many bytes of file heads are handed to a Python worker at once. */
export const BATCH_BYTES = 16 * 1024 * 1024;
/** Bytes of a file that are sent with its first task. A header that is longer is asked for with `need`. */
export const HEAD_BYTES = 64 * 1024;
/** Files up to this many bytes are read once, whole; longer ones by slices. */
export const WHOLE_BYTES = 4 * 1024 * 1024;
/** Outputs being written and closed at the same time (docs: one at a time is ten times slower, thirty is slower again). */
export const CLOSES_IN_FLIGHT = 8;

/** The columns of audit.csv, in order. `report.AUDIT_COLUMNS` in Python is the same list, and a test compares them. */
export const AUDIT_COLUMNS = /** @type {const} */ ([
  "source_id",
  "status",
  "reason",
  "output_path",
  "patient_id",
  "study_instance_uid",
  "series_instance_uid",
  "sop_instance_uid",
  "sop_class_uid",
  "modality",
  "transfer_syntax_uid",
  "bytes_in",
  "bytes_out",
  "removed",
  "emptied",
  "replaced",
  "cleaned",
  "uids_remapped",
  "dates_shifted",
  "pixels",
  "milliseconds",
]);

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
  "files",
  "bytes",
  "frames",
  "thumbnails",
]);

/**
 * @typedef {"written" | "withheld" | "skipped" | "failed"} Status
 * @typedef {Partial<Record<typeof AUDIT_COLUMNS[number], string | number>>} AuditRow  a missing field is an empty cell
 */

// ---- the policy, and what a run was started with -------------------------------------------------------------

/**
 * The fields of a policy file (docs/policy-file.md, tables/policy.schema.json).
 * @typedef {object} Policy
 * @property {string[]} options            option names of tables/options.json ("retain-uids", …)
 * @property {string[]} allow_sop_classes  SOP Class UIDs to pass that the policy withholds otherwise
 * @property {boolean} pass_burned_in      pass instances that say Burned In Annotation YES
 * @property {boolean} verbose             the log also names each element action
 * @property {string} [private_dispositions]  "tcia": its list of safe private elements counts too (docs/policy-file.md)
 * @property {AttributeRule[]} [attribute]  rules that go before the profile; the last one that reaches an element decides
 * @property {string[]} [wheels]           file names of the wheels that the rules in Python import
 * @property {PythonRule[]} [python]       rules in Python
 *
 * @typedef {Partial<Record<"match" | "vr" | "pattern" | "creator" | "element" | "action" | "value" | "reason", string>>} AttributeRule
 * @typedef {{name?: string, may?: ActionCode[], code: string}} PythonRule  may: the actions that it may return
 * @typedef {"D" | "Z" | "X" | "K" | "C" | "U"} ActionCode
 */

/**
 * One thing that is wrong in a policy: the line (0: not known), the word, what is wrong, and the word perhaps meant.
 * @typedef {{line: number, word: string, text: string, near: string}} PolicyProblem
 */

/**
 * What the text of a policy file, or of a script of another tool, comes to.
 * @typedef {object} Reading
 * @property {Policy} policy
 * @property {string} toml            the text to save
 * @property {string} tool            whose script it was; "" for a policy file
 * @property {string[]} notes         what is different for the script as a whole
 * @property {ScriptLine[]} differing lines that mean something else here
 * @property {ScriptLine[]} lost      lines that could not be carried over
 * @typedef {{line: number, text: string, why: string}} ScriptLine
 */

/**
 * What a Python worker says of a policy and a key: plan.json's text, the first lines of output.log, conformance.md's text.
 * @typedef {object} PlanText
 * @property {string} document   the text of plan.json
 * @property {string} statement  the text of conformance.md
 * @property {string[]} opening  the opening lines of output.log, without times
 */

// ---- page -> files worker -------------------------------------------------------------------------------------

/**
 * What was picked. `handles` come from showDirectoryPicker or from a drop; `files` from an <input>; in `zips` each is an archive.
 * @typedef {{kind: "handles", handles: FileSystemHandle[]} | {kind: "files", files: File[]} | {kind: "zips", files: File[]}} Picked
 */

/**
 * One study, as the scan saw it. Held by the page only; `uid` is the original one and is never stored or logged.
 * @typedef {object} StudyFound
 * @property {number} study      number of the study in scan order, from 0
 * @property {string} folder     the folder of its first file, below what was picked; shown in the page only
 * @property {string} modality   the modalities, joined by "/" ("CT/SR")
 * @property {number} series     number of series
 * @property {number} files
 * @property {number} bytes
 */

/**
 * A series of a study, and one of its files: for choosing what to try a policy on. Paths are shown in the page only.
 * @typedef {{series: number, files: number, path: string}} SeriesFound   path: of its first file
 * @typedef {{index: number, path: string}} Sample
 *
 * What takes no part in a run, by the numbers of the scan: studies, and single series of others, with what they come to.
 * @typedef {{studies: number[], series: SeriesLeft[]}} LeftOut
 * @typedef {{series: number, study: number, files: number, bytes: number}} SeriesLeft
 */

/**
 * Progress and result of a scan; posted at most ten times a second.
 * @typedef {object} Found
 * @property {number} seen        files seen
 * @property {number} dicom       DICOM files among them
 * @property {number} withoutPreamble  DICOM files among those that were recognised without preamble
 * @property {number} bytes       bytes of the DICOM files
 * @property {number} series
 * @property {Record<string, number>} modalities   modality -> files
 * @property {Record<string, number>} skipped      reason code -> files
 * @property {StudyFound[]} studies
 * @property {boolean} complete
 * @property {number} seconds     since the scan began
 * @property {string} [error]     a reason code, when the scan could not go on
 */

/**
 * @typedef {object} RunSpec
 * @property {string} name       name of the run folder ("dicom-deid-20261121-093000")
 * @property {Uint8Array} key    32 bytes; for source ids and the linkage
 * @property {Policy} policy
 * @property {PlanText} plan
 * @property {FileSystemDirectoryHandle | null} output   null: private storage (OPFS)
 * @property {LeftOut} leftOut   of a resumed run that which it was begun with counts
 * @property {boolean} linkage    whether what links old to new is kept, encrypted, apart from the results
 * @property {string[]} environment   lines on browser, workers and way of starting, for output.log
 * @property {boolean} resumed        the run was begun before, and goes on
 */

/**
 * What a run was begun with; kept beside its journal until it has come to its end, so that it can go on.
 * @typedef {object} Begun
 * @property {number} total           files; 0: the scan that found them was cut off, too
 * @property {Policy} policy
 * @property {string[]} leftOut       studies and series that do not take part, as keyed values of their UIDs
 * @property {boolean} linkage        it keeps a linkage file
 * @property {Picked["kind"]} kind
 * @property {boolean} cancelled      the person ended it; it can go on all the same
 */

/**
 * One row of the page's table of files that were not written. `path` is shown in the page and goes nowhere else.
 * @typedef {{path: string, status: Status, reason: string}} Unwritten
 */

/**
 * What a run is at.
 * @typedef {object} RunStatus
 * @property {Record<number, {busy: boolean, heap: number, files: number}>} workers   by worker number; heap in bytes
 * @property {number} queued          files that wait for a Python worker
 * @property {number} underWay        files that are read, with Python, or being written
 * @property {number} bytesInFlight   held in memory for them
 * @property {Record<string, Stage>} stages   scan, read, deidentify, write
 *
 * @typedef {{items: number, seconds: number}} Stage
 * @typedef {Record<"workers" | "heap" | "queued" | "under_way" | "bytes_in_flight", number>} Most
 *   the most that it came to: workers busy at once, bytes of all their heaps, and the rest as above
 */

/**
 * Progress of a run; posted at most four times a second.
 * @typedef {object} Progress
 * @property {number} total        files, as far as they are found
 * @property {boolean} scanning    more may be found
 * @property {number} done
 * @property {Record<Status, number>} counts
 * @property {number} bytesTotal
 * @property {number} bytesDone    source bytes of the files that are done
 * @property {RunStatus} status
 * @property {number} seconds      spent running; pauses do not count
 * @property {{study: number, done: number, total: number}[]} studies   only those that changed since the last message
 * @property {Unwritten[]} unwritten   only new ones since the last message
 * @property {LeftOut} [leftOut]   once, of a run that was begun before
 * @property {"opening" | "running" | "paused" | "cancelling"} state   opening: looks at what is done already
 * @property {string} reason       why it is paused, as a reason code, where the run could not go on; else ""
 */

/**
 * Sums of one study, under its new identifiers.
 * @typedef {object} StudySummary
 * @property {string} patient_id
 * @property {string} study_instance_uid
 * @property {Record<Status, number>} counts
 * @property {number} bytes_out
 */

/**
 * The end of a run; also what `bridge.closing` makes the last lines of output.log from.
 * @typedef {object} RunSummary
 * @property {string} name
 * @property {"finished" | "cancelled" | "stopped"} end    stopped: `error` says why
 * @property {string} [error]   a reason code (OUTPUT_FULL, OUTPUT_LOST, …)
 * @property {Record<Status, number>} counts
 * @property {Record<string, number>} reasons    reason code -> files
 * @property {number} bytes_in
 * @property {number} bytes_out
 * @property {number} seconds
 * @property {Record<string, Stage>} stages   scan, read, deidentify, write
 * @property {Most} most
 * @property {StudySummary[]} studies
 */

/**
 * A run folder in private storage; of an unfinished run with its output in a chosen folder, its journal.
 * @typedef {object} StoredRun
 * @property {string} name
 * @property {"private" | "folder"} place   where the output is
 * @property {boolean} open       it goes on in some tab
 * @property {boolean} finished
 * @property {number} done        files that have their row
 * @property {number} files       written ones
 * @property {number} bytes       of them
 * @property {Begun | null} begun  null: it is finished, or cannot go on
 * @property {"beside" | "alone"} [linkage]   it has a linkage file; alone: that is all, and the results are elsewhere
 */

/**
 * @typedef {object} FilesApi   what the files worker offers the page
 * @property {(picked: Picked, report: (found: Found) => void) => Promise<Found>} scan
 * @property {() => Promise<void>} stopScan
 * @property {(study: number) => Promise<SeriesFound[]>} series   the series of a study of the scan
 * @property {(indexes: number[]) => Promise<LeftOut>} others   what takes no part when only the series of these files do
 * @property {(study: number, series: number, at: number) => Promise<Sample>} sample   one file of a series, `at` from 0
 * @property {(study: number, series: number) => Promise<Sample[]>} instances   all files of a series, in scan order
 * @property {(where: Where, wanted: [number, number][], fragments: number | null) => Promise<Task | {error: string}>} look
 *   a file with these ranges of it, and where the fragments end that begin there; for the trial worker
 * @property {(where: Where, borrower: string) => Promise<Blob | {error: string}>} lend
 *   a file to be read by ranges, without a byte of it in memory; good until the same borrower is lent another one
 * @property {(port: MessagePort, worker: number) => Promise<void>} attach   joins a Python worker; exposes WorkApi on the port
 * @property {(worker: number) => Promise<void>} lost    a Python worker died or rests: files that it still has are given out again once, one at a time, then failed
 * @property {(spec: RunSpec, report: (progress: Progress) => void) => Promise<RunSummary>} start
 * @property {(lines: string[]) => Promise<void>} finish  appends the closing lines to output.log
 * @property {() => Promise<void>} pause
 * @property {() => Promise<void>} resume
 * @property {() => Promise<void>} cancel
 * @property {() => Promise<StoredRun[]>} runs
 * @property {(name: string, document: string) => Promise<string>} check   why a run cannot go on with this plan.json, as a reason code; "": it can
 * @property {(name: string, file: "audit.csv" | "output.log" | "plan.json") => Promise<File | null>} read   a file of the last run, or of a run in private storage
 * @property {(name: string, report: (done: number, total: number) => void, paths?: string[]) => Promise<File>} zip
 *   the run folder as one stored ZIP64, made in private storage; with `paths`, those files of it alone
 * @property {(name: string) => Promise<boolean>} remove   deletes a run from private storage, and its linkage file; false: it is open in some tab
 * @property {(name: string) => Promise<File | null>} linkage   the linkage file of a run
 * @property {(file: File, key: Uint8Array, port: MessagePort) => Promise<Tables | {error: string}>} unseal
 *   the tables of a linkage file, made in private storage; a Python worker offers TablesApi on the port
 * @property {() => Promise<void>} forgetTables   deletes the tables that were made last
 * @property {(of: IndexOf, port: MessagePort) => Promise<void>} index   exposes IndexFiles on the port, for an index worker
 */

/**
 * What a linkage file says: its tables, and in words what is wrong with it. The tables identify people.
 * @typedef {{tables: {name: string, rows: number, file: File}[], warnings: string[]}} Tables
 */

// ---- page -> imaging worker -----------------------------------------------------------------------------------

/**
 * Where a file is: of the scan; of a run (its path in the run folder, "out/…/x.dcm"); or of the scan, as it would be written.
 * @typedef {{index: number} | {run: string, path: string} | {index: number, segments: Segment[]}} Where
 */

/**
 * What is known of an instance.
 * @typedef {object} Facts
 * @property {number} frames
 * @property {number} rows
 * @property {number} columns
 * @property {number} aspect           how high a pixel is, its width being 1
 * @property {string} photometric      Photometric Interpretation
 * @property {boolean} isGrey          windows are for grey images alone
 * @property {string} modality
 * @property {Window[]} windows        those that the data set proposes
 * @property {[number, number] | null} range   the lowest and the highest rescaled value of the first frame; null in colour
 *
 * @typedef {{center: number, width: number, function: WindowFunction, explanation?: string}} Window   in rescaled values (PS3.3 C.11.2)
 * @typedef {"LINEAR" | "LINEAR_EXACT" | "SIGMOID"} WindowFunction
 * @typedef {{window?: Window, gamma: number, invert: boolean}} Tuning   what the person has chosen; gamma 1: none
 */

/**
 * A painted frame. Whoever gets it closes the bitmap.
 * @typedef {object} Painted
 * @property {ImageBitmap} bitmap      of the frame's own columns and rows
 * @property {{center: number, width: number} | null} window   what it was painted with; null where a table or colours decide
 * @property {string} warning          code of what may be wrong with it, or ""
 * @property {number} milliseconds     spent in Python
 *
 * @typedef {{png: Uint8Array<ArrayBuffer>, warning: string}} Thumbnail
 */

/**
 * @typedef {object} ImagingApi   what a Python worker with numpy offers js/threads/imaging.js; a pane holds one instance
 * @property {(pane: number, file: Blob) => Promise<Seen<Facts>>} open
 * @property {(pane: number, frame: number, tuning: Tuning) => Promise<Seen<Painted>>} paint   frame from 0
 * @property {(file: Blob) => Promise<Seen<{frames: number}>>} openThumbnails
 * @property {(frame: number) => Promise<Seen<Thumbnail>>} thumbnail
 */

/**
 * An answer of the imaging worker, and the bytes of its WebAssembly memory.
 * @template T
 * @typedef {{heap: number, answer: T | {error: string}}} Seen
 */

// ---- page -> Python worker ------------------------------------------------------------------------------------

/**
 * How a Python worker came to be: the way (worker/python/boot.js has the ladder), and for the faster ones why not.
 * @typedef {"snapshot" | "module" | "plain"} Way
 * @typedef {{way: Way, milliseconds: number, heap: number, fellBack: string[]}} Started   heap: bytes of WebAssembly memory
 */

/**
 * @typedef {object} PythonApi   what a Python worker offers the page (the page goes through js/threads/pool.js)
 * @property {() => Promise<void>} load    loads the code, so that the worker can start when the network is gone
 * @property {(shared: import("../python/boot.js").Shared) => Promise<Started>} start
 * @property {(shared: import("../python/boot.js").Shared) => Promise<Uint8Array<ArrayBuffer>>} makeSnapshot   the worker is of no use afterwards
 * @property {() => Promise<void>} rehearse   runs made slices, until it is asked for anything: what runs often is compiled by then
 * @property {() => Promise<void>} ping    answered within one task, however long the batch
 * @property {(name: string, text: string) => Promise<Reading | {problems: PolicyProblem[]} | {error: string}>} readPolicy
 *   the name of the file, and its text (a policy in TOML or JSON, or another tool's script); also makes TOML of a Policy's JSON
 * @property {(policy: Policy, key: Uint8Array, linked?: boolean) => Promise<PlanText | {error: string, problems?: PolicyProblem[]}>} configure
 *   linked: what is written comes with its Link
 * @property {(task: Task) => Promise<Wanting | Explained | {error: string}>} explain   after `configure`; for the trial worker
 * @property {(task: Task) => Promise<Answer>} decide   the same, as a run would answer it
 * @property {(port: MessagePort, worker: number, heapLimit: number, fileLimit: number) => Promise<"over" | "heap" | "files">} work
 *   pulls tasks over the port until there are none, or until it has passed a limit (bytes of memory, files) and has delivered all it took
 * @property {(summary: RunSummary) => Promise<string[]>} closing
 * @property {(port: MessagePort) => Promise<void>} tabulate   exposes TablesApi on the port
 * @property {(port: MessagePort) => Promise<number>} picture   exposes ImagingApi on the port; bytes of its WebAssembly memory
 * @property {(files: MessagePort, page: MessagePort) => Promise<void>} index   becomes the index worker: uses IndexFiles of the one port, exposes IndexApi on the other
 */

// ---- Python worker -> files worker ----------------------------------------------------------------------------

/**
 * One file to decide, with the bytes read of it so far.
 * @typedef {object} Task
 * @property {number} id
 * @property {string} sourceId     keyed; the path stays with the files worker
 * @property {number} size         bytes of the whole file
 * @property {boolean} repeat      an earlier file of this scan has the same SOP Instance UID: the output gets a name of its own
 * @property {{start: number, bytes: Uint8Array}[]} ranges
 * @property {Fragments | null} fragments   the answer to a `fragments` request
 */

/**
 * Where encapsulated pixel data end. `end` is the offset behind the sequence delimiter, or the offset at which the walk failed.
 * @typedef {{start: number, end: number, count: number, complete: boolean}} Fragments
 */

/**
 * A part of an output: new bytes, a range of the source, or a byte repeated.
 * @typedef {{bytes: Uint8Array} | {copy: [number, number]} | {fill: [number, number]}} Segment  copy: [start, end); fill: [count, byte]
 */

/**
 * @typedef {{kind: "need", id: number, start: number, end: number} | {kind: "fragments", id: number, start: number}} Wanting
 * @typedef {Wanting
 *   | {kind: "outcome", id: number, row: AuditRow, segments: Segment[], log: string[], link?: Link}} Answer
 * An outcome's `row` has status, reason and output_path ("out/…/x.dcm", relative to the run folder); only a `written` one has segments.
 */

/**
 * What links an output to its source: pairs of old and new. It identifies people, and is there only if it was asked for.
 * @typedef {object} Link
 * @property {[string, string]} patient
 * @property {[string, string]} study
 * @property {[string, string]} series
 * @property {[string, string]} instance
 * @property {number} weeks   by how many weeks dates went back; 0: not at all
 * @property {[string, string][]} uids   all UIDs that were replaced
 */

/**
 * What would come of one file. It holds original values: it is shown, and stored nowhere.
 * @typedef {{kind: "explained", id: number, explanation: Explanation}} Explained
 *
 * @typedef {object} Explanation
 * @property {{status: Status, reason: string, sentence: string, remedy: string}} outcome
 * @property {string} sop_class   name of the SOP Class, "" if it is not registered
 * @property {ExplainedElement[]} elements
 * @property {string} [traceback] of a rule in Python that failed
 *
 * @typedef {object} ExplainedElement
 * @property {string} path      tags and items ("(0040,0275)[1]/(0040,0007)"), "" for what follows the data set
 * @property {string} keyword   "" where there is none
 * @property {string} name
 * @property {string} vr
 * @property {ActionCode | "+"} action   +: it was not there
 * @property {string} rule
 * @property {string} what      the action in a sentence
 * @property {string} why       the rule in a sentence or two
 * @property {"unchanged" | "changed" | "emptied" | "removed" | "added"} effect
 * @property {string | null} before  null where it was not there
 * @property {string | null} after   null where it is not there any more
 */

/**
 * @typedef {object} WorkApi   what the files worker offers a Python worker
 * @property {() => Promise<Task[] | null>} take   waits until there is work or a pause ends; null: the run is over
 * @property {(answers: Answer[], heap: number, milliseconds: number) => Promise<void>} deliver   heap: bytes of the worker's WebAssembly memory
 */

// ---- files worker -> Python worker ----------------------------------------------------------------------------

/**
 * @typedef {object} TablesApi   what a Python worker offers the files worker while it unseals a linkage file
 * @property {() => Promise<Record<string, Uint8Array<ArrayBuffer>>>} heads   table -> its first line
 * @property {(records: {number: number, content: Uint8Array | null}[]) => Promise<Record<string, Uint8Array<ArrayBuffer>> | null>} add
 *   table -> the lines that the next records add; content is null where a record was changed. null: not to be read
 * @property {(torn: boolean) => Promise<{counts: Record<string, number>, warnings: string[]} | {error: string}>} end
 */

// ---- the index ------------------------------------------------------------------------------------------------

/**
 * Which index: that of the files that were picked last, which names patients, or that of a run's outputs.
 * @typedef {{kind: "originals"} | {kind: "run", name: string}} IndexOf
 */

/**
 * How far an index is (`index.Status` in Python).
 * @typedef {object} IndexStatus
 * @property {"originals" | "de-identified"} holds
 * @property {number} enumerated   files that were found
 * @property {number} processed    files that are in it, with those that have no header to be read
 * @property {number} series
 * @property {number} errors       files that are DICOM and could not be read
 * @property {string} updated      when all was looked at last, ISO 8601 in UTC; "" never
 * @property {boolean} emptied     there was one of other files than those picked, and it was deleted
 * @property {boolean} running     headers are read; false, and `updated` older than the files: it was stopped or cut off
 */

/**
 * A series, as search finds it: the columns of table `series` (`index/schema.py`), and a picture that stands for it.
 * @typedef {Record<typeof SERIES_TEXTS[number] | "key" | "first_path", string>
 *   & Record<typeof SERIES_NUMBERS[number], number>
 *   & {thumbnail: string | null}} SeriesRow   thumbnail: its name in table `images`
 */

/**
 * A file of a series. `index`: its number in the scan; null for an output of a run, and when the files are not picked.
 * @typedef {{path: string, index: number | null, frames: number}} InstanceFound
 */

/**
 * The thumbnail that stands for a series, or, where it has none yet, of what to make it: `frame` (from 1) of a file.
 * @typedef {{key: string, filename: string | null, reason: string, frame: number} & InstanceFound} PictureFound
 *   reason: why there is none and will be none, as a reason code; else ""
 */

/**
 * What was made of a file: thumbnails, and frames (from 1; 0: the file) that have none or a doubtful one, with a reason code.
 * @typedef {{images: {frame: number, png: Uint8Array<ArrayBuffer>}[], unshown: {frame: number, reason: string}[]}} PicturesMade
 */

/**
 * @typedef {object} IndexCalls   what the index worker does for the page
 * @property {() => Promise<"same" | "emptied">} claim   an index of other originals than those that are picked is emptied
 * @property {() => Promise<void>} start      reads what is new or changed; settles at the end or when stopped
 * @property {() => Promise<void>} stop
 * @property {(query: string, first: number, count: number) => Promise<{total: number, rows: SeriesRow[]}>} search
 * @property {(query: string) => Promise<string[]>} keys
 * @property {(key: string) => Promise<InstanceFound[]>} instances   in the order in which they are looked through
 * @property {(keys: string[]) => Promise<InstanceFound[]>} files
 * @property {(keys: string[]) => Promise<PictureFound[]>} found
 * @property {(after: string, count: number, keys: string[]) => Promise<InstanceFound[]>} wanting
 * @property {(keys: string[]) => Promise<[string, number][]>} missing
 * @property {(key: Uint8Array, part: number) => Promise<void>} split
 * @property {(path: string, made: PicturesMade) => Promise<string[]>} note
 * @property {(name: string) => Promise<File | null>} picture
 * @property {() => Promise<File | null>} save
 * @property {() => Promise<void>} remove
 * @property {() => Promise<void>} end       keeps what is not kept yet; the worker can then be ended
 */

/**
 * @typedef {object} IndexApi   what the index worker offers the page: its calls by name, whose errors are reason codes
 * @property {(of: IndexOf, report: (status: IndexStatus, size: number) => void) => Promise<{answer: void} | {error: string}>} open
 *   size: bytes of the index in private storage
 * @property {(name: keyof IndexCalls, values: unknown[]) => Promise<{answer: unknown} | {error: string}>} ask
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
