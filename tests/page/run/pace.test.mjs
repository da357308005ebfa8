/** The time left: right for files alike, and not deceived by a folder of small and large ones. */

import assert from "node:assert/strict";
import test from "node:test";
import { Pace } from "../../../js/run/pace.js";

const PER_FILE = 0.005; // seconds
const PER_BYTE = 1e-8;
const MB = 1e6;

/** Runs over files of these sizes, with a report every quarter of a second; at each, the guess and the truth. */
function run(sizes) {
  const pace = new Pace();
  const costs = sizes.map((size) => PER_FILE + PER_BYTE * size);
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  const bytesTotal = sizes.reduce((sum, size) => sum + size, 0);
  const guesses = [];
  let [done, bytesDone, spent] = [0, 0, 0];
  for (let seconds = 0.25; seconds < total; seconds += 0.25) {
    while (done < sizes.length && spent + costs[done] <= seconds) {
      spent += costs[done];
      bytesDone += sizes[done++];
    }
    pace.add({ seconds, done, bytesDone });
    guesses.push({ seconds, left: pace.left(sizes.length - done, bytesTotal - bytesDone), truth: total - seconds });
  }
  return guesses;
}

/** How far off a guess is, as a share of the whole run. */
function worst(guesses) {
  const total = guesses[0].truth + guesses[0].seconds;
  const told = guesses.filter(({ left }) => left !== null);
  assert.ok(told.length > 0.8 * guesses.length);
  return Math.max(...told.map(({ left, truth }) => Math.abs(left - truth) / total));
}

test("files alike", () => {
  assert.ok(worst(run(Array(10_000).fill(0.5 * MB))) < 0.05);
});

test("small and large files mixed", () => {
  const sizes = Array.from({ length: 10_000 }, (_, index) => (index % 100 === 0 ? 100 * MB : 0.2 * MB));
  const later = run(sizes).filter(({ seconds }) => seconds > 10);
  assert.ok(worst(later) < 0.07);
});

test("large files after small ones", () => {
  const sizes = [...Array(10_000).fill(0.2 * MB), ...Array(100).fill(100 * MB)];
  const guesses = run(sizes);
  const later = guesses.filter(({ seconds }) => seconds > 85); // the first large ones have shown what they cost
  assert.ok(worst(later) < 0.3);
});

test("nothing is told at once, and a resumed run does not count what was done before", () => {
  const pace = new Pace();
  pace.add({ seconds: 0.1, done: 50_000, bytesDone: 5e10 });
  assert.equal(pace.left(100, 100 * MB), null);
  for (let second = 1; second <= 10; second++) {
    pace.add({ seconds: second, done: 50_000 + 10 * second, bytesDone: 5e10 + 10 * MB * second });
  }
  assert.ok(Math.abs(pace.left(100, 100 * MB) - 10) < 1.5);
});
