"""Python workers on the real site, under its policy: how they start, what they answer, how one is replaced."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydicom.data import get_testdata_file

if TYPE_CHECKING:
    from conftest import Launch, Observed, Server
    from playwright.sync_api import BrowserContext, Page

HARNESS = Path(__file__).with_name("pool_harness.js").read_text(encoding="utf-8")
EMPTY_PAGE = "version.json"  # of the site, with its policy, but without its page's own pool
Open = Callable[..., "Page"]


@pytest.fixture
def open_page(browser: "BrowserContext", observed: "Observed") -> Iterator[Open]:
    """`open_page(server)` is a page of the site with the harness in it; nothing may show on its console."""
    pages: list[Page] = []

    def open_one(server: "Server", context: "BrowserContext | None" = None, before: str = "") -> "Page":
        context = context or browser
        observed.watch(context)
        page = context.new_page()
        pages.append(page)
        page.route("**/favicon.ico", lambda route: route.fulfill(status=204))  # only the site's own page names its icon
        if before:
            page.add_init_script(before)
        page.goto(server.url + EMPTY_PAGE)
        page.evaluate(HARNESS)
        return page

    yield open_one
    for page in pages:
        page.close()


def start(page: "Page", **options: Any) -> list[str]:
    """The lines for the log of a new pool, which is left as `pool` in the page."""
    lines: list[str] = page.evaluate("async (o) => (globalThis.pool = new harness.Pool(o)).ready", options)
    return lines


def ways(page: "Page") -> list[str]:
    found: list[str] = page.evaluate("pool.workers.map((worker) => worker.started.way)")
    return found


def batches(count: int, *names: str) -> list[list[dict[str, Any]]]:
    """Batches of tasks, each of these files of pydicom's whole."""
    contents = [list(Path(str(get_testdata_file(name))).read_bytes()) for name in names]
    return [
        [
            {"id": number * len(names) + i, "sourceId": f"{number:020x}", "size": len(content), "content": content}
            for i, content in enumerate(contents)
        ]
        for number in range(count)
    ]


# Tasks get their bytes as a Uint8Array here: Playwright can not send one.
CONFIGURE = """async (batches) => {
  const tasks = batches.map((batch) => batch.map(({content, ...task}) => ({...task, repeat: false, fragments: null,
    ranges: [{start: 0, bytes: content && new Uint8Array(content)}]})));
  globalThis.files = new harness.Files(tasks);
  return await pool.configure(harness.policy, harness.key);
}"""
WORK = """async () => {
  await pool.work(files);
  const answers = files.answers.map(({segments, ...answer}) =>
    ({...answer, sizes: segments.map((segment) => segment.bytes?.byteLength ?? 0)}));
  return {answers, heaps: files.heaps, lost: files.lostWorkers, states: pool.workers.map((worker) => worker.state)};
}"""


def work(page: "Page", tasks: list[list[dict[str, Any]]], before: str = "") -> dict[str, Any]:
    """Lets the pool of the page work the tasks off; `before` happens between configuring and working."""
    plan = page.evaluate(CONFIGURE, tasks)
    if before:
        page.evaluate(before)
    return {"plan": plan, **page.evaluate(WORK)}


def test_all_workers_start_from_a_snapshot_that_is_kept_for_the_next_visit(
    open_page: Open, launch: "Launch", server: "Server", observed: "Observed"
) -> None:
    page = open_page(server, launch())
    assert page.evaluate("crossOriginIsolated")
    lines = start(page, count=2)
    assert ways(page) == ["snapshot", "snapshot"]
    assert [line.split()[0] for line in lines] == ["snapshot", "Python", "Python"]
    again = open_page(server, page.context)
    assert [line.split()[0] for line in start(again, count=2)] == ["Python", "Python"]
    assert ways(again) == ["snapshot", "snapshot"]
    again.evaluate("pool.rest()")
    again.evaluate(CONFIGURE, [])
    assert ways(again) == ["snapshot", "snapshot"], "read again for those that rested"
    assert observed.errors == observed.elsewhere(server.url) == []


def test_without_cross_origin_isolation_the_snapshot_is_copied(
    open_page: Open, plain_server: "Server", observed: "Observed"
) -> None:
    page = open_page(plain_server)
    assert not page.evaluate("crossOriginIsolated")
    start(page, count=2)
    assert ways(page) == ["snapshot", "snapshot"]
    assert observed.errors == []


def test_each_step_of_the_ladder_falls_back_to_the_next_and_says_so(open_page: Open, server: "Server") -> None:
    page = open_page(server)
    [line] = start(page, count=1, snapshot=False)
    assert ways(page) == ["module"]
    assert "snapshot: there is none" in line
    no_module = "WebAssembly.compileStreaming = () => Promise.reject(new Error())"
    page = open_page(server, before=f"if (globalThis.document) {no_module}")
    [line] = start(page, count=1)
    assert ways(page) == ["plain"]
    assert "module: no module to share" in line
    assert work(page, batches(1, "CT_small.dcm"))["answers"][0]["row"]["status"] == "written"


