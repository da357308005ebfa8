// @ts-check
/** Calls of the files worker: it owns the picked files and the run that goes on. */

import { Listing, outputsOf } from "./index/listing.js";
import { Shelf } from "./index/storage.js";
import { linkageOf, removeLinkage, withLinkages } from "./linkage/append.js";
import { Tables } from "./linkage/tables.js";
import { Patience } from "./pacs/patience.js";
import { Peer } from "./pacs/peer.js";
import { findStudies } from "./pacs/queries.js";
import { Sendings } from "./pacs/sendings.js";
import { Samples } from "./pick/samples.js";
import { Sources } from "./pick/sources.js";
import { blobOf, look, openWhere } from "./preview/open.js";
import { sourceNaming } from "./report/audit.js";
import { unwrittenRows } from "./report/unwritten.js";
import { listedFiles } from "./run/only.js";
import { endRejectionIn, reject } from "./run/rejection.js";
import { checkPlan, committedPaths } from "./run/resume.js";
import { Run } from "./run/run.js";
import { listRuns, removeRun } from "./run/stored-runs.js";
import { othersThan, taking } from "./run/study-choice.js";
import { factsReader } from "./scan/kinds.js";
import { Scan } from "./scan/scan.js";
import { CodedError, codeOf } from "./shared/errors.js";
import { readFile } from "./storage/folders.js";
import { openRuns } from "./storage/locks.js";
import { countFiles, filesOf, findRun, UNWRITTEN } from "./storage/run-folders.js";
import { Scratch } from "./storage/temporary.js";
import { Writers } from "./write/writer-threads.js";
import { Encryption, loadCipher } from "./zip/encryption.js";
import { writeArchive } from "./zip/write.js";

/** A search of a PACS is given up after so many milliseconds. */
const SEARCH_MILLISECONDS = 120_000;

/** @typedef {import("./shared/protocol/files.js").FilesApi} FilesApi */

export class Files {
  #sources = new Sources();
  /** @type {Scan | null} */ #scan = null;
  /** @type {Run | null} the run that goes on, or the last one */ #run = null;
  #scratch = new Scratch();
  /** @type {import("./storage/temporary.js").ScratchFile | null} the ZIP that was handed out last */ #archive = null;
  #tables = new Tables(this.#scratch);
  /** @type {Map<string, import("./pick/sources.js").Opened>} by borrower */ #lent = new Map();
  #writers = new Writers();
  #sendings = new Sendings();
  #facts = factsReader(); // its rules are fetched while the network is there

  constructor() {
    this.#scratch.sweep().catch(() => {});
  }

  /** @type {FilesApi["scan"]} */
  async scan(picked, report) {
    this.#scan?.stop();
    const sources = new Sources();
    this.#scan = new Scan(sources, this.#scratch, this.#facts);
    this.#sources = sources;
    return this.#scan.run(picked, report);
  }

  /** @type {FilesApi["stopScan"]} */
  async stopScan() {
    this.#scan?.stop();
  }

