// Forecasts of files, as the page makes them from the first bytes. In comes JSON: paths, policies, bytes; out goes a line of JSON for each path.

import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { LOOK_BYTES, recognise } from "../../worker/dicom/is-dicom.js";
import { FactsReader } from "../../worker/scan/facts.js";
import { Forecaster } from "../../worker/shared/forecast.js";

const rules = JSON.parse(readFileSync(new URL("../../py/dicom_deid/tables/forecast.json", import.meta.url), "utf8"));
const { paths, policies, bytes } = JSON.parse(readFileSync(0, "utf8"));
const reader = new FactsReader(rules);
const forecasters = policies.map((policy) => new Forecaster(rules, policy));
for (const path of paths) {
  const file = openSync(path);
  const { size } = fstatSync(file);
  const head = new Uint8Array(Math.min(size, bytes));
  readSync(file, head, 0, head.length, 0);
  closeSync(file);
  const shape = size ? recognise(head.subarray(0, LOOK_BYTES), size) : null;
  const facts = shape && reader.read(head, shape.start, size);
  const made = facts && forecasters.map((one) => ({ ...one.of(facts), remedies: one.remedies(facts) }));
  process.stdout.write(`${JSON.stringify({ facts, made })}\n`);
}
