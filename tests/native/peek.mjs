// Looks at files as the files worker's scan does. Paths come in on standard input, one a line; a line of JSON for each goes out.

import { readFileSync } from "node:fs";
import { LOOK_BYTES, recognise } from "../../worker/dicom/is-dicom.js";
import { peek } from "../../worker/dicom/peek.js";

const LONG_LOOK_BYTES = 64 * 1024;

/** @param {string} path */
function look(path) {
  const whole = new Uint8Array(readFileSync(path));
  const first = whole.slice(0, LOOK_BYTES);
  const shape = whole.length ? recognise(first, whole.length) : null;
  if (!shape) return { dicom: false, instance: "" };
  let found = peek(first, shape.start);
  if (found.short && whole.length > LOOK_BYTES) found = peek(whole.slice(0, LONG_LOOK_BYTES), shape.start);
  return { dicom: true, instance: found.sopInstance };
}

for (const path of readFileSync(0, "utf8").split("\n")) {
  if (path) process.stdout.write(`${JSON.stringify(look(path))}\n`);
}
