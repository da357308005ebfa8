"""The threads that write into private storage, on the real site: each is replaced in time, and no output is lost."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Launch, Observed, Server

OUTPUTS, LIMIT = 80, 4
# Writes eight outputs at a time, and reads back what is there. Counts the threads that were made and ended.
WRITE = """async ({outputs, limit, failing}) => {
  const at = (name) => import(new URL(`./worker/${name}.js`, location.href).href);
  const [{Writers}, {Opened}, {Buffers}] =
    await Promise.all(["write/writer-threads", "pick/sources", "shared/buffers"].map(at));
  const threads = {made: 0, ended: 0};
  globalThis.Worker = class extends Worker {
    constructor(url, options) {
      super(failing && threads.made >= 2 ? new URL("./no-such-file.js", url) : url, options);
      threads.made++;
    }
    terminate() {
      threads.ended++;
      super.terminate();
    }
  };
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("written", {create: true});
  const sink = new Writers(limit).sink(folder, new Buffers());
  const write = async (number) => {
    const whole = new Uint8Array(5000).fill(number);
    const opened = new Opened({blob: new Blob(), whole});
    const header = {bytes: new Uint8Array(10).fill(200)};
    return sink.write(`out/${number}.dcm`, [header, {copy: [1000, 5000]}], opened, async () => {});
  };
  const lengths = [];
  for (let number = 0; number < outputs; number += 8) {
    const some = Array.from({length: Math.min(8, outputs - number)}, (_, one) => write(number + one));
    lengths.push(...await Promise.all(some));
    await new Promise((done) => setTimeout(done, 100));
  }
  for (let look = 0; look < 100 && threads.made - threads.ended > 2; look++)
    await new Promise((done) => setTimeout(done, 50));
  const out = await folder.getDirectoryHandle("out");
  const wrong = [];
  for (let number = 0; number < outputs; number++) {
    const bytes = new Uint8Array(await (await (await out.getFileHandle(`${number}.dcm`)).getFile()).arrayBuffer());
    const right = bytes.every((byte, index) => byte === (index < 10 ? 200 : number));
    if (bytes.length !== 4010 || !right) wrong.push(number);
  }
  return {lengths, wrong, ...threads};
}"""


@pytest.mark.parametrize("failing", [False, True])
def test_a_writers_thread_is_replaced_and_goes_on_where_no_other_starts(
    launch: "Launch", server: "Server", observed: "Observed", failing: bool
) -> None:
    context = launch()
    if not failing:
        observed.watch(context)
    page = context.new_page()
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.goto(server.url + "version.json")
    done: dict[str, Any] = page.evaluate(WRITE, {"outputs": OUTPUTS, "limit": LIMIT, "failing": failing})
    assert done["lengths"] == [4010] * OUTPUTS
    assert done["wrong"] == []
    assert done["made"] > 4
    assert done["made"] - done["ended"] == 2
    assert observed.errors == []
