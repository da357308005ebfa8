// @ts-check
/** A regions file as the page reads it. Python checks all of it when a run begins (py/dicom_deid/regions/file.py). */

import { Problem } from "../page/problem.js";

/** As many as Python takes. No character of UTF-8 is longer than four bytes. */
const LARGEST_BYTES = 4 * 128 * 1024 * 1024;

/** The text of a regions file. Rejects with a Problem: NOT_READABLE, BAD_REGIONS. @param {File} file */
export async function readRegions(file) {
  if (file.size > LARGEST_BYTES) throw new Problem("BAD_REGIONS");
  const bytes = await file.arrayBuffer().catch(() => {
    throw new Problem("NOT_READABLE");
  });
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const { tool, kind } = JSON.parse(text);
    if (tool === "dicom-deid" && kind === "regions") return text;
  } catch {
    // it is no JSON, or no object
  }
  throw new Problem("BAD_REGIONS");
}