  /** @type {FilesApi["series"]} */
  async series(study) {
    return new Samples(this.#sources).series(study);
  }

  /** @type {FilesApi["others"]} */
  async others(indexes, kinds) {
    return othersThan(this.#sources, indexes, kinds);
  }

  /** @type {FilesApi["taking"]} */
  async taking(leftOut) {
    return taking(this.#sources, leftOut);
  }

  /** @type {FilesApi["listedFiles"]} */
  async listedFiles(only) {
    const indexes = await listedFiles(this.#sources, only);
    return { files: indexes.length, leftOut: othersThan(this.#sources, indexes) };
  }

  /** @type {FilesApi["unwritten"]} */
  async unwritten(name) {
    const folder = await findRun(name);
    const list = folder && (await readFile(folder, UNWRITTEN));
    const rows = [];
    if (list) for await (const row of unwrittenRows(list)) rows.push(row);
    return rows;
  }

  /** @type {FilesApi["named"]} */
  async named(indexes, key) {
    const nameSource = await sourceNaming(key);
    const paths = indexes.map((index) => this.#sources.paths[index]);
    return Promise.all(paths.map(async (path) => ({ path, sourceId: await nameSource(path) })));
  }

  /** @type {FilesApi["sample"]} */
  async sample(study, series, at) {
    return new Samples(this.#sources).at(study, series, at);
  }

  /** @type {FilesApi["instances"]} */
  async instances(study, series) {
    return new Samples(this.#sources).instances(study, series);
  }

  /** @type {FilesApi["firstOf"]} */
  async firstOf(kinds) {
    return new Samples(this.#sources).firstOf(kinds);
  }

  /** @type {FilesApi["look"]} */
  async look(where, wanted, fragments) {
    const repeat = "index" in where && this.#sources.firsts.has(where.index);
    return look(this.#opening(where), wanted, fragments, repeat);
  }

  /** @type {FilesApi["lend"]} */
  async lend(where, borrower) {
    await this.#lent.get(borrower)?.release();
    this.#lent.delete(borrower);
    const opened = await this.#opening(where);
    this.#lent.set(borrower, opened);
    return blobOf(opened);
  }

  /** @param {import("./shared/protocol/imaging.js").Where} where */
  #opening(where) {
    return openWhere(where, this.#sources, (run) => this.#folderOf(run));
  }

  /**
   * The calls of one Python worker. One that comes when the run is over, or before any, gets no work.
   * @param {number} worker
   * @returns {import("./shared/protocol/tasks.js").WorkApi}
   */
  join(worker) {
    return this.#run?.join(worker) ?? { take: async () => null, deliver: async () => {} };
  }

  /** @type {FilesApi["lost"]} */
  async lost(worker) {
    this.#run?.lost(worker);
  }

  /** @type {FilesApi["start"]} */
  async start(spec, report) {
    const scan = this.#scan;
    const run = new Run(this.#sources, spec, report, () => scan?.stage ?? { items: 0, seconds: 0 }, this.#writers);
    const last = this.#run;
    this.#run = run;
    await last?.finish([]).catch(() => {});
    return run.go();
  }

  /** @type {FilesApi["finish"]} */
  async finish(lines) {
    await this.#run?.finish(lines);
  }

  /** @type {FilesApi["pause"]} */
  async pause() {
    this.#run?.pause();
  }

  /** @type {FilesApi["resume"]} */
  async resume() {
    this.#run?.resume();
  }

  /** @type {FilesApi["cancel"]} */
  async cancel() {
    this.#run?.cancel();
  }

  /** @type {FilesApi["runs"]} */
  async runs() {
    return withLinkages(await listRuns());
  }

  /** @type {FilesApi["check"]} */
  async check(name, plan) {
    const folder = await findRun(name);
    if (!folder) return "NO_RUN";
    if ((await openRuns())(name)) return "RUN_OPEN";
    return checkPlan(folder, plan).then(
      () => "",
      (error) => codeOf(error, "NO_RUN"),
    );
  }

  /** @type {FilesApi["read"]} */
  async read(name, file) {
    const isJournal = file === "audit.csv" || file === "output.log";
    const live = this.#run?.name === name && isJournal ? this.#run.read(file) : null;
    if (live) return live;
    const folder = this.#run?.name === name ? this.#run.folder : null;
    // A chosen folder can be out of reach by now; the journal is in private storage, too.
    const found = (folder && (await readFile(folder, file))) || (await findRun(name));
    return found && "getFileHandle" in found ? readFile(found, file) : found;
  }

  /** @param {string} name */
  async #folderOf(name) {
    return (this.#run?.name === name ? this.#run.folder : null) ?? findRun(name);
  }

  /** @type {FilesApi["zip"]} */
  async zip(name, report, { paths, passphrase } = {}) {
    const encryption = passphrase === undefined ? undefined : await Encryption.by(passphrase);
    await this.#archive?.remove();
    const folder = await this.#folderOf(name);
    if (!folder) throw new CodedError("NO_RUN");
    const archive = await this.#scratch.create("zip");
    this.#archive = archive;
    let done = 0;
    // Of a run that was cut off, an output without a row may be half.
    const committed = await committedPaths((await findRun(name)) ?? folder);
    const only = paths && new Set(paths);
    const wanted = (/** @type {string} */ path) => (!only || only.has(path)) && committed(path);
    const total = await countFiles(folder, wanted);
    const onFile = () => {
      done++;
      if (done % 20 === 0 || done === total) report(done, total);
    };
    await writeArchive(filesOf(folder, wanted), archive, onFile, encryption);
    return archive.finish();
  }

  /** @type {FilesApi["loadCipher"]} */
  async loadCipher() {
    await loadCipher();
  }

  /** @type {FilesApi["reject"]} */
  async reject(name, paths) {
    const last = this.#run?.name === name ? this.#run : null;
    const sources = await last?.paths();
    return reject(name, last?.folder ?? null, paths, (id) => sources?.get(id));
  }

  /** @type {FilesApi["endRejection"]} */
  async endRejection(name, output) {
    return endRejectionIn(name, output);
  }

  /** @type {FilesApi["findStudies"]} */
  async findStudies(pacs, query) {
    return findStudies(new Peer(pacs), query, new Patience(AbortSignal.timeout(SEARCH_MILLISECONDS)));
  }

  /** @type {FilesApi["toSend"]} */
  async toSend(name, chosen, address) {
    return this.#sendings.look(name, this.#chosen(name) ?? chosen, address);
  }

  /** @type {FilesApi["send"]} */
  async send(name, chosen, pacs, report) {
    return this.#sendings.send(name, this.#chosen(name) ?? chosen, pacs, report);
  }

  /** @type {FilesApi["stopSending"]} */
  async stopSending() {
    this.#sendings.stop();
  }

  /** The folder of the last run, where that was chosen. @param {string} name */
  #chosen(name) {
    return this.#run?.name === name ? this.#run.folder : null;
  }

  /** @type {FilesApi["linkage"]} */
  async linkage(name) {
    return linkageOf(name);
  }

  /**
   * @param {File} file
   * @param {Uint8Array} key
   * @param {import("./shared/protocol/python.js").TablesApi} python
   */
  async tablesOf(file, key, python) {
    return this.#tables.make(file, key, python);
  }

  /**
   * The calls that an index worker is offered.
   * @param {import("./shared/protocol/index.js").OwnIndexOf} of
   * @returns {import("./shared/protocol/index.js").IndexFiles}
   */
  indexFiles(of) {
    const picked = async () => ({ sources: this.#sources, growing: null, whole: this.#scan?.complete ?? false });
    return {
      listing: new Listing(of.kind === "run" ? () => this.#outputs(of.name) : picked),
      shelf: new Shelf(of, this.#scratch),
    };
  }

  /** @param {string} name */
  async #outputs(name) {
    const folder = await this.#folderOf(name);
    if (!folder) throw new CodedError("NO_RUN");
    return outputsOf(folder, (await findRun(name)) ?? folder, this.#scratch);
  }

  /** @type {FilesApi["forgetTables"]} */
  async forgetTables() {
    await this.#tables.forget();
  }

  /** @type {FilesApi["remove"]} */
  async remove(name) {
    const removed = await removeRun(name);
    if (removed) await removeLinkage(name);
    return removed;
  }
}
