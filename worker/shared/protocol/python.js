// @ts-check
/**
 * Messages between the page and a Python worker, but for the index and the pictures.
 *
 * @import {ActionCode, PlanText, Policy, PolicyProblem, Reading} from "./policy.js"
 * @import {Answer, Status, Task, Wanting} from "./tasks.js"
 * @import {RunSummary} from "./files.js"
 */

/**
 * The parts that workers are started from; made once by the page and posted to each. Shared memory where there is any.
 * @typedef {object} Shared
 * @property {{build: string, lock: object, files: Record<string, {sha256: string, bytes: number}>}} manifest
 * @property {WebAssembly.Module | null} module
 * @property {Uint8Array} stdlib     python_stdlib.zip
 * @property {Uint8Array} packages   packages.zip
 * @property {Uint8Array | null} snapshot
 * @property {Uint8Array} [preview]  preview.zip; where it is there, it is unpacked before anything is imported
 */

/**
 * How a Python worker came to be: the way (worker/python/boot.js has the ladder), and for the faster ones why not.
 * @typedef {"snapshot" | "module" | "plain"} Way
 * @typedef {{way: Way, milliseconds: number, heap: number, fellBack: string[]}} Started   heap: bytes of WebAssembly memory
 */

/**
 * @typedef {object} PythonApi   what a Python worker offers the page (the page goes through js/threads/pool.js)
 * @property {() => Promise<void>} load    loads the code, so that the worker can start when the network is gone
 * @property {(shared: Shared) => Promise<Started>} start
 * @property {(shared: Shared) => Promise<Uint8Array<ArrayBuffer>>} makeSnapshot   the worker is of no use afterwards
 * @property {() => Promise<void>} rehearse   runs made slices, until it is asked for anything: what runs often is compiled by then
 * @property {() => Promise<void>} ping    answered within one task, however long the batch
 * @property {(name: string, text: string) => Promise<Reading | {problems: PolicyProblem[]}>} readPolicy
 *   the name of the file, and its text (a policy in TOML or JSON, or another tool's script); also makes TOML of a Policy's JSON
 * @property {(policy: Policy, key: Uint8Array, linked?: boolean, numbers?: Uint8Array | null, regions?: string) => Promise<PlanText | {error: string, problems?: PolicyProblem[]}>} configure
 *   linked: what is written comes with its Link; numbers: numbers.zip, which a policy with Clean Descriptors needs; regions: the text of a regions file, which only a worker with `preview` can follow, "": none; a refusal is a value since it holds more than a code: all that is wrong with the policy
 * @property {(task: Task) => Promise<Wanting | Explained>} explain   after `configure`; for the trial worker
 * @property {(task: Task) => Promise<Answer>} decide   the same, as a run would answer it
 * @property {(port: MessagePort, worker: number, heapLimit: number, fileLimit: number) => Promise<"over" | "heap" | "files">} work
 *   pulls tasks over the port until there are none, or until it has passed a limit (bytes of memory, files) and has delivered all it took
 * @property {(summary: RunSummary) => Promise<string[]>} closing
 * @property {(port: MessagePort) => Promise<void>} tabulate   exposes TablesApi on the port
 * @property {(port: MessagePort) => Promise<number>} picture   exposes ImagingApi on the port; bytes of its WebAssembly memory
 * @property {(port: MessagePort, everyKind: boolean, mask: string) => Promise<number>} find   after `configure`: exposes FindingApi on
 *   the port; everyKind: also pictures of what is written anyway are looked at; mask: as `bring` answered it, "" for none; bytes of
 *   its WebAssembly memory
 * @property {(files: MessagePort, page: MessagePort) => Promise<void>} index   becomes the index worker: uses IndexFiles of the one port, exposes IndexApi on the other
 */

/**
 * The outcome that one file would have. It holds original values: it is shown, and stored nowhere.
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
 * @property {string} became    what really happened, in a word of tables/sentences.json
 * @property {number} cut       words of the value that were cut out
 * @property {string | null} before  null where it was not there
 * @property {string | null} after   null where it is not there any more
 */

/**
 * @typedef {object} TablesApi   what a Python worker offers the files worker while it opens a linkage file; throws codes
 * @property {() => Promise<Record<string, Uint8Array<ArrayBuffer>>>} heads   table -> its first line
 * @property {(records: {number: number, content: Uint8Array | null}[]) => Promise<Record<string, Uint8Array<ArrayBuffer>>>} add
 *   table -> the lines that the next records add; content is null where a record was changed.
 * @property {(torn: boolean) => Promise<{counts: Record<string, number>, warnings: string[]}>} end
 */

export {};
