/** Studies that take no part: their files are not counted, and they are known again after another scan. */

import assert from "node:assert/strict";
import test from "node:test";
import { keyedStudies, leaveOut, studiesOf } from "../../worker/choice.js";
import { Sources } from "../../worker/source.js";
import { Tally } from "../../worker/tally.js";

const KEY = new Uint8Array(32).fill(7);

/** Sources of which each file has the study of that UID; "" for what is not DICOM. */
function sourcesOf(...uids) {
  const sources = new Sources();
  for (const [index, uid] of uids.entries()) {
    if (uid && !sources.studyUids.includes(uid)) sources.studyUids.push(uid);
    const place = { study: sources.studyUids.indexOf(uid), series: 0 };
    sources.add(`${index}`, null, { size: 10, modified: 0, reason: uid ? "" : "NOT_DICOM" }, place, false);
  }
  return sources;
}

test("files of a study that is left out are neither given out nor counted", () => {
  const sources = sourcesOf("1.2", "1.3", "", "1.2", "1.4");
  const tally = new Tally(sources);
  sources.done[0] = true; // its row is there already
  assert.equal(leaveOut(sources, tally, [0, 2]), 2);
  assert.deepEqual(sources.studyOrder(), [1]);
  assert.equal(tally.remaining, 3);
});

test("the same studies are left out when the folder was looked through in another order", async () => {
  const keyed = await keyedStudies(sourcesOf("1.2", "1.3", "1.4"), KEY, [0, 2]);
  assert.deepEqual(await studiesOf(sourcesOf("1.4", "1.5", "1.3", "1.2"), KEY, keyed), [0, 3]);
  assert.deepEqual(await studiesOf(sourcesOf("1.4"), new Uint8Array(32), keyed), []);
  for (const text of keyed) assert.match(text, /^[0-9a-f]{20}$/);
});
