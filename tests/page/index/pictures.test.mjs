/** Pictures of the rows in sight: one after the other, and none any more of what went out of sight. */

import assert from "node:assert/strict";
import test from "node:test";
import { SeriesPictures } from "../../../js/index/pictures.js";

const STAND_MILLISECONDS = 150;

test("what goes out of sight is not drawn; what was drawn is kept", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const turns = () => new Promise((done) => setImmediate(done));
  const drawn = [];
  const source = {
    of(key, signal) {
      return new Promise((resolve) => {
        drawn.push({ key, signal, end: (text) => resolve({ file: text && new Blob([text]), reason: "" }) });
      });
    },
  };
  let told = 0;
  const pictures = new SeriesPictures(source, () => told++);
  pictures.look(["passing"]);
  pictures.look(["a", "b", "c"]);
  context.mock.timers.tick(STAND_MILLISECONDS);
  await turns();
  assert.deepEqual(
    drawn.map(({ key }) => key),
    ["a"],
    "one at a time, and nothing of what only passed by",
  );
  drawn[0].end("picture");
  await turns();
  assert.match(pictures.of("a"), /^blob:/);
  pictures.look(["c", "a"]);
  context.mock.timers.tick(STAND_MILLISECONDS);
  assert.ok(drawn[1].signal.aborted, "b went out of sight");
  drawn[1].end("");
  await turns();
  drawn[2].end("");
  await turns();
  assert.deepEqual(
    drawn.map(({ key }) => key),
    ["a", "b", "c"],
  );
  assert.equal(pictures.of("c"), "", "there is none");
  pictures.look(["a", "c"]);
  context.mock.timers.tick(STAND_MILLISECONDS);
  await turns();
  assert.deepEqual([drawn.length, told], [3, 2]);
  pictures.close();
  assert.equal(pictures.of("a"), "");
});
