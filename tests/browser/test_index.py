"""The index of the page: the command line's, searched while it is made, found again, kept whole, and deleted."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pydicom.data
import pytest
from conftest import visiting
from dicom_deid.index.search import search
from dicom_deid.native import index_file
from drag import drop
from journey import READY
from playwright.sync_api import expect
from pydicom.data import get_testdata_file

if TYPE_CHECKING:
    from conftest import Observed, Server
    from journey import Journey
    from playwright.sync_api import BrowserContext, Page

HARNESS = Path(__file__).with_name("index_harness.js").read_text(encoding="utf-8")
EMPTY_PAGE = "version.json"  # of the site, with its policy, but without its page's own workers
PATIENT = "CompressedSamples"
OPEN = """async (of) => {
  globalThis.index = await harness.Catalogue.open(harness.pool, harness.files, of ?? {kind: "originals"});
  return index.status;
}"""
INDEX = """async () => {
  await index.start();
  return index.status;
}"""
INDEX_AND_SEARCH = """async () => {
  let running = true;
  const meanwhile = [];
  const made = index.start().finally(() => { running = false; });
  while (running) {
    const {total} = await index.search("", 0, 1);
    if (running) meanwhile.push(total);
  }
  await made;
  return {meanwhile, status: index.status};
}"""
NAMES = """async () => {
  const names = [];
  for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
  return names;
}"""
# A folder of private storage stands for one on the disk.
CHOSEN = """globalThis.showDirectoryPicker = async () =>
  (await navigator.storage.getDirectory()).getDirectoryHandle("chosen", { create: true });"""
# As a browser that is killed leaves it, which calls it .crswap.
BEGUN = """async () => {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("index");
  await folder.getFileHandle("originals.sqlite.begun", { create: true });
}"""
FORGET = """async () =>
  (await navigator.storage.getDirectory()).removeEntry("chosen", { recursive: true })"""
Visit = Callable[[], "Page"]


@pytest.fixture
def visit(browser: "BrowserContext", server: "Server", observed: "Observed") -> Iterator[Visit]:
    """Opens the page with the harness, each time anew: the one before is gone, with its workers."""
    pages: list[Page] = []
    observed.watch(browser)

    def go() -> "Page":
        while pages:
            pages.pop().close()
        pages.append(browser.new_page())
        pages[0].route("**/favicon.ico", lambda route: route.fulfill(status=204))
        pages[0].goto(server.url + EMPTY_PAGE)
        pages[0].evaluate(HARNESS)
        return pages[0]

    yield go
    pages[0].evaluate("index.delete()")
    pages[0].close()
    assert observed.errors == []


def scan(page: "Page", folder: Path) -> None:
    page.evaluate("harness.scanned = null")
    drop(page, folder)
    page.wait_for_function("() => harness.scanned")
    assert page.evaluate("async () => (await harness.scanned).complete")


def found(page: "Page", query: str = "") -> list[dict[str, Any]]:
    """All columns of the series, by their paths."""
    rows: list[dict[str, Any]] = page.evaluate("async (query) => (await index.search(query, 0, 1000)).rows", query)
    return sorted(({**row, "id": 0} for row in rows), key=lambda row: row["first_path"])


def natively(folder: Path) -> list[dict[str, Any]]:
    """The rows of the command line's index."""
    with TemporaryDirectory() as place:
        index_file.update(Path(place) / "index.sqlite", [folder])
        rows = search(index_file.read_index(Path(place) / "index.sqlite").database, "", 0, 1000).rows
    return sorted(({**row, "id": 0} for row in rows), key=lambda row: str(row["first_path"]))


def stored(page: "Page", folder: str = "index") -> list[str]:
    return sorted(page.evaluate("async (folder) => Object.keys(await harness.stored(folder))", folder))


def test_pydicoms_files_are_indexed_as_by_the_command_line_and_searched_meanwhile(visit: Visit, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    shutil.copytree(Path(pydicom.data.__file__).parent / "test_files", folder)
    (folder / "Müller^Jörg").mkdir()
    shutil.copyfile(str(get_testdata_file("MR_small.dcm")), folder / "Müller^Jörg" / "日本 1.dcm")
    page = visit()
    scan(page, folder)
    assert page.evaluate(OPEN)["series_count"] == 0
    made = page.evaluate(INDEX_AND_SEARCH)
    assert any(0 < total < made["status"]["series_count"] for total in made["meanwhile"])
    files = sum(path.is_file() for path in folder.rglob("*"))
    assert (made["status"]["enumerated_files"], made["status"]["files_processed"]) == (files, files)
    assert (made["status"]["holds"], made["status"]["running"]) == ("originals", False)
    assert found(page) == natively(folder) != []

    changed = folder / "CT_small.dcm"
    before = changed.stat()
    changed.write_bytes(changed.read_bytes().replace(b"CompressedSamples^CT1", b"CompressedSamples^XY1"))
    os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))
    scan(page, folder)
    page.evaluate(INDEX)
    assert not found(page, "XY1"), "a file with the size and the time that it had is not read again"

    page = visit()
    assert page.evaluate(OPEN)["series_count"] == made["status"]["series_count"], "it is found again, without its files"
    (row,) = found(page, "patient:CompressedSamples^CT1")
    assert page.evaluate("(key) => index.instances(key)", row["key"]) == [
        {"path": "CT_small.dcm", "index": None, "frames": 1}
    ]
    os.utime(changed)
    (folder / "MR_small.dcm").unlink()
    scan(page, folder)
    assert page.evaluate("index.claim()") == "same"
    page.evaluate(INDEX)
    assert found(page) == natively(folder)
    (row,) = found(page, "XY1")
    number = page.evaluate("async (key) => (await index.instances(key))[0].index", row["key"])
    looked = page.evaluate("async (index) => (await harness.files.look({index}, [[0, 200]], null)).size", number)
    assert looked == changed.stat().st_size


