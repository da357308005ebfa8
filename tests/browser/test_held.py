"""Runs that cannot go on for a while: they say why, wait, and go on to what an undisturbed run would have been."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from journey import DONE, Ended, Journey
from many import FILES, NOTES, WRITTEN, many_files, start_and_wait
from playwright.sync_api import Locator, expect
from runs import RunFolder, native_run, source_ids, timeless

ROOM = 8 * 1024 * 1024  # bytes: for some of the outputs


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return many_files(tmp_path / "Herons")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The run that nobody disturbs."""
    folder = tmp_path_factory.mktemp("whole")
    return native_run(many_files(folder / "Herons"), folder / "run", status=0)


def told(journey: Journey, code: str) -> Locator:
    return journey.page.locator(f'#run problem-note[data-code="{code}"]')


def agree(journey: Journey, whole: RunFolder, folder: Path) -> RunFolder:
    run = journey.results(folder)
    run.check()
    assert timeless(run.rows) == timeless(whole.rows)
    assert run.outputs == whole.outputs
    return run


def try_in_vain(journey: Journey) -> None:
    """The button is named anew when the run is held anew."""
    journey.button("Try again").evaluate("(button) => { button.click(); button.textContent = ''; }")
    expect(journey.button("Try again")).to_be_visible()
    expect(told(journey, "SOURCE_LOST")).to_be_visible()


def test_a_folder_that_is_gone_for_a_while_costs_no_file(
    journey: Journey, source: Path, whole: RunFolder, tmp_path: Path
) -> None:
    away = source.with_name("elsewhere")
    journey.drop(source)
    start_and_wait(journey, 50)
    source.rename(away)
    expect(told(journey, "SOURCE_LOST")).to_be_visible()
    expect(journey.page.locator("run-panel [data-part=bar-text]")).to_contain_text("Paused at")
    try_in_vain(journey)
    source.mkdir()  # as it is left where a share was mounted
    try_in_vain(journey)
    source.rmdir()
    away.rename(source)
    journey.button("Try again").click()
    assert journey.wait_for_end() == Ended("Done", WRITTEN, 0, NOTES, 0)
    run = agree(journey, whole, tmp_path / "zip")
    assert run.log.count("paused: SOURCE_LOST") == 3


@contextmanager
def quota(journey: Journey, size: int) -> Iterator[None]:
    """Gives the page's private storage so many bytes, as a full disk would."""
    page = journey.page
    session = page.context.new_cdp_session(page)
    origin = page.evaluate("origin")
    session.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": size})
    yield
    session.send("Storage.overrideQuotaForOrigin", {"origin": origin})
    session.detach()


def test_a_full_disk_is_waited_for(journey: Journey, source: Path, whole: RunFolder, tmp_path: Path) -> None:
    journey.drop(source)
    journey.wait_for_python()
    used = journey.page.evaluate("navigator.storage.estimate().then(({usage}) => usage)")
    with quota(journey, int(used) + ROOM):
        start_and_wait(journey, 10)
        expect(told(journey, "OUTPUT_FULL")).to_be_visible(timeout=60_000)
    journey.button("Try again").click()
    assert journey.wait_for_end() == Ended("Done", WRITTEN, 0, NOTES, 0)
    agree(journey, whole, tmp_path / "zip")


def test_a_run_that_was_stopped_there_goes_on_later(
    journey: Journey, source: Path, whole: RunFolder, tmp_path: Path
) -> None:
    away = source.with_name("elsewhere")
    journey.drop(source)
    start_and_wait(journey, 50)
    source.rename(away)
    journey.button("Stop here").click()
    ended = journey.wait_for_end()
    assert ended.how == "Stopped"
    assert 50 < ended.total < FILES
    expect(journey.page.locator('#results problem-note[data-code="SOURCE_LOST"]')).to_be_visible()
    journey.results(tmp_path / "before").check()
    away.rename(source)
    offer = journey.page.locator("cut-off-run")
    expect(offer).to_contain_text(re.compile(rf"A run was cut off\. .*begun .+: {ended.total} of {FILES} files done\."))
    offer.get_by_role("button", name="Go on").click()
    journey.page.get_by_role("dialog").get_by_role("button", name="Go on").click()  # it knows the passphrase
    expect(journey.page.locator("results-panel").get_by_role("status")).to_contain_text("Done", timeout=DONE)
    agree(journey, whole, tmp_path / "zip")


# As a full disk does it: of the two files of the journal, there is room for the first.
NO_ROOM_ONCE = """() => {
  const files = FileSystemFileHandle.prototype;
  const open = files.createSyncAccessHandle;
  files.createSyncAccessHandle = async function (...given) {
    if (this.name !== "output.log") return open.apply(this, given);
    files.createSyncAccessHandle = open;
    throw new DOMException("", "QuotaExceededError");
  };
}"""


def test_a_run_for_which_there_was_no_room_to_begin_goes_on_in_the_same_page(
    journey: Journey, herons: Path, tmp_path: Path
) -> None:
    journey.drop(herons)
    journey.wait_for_python()
    (files,) = [worker for worker in journey.page.workers if "files.worker" in worker.url]
    files.evaluate(NO_ROOM_ONCE)
    assert journey.run() == Ended("Stopped", 0, 0, 0, 0)
    expect(journey.page.locator('#results problem-note[data-code="OUTPUT_FULL"]')).to_be_visible()
    offer = journey.page.locator("cut-off-run")
    expect(offer).to_contain_text(re.compile(r"A run was cut off\. .*begun .+: 0 of"))
    offer.get_by_role("button", name="Go on").click()
    journey.page.get_by_role("dialog").get_by_role("button", name="Go on").click()  # it knows the passphrase
    expect(journey.page.locator("results-panel").get_by_role("status")).to_contain_text("Done", timeout=DONE)
    run = journey.results(tmp_path / "zip")
    run.check()
    assert run.outputs == native_run(herons, tmp_path / "whole").outputs


def test_a_file_that_changed_or_went_fails_alone(journey: Journey, source: Path, tmp_path: Path) -> None:
    journey.drop(source)
    with (source / "0100.dcm").open("ab") as file:
        file.write(b"more")
    (source / "0200.dcm").unlink()
    ids = {path.name: name for name, path in source_ids(source).items()}
    assert journey.run() == Ended("Done", WRITTEN - 2, 0, NOTES, 2)
    run = journey.results(tmp_path / "zip")
    run.check()
    reasons = {row["source_id"]: row["reason"] for row in run.rows if row["status"] == "failed"}
    assert reasons.pop(ids["0100.dcm"]) == "SOURCE_CHANGED"
    assert set(reasons.values()) == {"READ_FAILED"}
