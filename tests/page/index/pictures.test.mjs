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
        const end = (text, reason = "") => resolve({ file: text && new Blob([text]), reason });
        drawn.push({ key, signal, end });
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
  assert.equal(pictures.why("c"), undefined, "it may still come");
  drawn[2].end("", "NO_PIXELS");
  await turns();
  assert.deepEqual(
    drawn.map(({ key }) => key),
    ["a", "b", "c"],
  );
  assert.deepEqual([pictures.of("c"), pictures.why("c")], ["", "NO_PIXELS"], "there is none");
  pictures.look(["a", "c"]);
  context.mock.timers.tick(STAND_MILLISECONDS);
  await turns();
  assert.deepEqual([drawn.length, told], [3, 2]);
  pictures.close();
  assert.equal(pictures.of("a"), "");
});