def test_whatever_ends_it_leaves_an_index_and_deleting_it_leaves_nothing(visit: Visit, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    content = Path(str(get_testdata_file("CT_small.dcm"))).read_bytes()
    (folder / "0.dcm").write_bytes(content)
    page = visit()
    scan(page, folder)
    page.evaluate(OPEN)
    page.evaluate(INDEX)
    (row,) = found(page, PATIENT)
    images = "{images: [{frame: 1, png: new Uint8Array([1, 2, 3])}], unshown: []}"
    (name,) = page.evaluate(f"index.note('0.dcm', {images})")
    assert page.evaluate("async (name) => (await index.picture(name)).size", name) == 3
    page.evaluate("index.save()")

    for number in range(1, 200):
        (folder / f"{number}.dcm").write_bytes(content)
    scan(page, folder)
    page.evaluate("async () => { index.start().catch(() => {}); await index.search('', 0, 1); }")
    page.evaluate("harness.thread.end()")
    assert [one["first_path"] for one in found(page, PATIENT)] == ["0.dcm"], "another worker has taken its place"
    assert page.evaluate(INDEX)["files_processed"] == 200
    page.evaluate("index.start().catch(() => {})")
    page = visit()
    page.evaluate(BEGUN)
    status = page.evaluate(OPEN)
    assert (status["running"], status["series_count"]) == (False, 1)
    (row,) = found(page, PATIENT)
    assert (row["file_count"], row["thumbnails"], row["thumbnail"]) == (200, 1, name)
    assert stored(page) == ["originals.sqlite", f"thumbnails-of-originals/{name}"]
    saved = page.evaluate("async () => [...new Uint8Array(await (await index.save()).arrayBuffer())]")
    (tmp_path / "saved.sqlite").write_bytes(bytes(saved))
    assert search(index_file.read_index(tmp_path / "saved.sqlite").database, PATIENT).total == 1

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "0.dcm").write_bytes(Path(str(get_testdata_file("MR_small.dcm"))).read_bytes())
    scan(page, elsewhere)
    assert page.evaluate("index.claim()") == "emptied", "no folder is shown the patients of another one"
    assert (found(page), stored(page)) == ([], [])
    page.evaluate(INDEX)
    assert [one["modality"] for one in found(page)] == ["MR"]
    assert page.evaluate("index.status.emptied")
    page.evaluate("index.delete()")
    assert "index" not in page.evaluate(NAMES)
    assert page.evaluate(OPEN)["series_count"] == 0
    again = "async () => (await harness.Catalogue.open(harness.pool, harness.files, index.of).catch((e) => e)).code"
    assert page.evaluate(again) == "INDEX_OPEN", "two tabs would keep theirs in turn"


def test_the_index_of_a_run_names_nobody_is_no_result_and_goes_with_it(
    journey: "Journey", herons: Path, tmp_path: Path
) -> None:
    journey.wait_for_python()
    journey.drop(herons)
    ended = journey.run()
    page = journey.page
    page.evaluate(HARNESS)
    name = page.evaluate("async () => (await harness.files.runs())[0].name")
    page.evaluate(OPEN, {"kind": "run", "name": name})
    status = page.evaluate(INDEX)
    assert (status["holds"], status["files_processed"], status["errors"]) == ("de-identified", ended.written, 0)
    path = found(page)[0]["first_path"]
    page.evaluate("(path) => index.note(path, {images: [{frame: 1, png: new Uint8Array(3)}], unshown: []})", path)
    page.evaluate("index.save()")
    kept = [file for file in stored(page, "runs") if file.startswith((f"{name}/index.sqlite", f"{name}/previews/"))]
    assert len(kept) == 2
    run = journey.results(tmp_path / "results")
    assert not {"index.sqlite", "previews"} & {path.name for path in run.root.iterdir()}
    expected = natively(run.root)
    assert [row | {"thumbnails": 0, "thumbnail": None} for row in found(page)] == expected != []
    assert not found(page, PATIENT)
    page.reload()
    page.evaluate(HARNESS)
    assert page.evaluate("(name) => harness.files.remove(name)", name)
    assert [file for file in stored(page, "runs") if file.startswith(name)] == []


def test_results_in_a_chosen_folder_are_searched_while_their_run_is_the_last_one(
    browser: "BrowserContext", server: "Server", herons: Path
) -> None:
    with visiting(browser, server, before=CHOSEN) as journey:
        journey.wait_for_python()
        journey.drop(herons)
        journey.choose_output("chosen")
        ended = journey.run()
        journey.button("Search the results").click()
        panel = journey.page.get_by_role("dialog", name="Find series")
        expect(panel).to_contain_text(f"{ended.written} files; updated", timeout=READY)
        expect(panel).to_contain_text("De-identified")
        journey.page.evaluate(HARNESS)
        parts = {path.split("/")[1] for path in stored(journey.page, "chosen")}
        assert parts == {"out", "plan.json", "audit.csv", "output.log", "conformance.md"}
        journey.page.evaluate(FORGET)
