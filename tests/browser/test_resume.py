"""Runs that are cut off at some moment, and go on in a new page to what an undisturbed run would have been."""

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cutoff import Open, agree, choose_again, cut_off_and_go_on, go_on, kill, offered, take_up
from journey import Ended, Journey
from many import FILES, NOTES, WITHOUT_HANDLES, WRITTEN, choose, many_files, start_and_wait
from playwright.sync_api import expect
from runs import RunFolder, native_run

if TYPE_CHECKING:
    from conftest import Launch, Server
    from playwright.sync_api import BrowserContext

KILLS = 2

# After a power cut: half a row, half a line, an output without its row, one cut short, one of zeros, one gone.
TEAR = """async () => {
  const storage = await navigator.storage.getDirectory();
  const [run] = await Array.fromAsync((await storage.getDirectoryHandle("runs")).values());
  const append = async (name, text) => {
    const handle = await run.getFileHandle(name);
    const writable = await handle.createWritable({keepExistingData: true});
    await writable.seek((await handle.getFile()).size);
    await writable.write(text);
    await writable.close();
  };
  await append("audit.csv", "0123456789abcdef0123,written,,out/A");
  await append("output.log", "2026-11-21T09:30:00Z half a li");
  let folder = await run.getDirectoryHandle("out");
  for (let depth = 0; depth < 3; depth++) [folder] = await Array.fromAsync(folder.values());
  const [gone, short, zeros] = await Array.fromAsync(folder.values());
  await folder.removeEntry(gone.name);
  const writable = await short.createWritable({keepExistingData: true});
  await writable.truncate(10);
  await writable.close();
  const blank = new Uint8Array((await zeros.getFile()).size);
  const wiping = await zeros.createWritable();
  await wiping.write(blank);
  await wiping.close();
  const orphan = await folder.getFileHandle("an-output-without-its-row.dcm", {create: true});
  const filling = await orphan.createWritable();
  await filling.write("half");
  await filling.close();
}"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many_files(tmp_path_factory.mktemp("many") / "Herons")


@pytest.fixture(scope="module")
def whole(many: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The run that nobody disturbs."""
    return native_run(many, tmp_path_factory.mktemp("whole") / "run", status=0)


@pytest.fixture
def open_page(launch: "Launch", server: "Server", profile: Path) -> Open:
    """Opens the page in a browser with the profile of the one before."""

    def open_again() -> Journey:
        page = launch(profile).pages[0]
        page.add_init_script(WITHOUT_HANDLES)
        page.goto(server.url)
        return Journey(page)

    return open_again


def begin(journey: Journey, folder: Path, beyond: int) -> None:
    """Starts a run, and returns as soon as so many files are done."""
    choose(journey, folder)
    start_and_wait(journey, beyond)


def test_a_run_of_a_killed_browser_goes_on_with_its_passphrase_and_no_other(
    open_page: Open, many: Path, whole: RunFolder, tmp_path: Path
) -> None:
    journey = open_page()
    begin(journey, many, 60)
    kill(journey.page.context, tmp_path / "profile")
    journey = open_page()
    done = offered(journey)
    assert 60 < done < FILES
    journey.button("Go on").first.click()
    go_on(journey, "another passphrase")
    expect(journey.page.locator('cut-off-run problem-note[data-code="WRONG_KEY"]')).to_be_visible(timeout=60_000)
    go_on(journey)
    choose_again(journey, many)
    assert journey.wait_for_end() == Ended("Done", WRITTEN, 0, NOTES, 0)
    run = journey.results(tmp_path)
    agree(run, whole)
    assert f"resumed: {done} files were done before" in run.log
    expect(journey.page.locator("cut-off-run")).to_be_hidden()


def test_what_a_power_cut_tore_is_made_again(open_page: Open, many: Path, whole: RunFolder, tmp_path: Path) -> None:
    journey = open_page()
    begin(journey, many, 60)
    journey.page.reload()
    journey.page.evaluate(TEAR)
    journey.page.reload()
    journey.view("Runs")
    name = journey.page.locator("stored-runs .stored-name").inner_text()
    as_it_is = journey.results(tmp_path / "before", f"ZIP of {name}")
    journey.view("De-identify")
    assert not any("without-its-row" in path for path in as_it_is.outputs)
    take_up(journey, many)
    assert journey.wait_for_end() == Ended("Done", WRITTEN, 0, NOTES, 0)
    run = journey.results(tmp_path / "after")
    agree(run, whole)
    assert "half a li" not in run.log


def test_other_files_are_refused_in_words(open_page: Open, many: Path, tmp_path: Path) -> None:
    journey = open_page()
    begin(journey, many, 20)
    journey.button("Cancel").click()
    cancelled = journey.wait_for_end()
    other = tmp_path / "other"
    other.mkdir()
    (other / "elsewhere.dcm").write_bytes((many / "0001.dcm").read_bytes())
    journey.page.reload()
    expect(journey.page.locator("cut-off-run")).to_be_hidden()  # who cancels is not asked
    journey.view("Runs")
    journey.page.locator("stored-runs").get_by_role("button", name="Go on").click()
    go_on(journey)
    choose_again(journey, other)
    expect(journey.page.locator('#results problem-note[data-code="OTHER_SOURCE"]')).to_be_visible(timeout=60_000)
    journey.page.reload()
    expect(journey.page.locator("stored-runs li")).to_contain_text(f"{cancelled.total} of {FILES} files done")


def test_kills_at_random_moments(open_page: Open, many: Path, whole: RunFolder, tmp_path: Path) -> None:
    """`tests/bench/kill.py` does this twenty times."""
    chance = random.Random(2026)
    moments = [chance.random() for _ in range(KILLS)]
    cut_off_and_go_on(open_page, tmp_path / "profile", many, whole, moments, tmp_path / "zip")


# The database as an earlier version made it and left it behind.
KEPT_BEFORE = """async () => {
  const opening = indexedDB.open("dicom-deid", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("handles");
  const database = await new Promise((resolve) => (opening.onsuccess = () => resolve(opening.result)));
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("Herons", {create: true});
  const store = database.transaction("handles", "readwrite").objectStore("handles");
  const put = store.put({handles: [folder], output: folder, kept: 0}, "run");
  await new Promise((resolve) => (put.onsuccess = resolve));
  database.close();
  const {handlesOf, forgetHandles} = await import("/js/page/kept-handles.js");
  const {handles, output} = await handlesOf("run");
  await forgetHandles("run");
  return [handles.map(({name}) => name), output.name, await handlesOf("run")];
}"""


def test_handles_that_an_earlier_version_kept_are_found(browser: "BrowserContext", server: "Server") -> None:
    page = browser.new_page()
    page.goto(f"{server.url}version.json")
    assert page.evaluate(KEPT_BEFORE) == [["Herons"], "Herons", {"handles": None, "output": None}]
