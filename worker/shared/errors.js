// @ts-check
/** Errors of all threads: an error is a reason code of the table and nothing else, since a text could hold an identifier. */

/** The form of a code; anything else is not let through. */
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
/** The code of an error that has none of its own. */
export const UNEXPECTED = "UNEXPECTED";

export class CodedError extends Error {
  /** @param {string} code   a reason code (tables/reasons.json) */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * The code of an error, or another one for an error that has none.
 * @param {unknown} error
 * @param {string} [otherwise]
 */
export function codeOf(error, otherwise = UNEXPECTED) {
  return error instanceof CodedError && CODE.test(error.code) ? error.code : otherwise;
}

/** The name of an error that a browser threw ("NotFoundError"), and nothing else of it. @param {unknown} error */
export const nameOf = (error) => (error instanceof Error || error instanceof DOMException ? error.name : "");

/** Throws a CodedError. @param {string} code @returns {never} */
export function refuse(code) {
  throw new CodedError(code);
}

/**
 * Calls Python. Where Python raises an error, whose text can hold an identifier, `otherwise` gives the result instead.
 * Any other error means that the interpreter is broken: a CodedError PYTHON_LOST.
 * @template T
 * @param {() => T} call
 * @param {() => T} otherwise
 */
export function callPython(call, otherwise) {
  try {
    return call();
  } catch (error) {
    if (nameOf(error) !== "PythonError") throw new CodedError("PYTHON_LOST");
    return otherwise();
  }
}
