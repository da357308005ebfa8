// @ts-check
/**
 * Messages between the page and the files worker: pick, scan, run, results, linkage.
 *
 * @import {OwnIndexOf} from "./index.js"
 * @import {PlanText, Policy} from "./policy.js"
 * @import {Status, Task} from "./tasks.js"
 * @import {Where} from "./imaging.js"
 * @import {Facts} from "../forecast.js"
 * @import {Pacs, Query, SendProgress, Sent, StudiesThere, StudyThere, ToSend} from "./pacs.js"
 */

/**
 * The picked files and folders. `handles` come from showDirectoryPicker or from a drop; `files` from an <input>; in `zips` each is
 * an archive; `pacs` are studies of a PACS, which are fetched from there.
 * @typedef {{kind: "handles", handles: FileSystemHandle[]} | {kind: "files", files: File[]} | {kind: "zips", files: File[]}
 *   | {kind: "pacs", pacs: Pacs, studies: StudyThere[]}} Picked
 */

/**
 * What the header of the first file of a study says; shown in the page only, never stored or logged.
 * @typedef {{patient: string, id: string, date: string, description: string}} About   patient: the name
 *
 * One study, as the scan saw it. Held by the page only; `uid` is the original one and is never stored or logged.
 * @typedef {object} StudyFound
 * @property {About} about
 * @property {number} study      number of the study in scan order, from 0
 * @property {string} folder     the folder of its first file, below what was picked; shown in the page only
 * @property {string} modality   the modalities, joined by "/" ("CT/SR")
 * @property {number} series     number of series
 * @property {number} files
 * @property {number} bytes
 * @property {Record<number, Sum>} kinds   number of a kind (Found.kinds) -> files of the study
 */

/**
 * A series of a study, and one of its files: for choosing what to try a policy on. Paths are shown in the page only.
 * @typedef {{series: number, files: number, path: string}} SeriesFound   path: of its first file
 * @typedef {{index: number, path: string}} Sample
 *
 * @typedef {{path: string, sourceId: string}} Named   the path is shown in the page only
 *
 * Studies, single series of other studies, and kinds of files (Found.kinds), that take no part in a run, by their numbers in the scan.
 * @typedef {{studies: number[], series: SeriesLeft[], kinds: number[]}} LeftOut
 * @typedef {{series: number, study: number, files: number, bytes: number, kinds: Record<number, Sum>}} SeriesLeft
 * @typedef {{files: number, bytes: number}} Sum
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
 * @property {{facts: Facts, files: number}[]} kinds   by number: what decides the outcome of its files (shared/forecast.js)
 * @property {StudyFound[]} studies
 * @property {boolean} complete
 * @property {number} seconds     since the scan began
 * @property {string} [error]     a reason code, when the scan could not go on
 */

/**
 * @typedef {object} RunSpec
 * @property {string} name       name of the run folder ("dicom-deid-20261121-093000")
 * @property {Uint8Array} key    32 bytes; for source ids and the linkage
 * @property {string} salt   of the passphrase, so that the passphrase alone is enough to go on; "": it has none
 * @property {Policy} policy
 * @property {PlanText} plan
 * @property {string} regions    the text of the regions file that the plan was made with; "": none
 * @property {FileSystemDirectoryHandle | null} output   null: private storage (OPFS)
 * @property {LeftOut} leftOut   of a resumed run that which it was begun with counts
 * @property {Only | null} only   the files that it takes in alone; null: all that were found. A resumed run has noted them
 * @property {boolean} linkage    whether what links old to new is kept, encrypted, apart from the results
 * @property {RunAbout} about        kept when the run is begun, not when it goes on
 * @property {string[]} environment   lines on browser, workers and way of starting, for output.log
 * @property {boolean} resumed        the run was begun before, and goes on
 */

/**
 * What a person knows a run by; kept in private storage for as long as the run, and no part of its results.
 * @typedef {{source: string, policy: string, only: string}} RunAbout   name of what was picked; the policy in words; the earlier run
 *   of whose files it took only some, "" of one that took all that were chosen
 */

