// @ts-check
/**
 * The form in which a memory snapshot of Python is kept and shared: without its zero pages.
 *
 * Pyodide's own snapshot is a short head (magic number, build id, JSON) followed by the whole heap. Pages of zeros are
 * half of that, and copying them into a fresh heap would make the system give memory for each.
 *
 * Packed: five 32-bit words (MAGIC, bytes of the whole, bytes of the head, bytes of the heap, number of runs), then
 * per run of pages its first page and number of pages, then the head, then the pages.
 */

const MAGIC = 0x70795001;
const WORDS = 5;
/** Bytes that a system gives memory for at once. */
const PAGE = 4096;

/** @param {Uint32Array} words @param {number} page */
function isZero(words, page) {
  const end = Math.min(words.length, ((page + 1) * PAGE) / 4);
  for (let i = (page * PAGE) / 4; i < end; i++) if (words[i] !== 0) return false;
  return true;
}

/**
 * Runs of pages that hold something.
 * @param {Uint8Array} heap
 * @returns {[number, number][]} first page, number of pages
 */
function usedRuns(heap) {
  /** @type {[number, number][]} */
  const runs = [];
  const words = new Uint32Array(heap.buffer, heap.byteOffset, heap.length / 4);
  for (let page = 0; page * PAGE < heap.length; page++) {
    if (isZero(words, page)) continue;
    const last = runs.at(-1);
    if (last && last[0] + last[1] === page) last[1]++;
    else runs.push([page, 1]);
  }
  return runs;
}

/**
 * @param {Uint8Array} snapshot Pyodide's own, aligned as it makes it
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function pack(snapshot) {
  const headBytes = new Uint32Array(snapshot.buffer, snapshot.byteOffset, 2)[1];
  const heap = snapshot.slice(headBytes);
  const runs = usedRuns(heap);
  const start = (WORDS + 2 * runs.length) * 4;
  const total = runs.reduce((sum, [, pages]) => sum + pages * PAGE, start + headBytes);
  const packed = new Uint8Array(total);
  new Uint32Array(packed.buffer, 0, start / 4).set([MAGIC, total, headBytes, heap.length, runs.length, ...runs.flat()]);
  packed.set(snapshot.subarray(0, headBytes), start);
  let at = start + headBytes;
  for (const [page, pages] of runs) {
    packed.set(heap.subarray(page * PAGE, (page + pages) * PAGE), at);
    at += pages * PAGE;
  }
  return packed;
}

/** @param {Uint8Array} packed */
function layout(packed) {
  const [magic, total, headBytes, heapBytes, count] = new Uint32Array(packed.buffer, packed.byteOffset, WORDS);
  if (magic !== MAGIC || total !== packed.length) throw new RangeError("SNAPSHOT_DAMAGED");
  const runs = new Uint32Array(packed.buffer, packed.byteOffset + WORDS * 4, 2 * count);
  return { headBytes, heapBytes, runs, start: (WORDS + 2 * count) * 4 };
}

/**
 * The head of a snapshot, which Pyodide itself reads. A copy: it decodes text from it, which no browser does from shared memory.
 * @param {Uint8Array} packed
 */
export function head(packed) {
  const { headBytes, start } = layout(packed);
  return new Uint8Array(packed.subarray(start, start + headBytes));
}

/** Bytes of the heap that `fill` needs. @param {Uint8Array} packed */
export function heapBytes(packed) {
  return layout(packed).heapBytes;
}

/**
 * Makes a fresh heap, at least as large as the one the snapshot was taken from, equal to that one.
 * @param {Uint8Array} packed
 * @param {Uint8Array} heap
 */
export function fill(packed, heap) {
  const { headBytes, runs, start } = layout(packed);
  let [at, end] = [start + headBytes, 0];
  for (let i = 0; i < runs.length; i += 2) {
    const from = runs[i] * PAGE;
    const bytes = runs[i + 1] * PAGE;
    clear(heap, end, from);
    heap.set(packed.subarray(at, at + bytes), from);
    at += bytes;
    end = from + bytes;
  }
  clear(heap, end, heap.length);
}

/**
 * Zeroes what is not zero yet: the fresh heap's own data. Writing zeros to the rest would cost its memory.
 * @param {Uint8Array} heap @param {number} from @param {number} end
 */
function clear(heap, from, end) {
  const words = new Uint32Array(heap.buffer, heap.byteOffset, heap.length / 4);
  for (let page = from / PAGE; page * PAGE < end; page++) {
    if (!isZero(words, page)) heap.fill(0, page * PAGE, (page + 1) * PAGE);
  }
}
