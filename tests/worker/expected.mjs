/** Facts that Python states about the same bytes, gathered by tests/node/expected.py. */

import { readFileSync } from "node:fs";

export const expected = JSON.parse(readFileSync(process.env.EXPECTED, "utf8"));

/** The file's bytes, as a Uint8Array with a buffer of its own. */
export const bytesOf = (path) => new Uint8Array(readFileSync(path));
