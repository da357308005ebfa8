// @ts-check
/** Limits of the flow of files, in bytes and numbers. */

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
/** A file up to this many bytes is read together with others; of a longer one, setting up a reader costs little. */
export const SMALL_BYTES = 2 * 1024 * 1024;
