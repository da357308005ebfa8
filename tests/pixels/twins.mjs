// The arithmetic of worker/detection/ for test_twins.py: requests come in as one JSON array, answers go out as another.
import { readFileSync } from "node:fs";
import { grown, places, turnedBack } from "../../worker/detection/boxes.js";
import { decoded, isText, line, ways } from "../../worker/detection/reader.js";
import {
  blueFirst,
  fillPlanes,
  parts,
  scaled,
  turned as turnedPicture,
  turnedSteps,
  upright,
} from "../../worker/detection/sizes.js";

/** @param {string} text */
const bytesOf = (text) => new Uint8Array(Buffer.from(text, "base64"));
/** @param {ArrayBufferView} view */
const textOf = (view) => Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("base64");
/** @param {any} picture */
const told = ({ rows, columns, bytes }) => [rows, columns, textOf(bytes)];
/** @param {any} asked */
const given = ({ rows, columns, bytes }) => ({ rows, columns, bytes: bytesOf(bytes) });

/** @type {Record<string, (asked: any) => any>} */
const answers = {
  blueFirst: (asked) => told(blueFirst(given(asked))),
  scaled: (asked) => told(scaled(given(asked), asked.scale)),
  turned: (asked) => told(turnedPicture(given(asked))),
  parts: ({ length, numbers }) => parts(length, numbers.sizes),
  planes(asked) {
    const [picture, { tile, rows, columns, turned }] = [given(asked), asked.filled];
    const table = [0, 256, 512].map((more) => Float32Array.from({ length: 256 }, (_, value) => value + more));
    const planes = new Float32Array(3 * rows * columns);
    fillPlanes(turned ? turnedSteps(picture) : upright(picture), tile, planes, { rows, columns, table });
    return textOf(planes);
  },
  lines: (asked) => ways(given(asked)).map((way) => textOf(line(way, asked.numbers.reading).planes)),
  boxes: ({ chances, columns, limit, scale, picture, numbers }) =>
    places(bytesOf(chances), columns, limit, numbers.limits).flatMap((found) => [
      grown(found, scale, picture, numbers.limits),
      grown({ ...found, place: turnedBack(found.place, 100) }, scale, picture, numbers.limits),
    ]),
  isText: ({ said, place, numbers }) => isText(said, place, numbers.reading),
  decoded({ chances, classes, characters }) {
    const { buffer } = bytesOf(chances);
    return decoded(new Float32Array(buffer), classes, characters);
  },
};

const asked = JSON.parse(readFileSync(0, "utf8"));
const numbers = JSON.parse(readFileSync(new URL("../../py/dicom_deid/tables/detection.json", import.meta.url), "utf8"));
const out = asked.map((/** @type {any} */ one) => answers[one.what]({ ...one, numbers }));
process.stdout.write(JSON.stringify(out));