def test_a_damaged_or_foreign_snapshot_is_not_used(open_page: Open, launch: "Launch", server: "Server") -> None:
    page = open_page(server, launch())
    start(page, count=1)
    page.evaluate("""async () => {
      const store = await caches.open("dicom-deid-snapshot");
      const [request] = await store.keys();
      const kept = await store.match(request);
      const bytes = new Uint8Array(await kept.arrayBuffer());
      bytes[bytes.length - 5000] ^= 1;
      await store.put(request, new Response(bytes, {headers: kept.headers}));
      await store.put(request.url + "0", new Response("of another build"));
    }""")
    again = open_page(server, page.context)
    assert start(again, count=1)[0].startswith("snapshot made")
    again.wait_for_function(
        "caches.open('dicom-deid-snapshot').then((store) => store.keys()).then((keys) => keys.length === 1)"
    )


def test_two_workers_of_one_snapshot_draw_different_random_numbers(open_page: Open, server: "Server") -> None:
    drawn = open_page(server).evaluate("""async () => {
      const {boot, runtime} = harness;
      const shared = await runtime.fetchRuntime();
      shared.snapshot = await boot.makeSnapshot(shared);
      const draw = async () => {
        const {python, started} = await boot.boot(shared);
        // One that the snapshot has not: Python reads on in its standard library.
        const late = python.pyimport("encodings.shift_jis_2004").getregentry().name;
        return [started.way, late, python.pyimport("random").random(), python.pyimport("secrets").token_hex(8)];
      };
      return [await draw(), await draw()];
    }""")
    (*begun, number, token), (*other_begun, other_number, other_token) = drawn
    assert begun == other_begun == ["snapshot", "shift_jis_2004"]
    assert number != other_number
    assert token != other_token


def test_workers_answer_every_task_and_survive_what_python_throws(open_page: Open, server: "Server") -> None:
    page = open_page(server)
    start(page, count=2)
    tasks = batches(6, "CT_small.dcm", "MR_small.dcm")
    tasks[2][0]["content"] = None  # no bytes: Python throws
    result = work(page, tasks)
    assert result["plan"]["opening"]
    assert sorted(answer["id"] for answer in result["answers"]) == list(range(12))
    by_id = {answer["id"]: answer for answer in result["answers"]}
    assert by_id[4]["row"]["status"] == "failed"
    assert by_id[4]["row"]["reason"] == "WORKER_ERROR"
    written = [answer for answer in result["answers"] if answer["id"] != 4]
    assert {answer["row"]["status"] for answer in written} == {"written"}
    assert all(answer["sizes"][0] > 132 for answer in written)
    assert result["states"] == ["ready", "ready"]
    assert min(result["heaps"]) > 16 * 2**20


@pytest.mark.parametrize("limit", ["heapLimit", "fileLimit"])
def test_a_worker_that_has_come_to_a_limit_is_replaced_and_loses_nothing(
    open_page: Open, server: "Server", limit: str
) -> None:
    page = open_page(server)
    begun = start(page, count=1, **{limit: 1})
    result = work(page, batches(4, "CT_small.dcm"))
    assert sorted(answer["id"] for answer in result["answers"]) == [0, 1, 2, 3]
    assert result["lost"] == []
    assert page.evaluate("harness.made.length") >= len(begun) + 3
    assert ways(page) == ["snapshot"]


def test_of_two_workers_that_come_to_the_limit_of_files_one_rests_until_the_next_run(
    open_page: Open, server: "Server"
) -> None:
    page = open_page(server)
    start(page, count=2, fileLimit=3)
    result = work(page, batches(16, "CT_small.dcm"))
    assert sorted(answer["id"] for answer in result["answers"]) == list(range(16))
    assert sorted(result["states"]) == ["ready", "resting"]
    assert len(result["lost"]) == 1
    again = work(page, batches(2, "MR_small.dcm"))
    assert {answer["row"]["status"] for answer in again["answers"]} == {"written"}
    assert again["states"] == ["ready", "ready"]
    assert again["lost"] == []


def test_a_silent_worker_is_replaced_with_the_network_gone(open_page: Open, own_server: "Server") -> None:
    page = open_page(own_server)
    start(page, count=2, silence=1500)
    page.wait_for_timeout(1000)  # the spare worker loads its code
    own_server.stop()
    # The second thread made is the first worker (the first one made the snapshot). It ends without a word.
    result = work(page, batches(8, "CT_small.dcm"), before="harness.made[1].terminate()")
    assert sorted(answer["id"] for answer in result["answers"]) == list(range(8))
    assert result["lost"] == [0]
    assert result["states"] == ["ready", "ready"]