/**
 * By what the key of a run is known again; kept in private storage for as long as the run, and no part of its results.
 * @typedef {{salt: string, check: string}} RunKey   salt: of its passphrase, "": it has none
 */

/**
 * The settings that a run was begun with; kept beside its journal until it has ended, so that it can go on.
 * @typedef {object} Begun
 * @property {string} [salt]          of its passphrase; runs of version 0.2 have none
 * @property {string} [key_check]     by which the run knows its key again; in version 0.2 it stood in plan.json
 * @property {number} total           files; 0: the scan that found them was cut off, too
 * @property {Policy} policy
 * @property {string[]} leftOut       studies and series that do not take part, as keyed values of their UIDs
 * @property {boolean} linkage        it keeps a linkage file
 * @property {Picked["kind"]} kind
 * @property {boolean} cancelled      the person ended it; it can go on all the same
 */

/**
 * One row of the page's table of files that were not written, or were with a reason to look at them. `path` is shown in the page and goes nowhere else;
 * `sopClass` is the UID, "" where nobody knows it; `kind` its number among Found.kinds, -1 where nobody knows it.
 * @typedef {{path: string, status: Status, reason: string, sopClass: string, kind: number}} Unwritten
 */

/**
 * A row of the list of what a run did not write, which stays in private storage.
 * @typedef {Omit<Unwritten, "kind"> & {sourceId: string}} Listed
 *
 * Files that a run takes in alone: those of these groups in the list of an earlier one.
 * @typedef {{run: string, groups: {reason: string, sopClass: string}[]}} Only
 */

/**
 * State of a run at one moment.
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
 * @property {StudyProgress[]} studies   only those that changed since the last message
 * @property {Unwritten[]} unwritten   only new ones since the last message
 * @property {LeftOut} [leftOut]   once, of a run that was begun before
 * @property {"opening" | "running" | "paused" | "cancelling"} state   opening: looks at what is done already
 * @property {string} reason       why it is paused, as a reason code, where the run could not go on; else ""
 */

/**
 * @typedef {{study: number, done: number, total: number, counts: Record<Status, number>}} StudyProgress   files; counts: of those that are done
 */

/**
 * Sums of one study, under its new identifiers.
 * @typedef {object} StudySummary
 * @property {number} study   its number in the scan, by which the page knows what its header says
 * @property {number} files   that take part
 * @property {string} patient_id   "": no file of it came so far that it has one
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
 * @property {Record<Status, number>} counts   of them
 * @property {number} bytes       of the written ones
 * @property {Begun | null} begun  null: it is finished, or cannot go on
 * @property {number} unwritten   files in its list of what was not written
 * @property {boolean} rejecting  rejected outputs are still in the folder that was chosen: the browser was killed meanwhile
 * @property {Begun | null} ended  the settings of a finished run that has withheld something; null: there are none
 * @property {RunAbout | null} about  null: it was begun by an earlier version, or what was kept cannot be read
 * @property {RunKey | null} key      null in the same case
 * @property {"beside" | "alone"} [linkage]   it has a linkage file; alone: that is all, and the results are elsewhere
 */

