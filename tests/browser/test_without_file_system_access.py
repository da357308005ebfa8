"""A browser that cannot open folders for writing (as Firefox and Safari): the page says what works, and it does."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import Server, visiting
from drag import drop
from journey import Ended, Journey
from playwright.sync_api import expect
from runs import native_run, timeless
from samples import sample_folder

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

TAKE_AWAY = """
for (const name of ["showDirectoryPicker", "showOpenFilePicker", "showSaveFilePicker"]) delete globalThis[name];
delete DataTransferItem.prototype.getAsFileSystemHandle;
"""


@pytest.fixture
def journey(browser: "BrowserContext", server: Server) -> Iterator[Journey]:
    with visiting(browser, server, before=TAKE_AWAY) as journey:
        assert not journey.page.evaluate("'showDirectoryPicker' in window")
        yield journey


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_folder(tmp_path_factory.mktemp("without") / "Herons")


def test_a_folder_is_taken_by_upload_and_the_results_come_as_zip(
    journey: Journey, source: Path, tmp_path: Path
) -> None:
    expect(journey.page.get_by_text("This browser cannot open folders for writing")).to_be_visible()
    with journey.page.expect_file_chooser() as chosen:
        journey.button("Choose folder").click()
    chosen.value.set_files(source)
    journey.wait_for_scan()
    expect(journey.page.locator("choose-panel").get_by_text("Folder “Herons”")).to_be_visible()
    expect(journey.button("Choose output folder")).to_be_hidden()
    assert journey.run() == Ended("Done", written=3, withheld=1, skipped=1, failed=1)
    run, expected = journey.results(tmp_path / "zip"), native_run(source, tmp_path / "native")
    run.check()
    assert run.outputs == expected.outputs
    assert timeless(run.rows) == timeless(expected.rows)


def test_a_dropped_folder_is_refused_with_a_way_out_and_dropped_files_are_taken(journey: Journey, source: Path) -> None:
    drop(journey.page, source)
    expect(journey.page.locator('#choose problem-note[data-code="FOLDER_DROP"]')).to_be_visible()
    expect(journey.button("Start")).to_be_hidden()
    journey.drop(source / "some" / "CT_small.dcm", source / "note.txt")
    expect(journey.page.locator("#choose problem-note")).to_be_empty()
    assert journey.run() == Ended("Done", written=1, withheld=0, skipped=1, failed=0)


def test_a_dropped_archive_is_taken(journey: Journey, source: Path, tmp_path: Path) -> None:
    journey.drop(Path(shutil.make_archive(str(tmp_path / "herons"), "zip", source)))
    assert journey.run().written == 3