/**
 * @typedef {object} FilesApi   what the files worker offers the page
 * @property {(picked: Picked, report: (found: Found) => void) => Promise<Found>} scan
 * @property {() => Promise<void>} stopScan
 * @property {(study: number) => Promise<SeriesFound[]>} series   the series of a study of the scan
 * @property {(indexes: number[], kinds: number[]) => Promise<LeftOut>} others   what takes no part when only the series of these files do, and those kinds do not
 * @property {(study: number, series: number, at: number) => Promise<Sample>} sample   one file of a series, `at` from 0
 * @property {(study: number, series: number) => Promise<Sample[]>} instances   all files of a series, in scan order
 * @property {(kinds: number[]) => Promise<{study: number, series: number, index: number}>} firstOf   the first file of these kinds
 * @property {(leftOut: LeftOut) => Promise<number[]>} taking   the numbers of the DICOM files that take part
 * @property {(only: Only) => Promise<{files: number, leftOut: LeftOut}>} listedFiles   how many of them the scan has, and what they leave
 * @property {(name: string) => Promise<Listed[]>} unwritten   the list of what a run did not write
 * @property {(indexes: number[], key: Uint8Array) => Promise<Named[]>} named   files of the scan, and how they are called in audit.csv
 * @property {(where: Where, wanted: [number, number][], fragments: number | null) => Promise<Task>} look
 *   a file with these ranges of it, and where the fragments end that begin there; for the trial worker
 * @property {(where: Where, borrower: string) => Promise<Blob>} lend
 *   a file to be read by ranges, without a byte of it in memory; good until the same borrower is lent another one
 * @property {(port: MessagePort, worker: number) => Promise<void>} attach   joins a Python worker; exposes WorkApi on the port
 * @property {(worker: number) => Promise<void>} lost    a Python worker died or rests: files that it still has are given out again once, one at a time, then failed
 * @property {(spec: RunSpec, report: (progress: Progress) => void) => Promise<RunSummary>} start
 * @property {(lines: string[]) => Promise<void>} finish  appends the closing lines to output.log
 * @property {() => Promise<void>} pause
 * @property {() => Promise<void>} resume
 * @property {() => Promise<void>} cancel
 * @property {() => Promise<StoredRun[]>} runs
 * @property {(name: string, plan: Pick<PlanText, "document" | "key_check">) => Promise<string>} check   why a run cannot go on with this plan, as a reason code; "": it can
 * @property {(name: string, file: "audit.csv" | "output.log" | "plan.json" | "regions.json" | "sent.csv") => Promise<File | null>} read   a file of the last run, or of a run in private storage
 * @property {(name: string, report: (done: number, total: number) => void, how?: Packed) => Promise<File>} zip
 *   the run folder as one stored ZIP64, made in private storage
 * @property {() => Promise<void>} loadCipher   loads what encrypts a ZIP, while the network is there; rejects with PAGE_INCOMPLETE
 * @property {(name: string, paths: string[]) => Promise<Rejected>} reject   takes outputs out of the results of a run that has ended
 * @property {(name: string, output: FileSystemDirectoryHandle) => Promise<Rejected>} endRejection   takes out what stayed in the chosen folder
 * @property {(name: string) => Promise<boolean>} remove   deletes a run from private storage, and its linkage file; false: it is open in some tab
 * @property {(name: string) => Promise<File | null>} linkage   the linkage file of a run
 * @property {(file: File, key: Uint8Array, port: MessagePort) => Promise<Tables>} openLinkage
 *   the tables of a linkage file, made in private storage; a Python worker offers TablesApi on the port
 * @property {() => Promise<void>} forgetTables   deletes the tables that were made last
 * @property {(of: OwnIndexOf, port: MessagePort) => Promise<void>} index   exposes IndexFiles on the port, for an index worker
 * @property {(pacs: Pacs, query: Query) => Promise<StudiesThere>} findStudies   of a PACS
 * @property {(name: string, chosen: FileSystemDirectoryHandle | null, address: string) => Promise<ToSend>} toSend
 *   what there is to send of a run that has ended; chosen: the folder that was chosen for its results, where they are not here
 * @property {(name: string, chosen: FileSystemDirectoryHandle | null, pacs: Pacs, report: (progress: SendProgress) => void) => Promise<Sent>} send
 *   sends it, or goes on with that
 * @property {() => Promise<void>} stopSending
 */

/**
 * How a ZIP is made: of those files of the run alone; encrypted, so that this passphrase opens it.
 * @typedef {{paths?: string[], passphrase?: string}} Packed
 *
 * Outputs that were taken out of the results of a run.
 * @typedef {object} Rejected
 * @property {number} files
 * @property {number} bytes
 * @property {number} left     written files that are left in the run
 * @property {Record<string, number>} reasons   that their rows had, to be looked at: reason code -> files
 * @property {Record<string, Sum>} studies      by their new Study Instance UIDs
 * @property {{sopClass: string, path: string}[]} originals   path: "" where it is not known any more; shown in the page only
 */

/**
 * Content of a linkage file: its tables, and its faults in words. The tables identify people.
 * @typedef {{tables: {name: string, rows: number, file: File}[], warnings: string[]}} Tables
 */

export {};
