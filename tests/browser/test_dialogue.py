"""Folders chosen in the browser's own dialogues, as a person does: one to read, one to write the results into."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dialogue import Screen, virtual_screen
from journey import Ended, Journey
from playwright.sync_api import expect
from pydicom.data import get_testdata_file
from runs import RunFolder, native_run, timeless

if TYPE_CHECKING:
    from conftest import Launch, Observed, Server

TO_READ = "Select a folder this site can view"
TO_WRITE = "Select where this site can save changes"


@pytest.fixture
def screen() -> Iterator[Screen]:
    with virtual_screen() as screen:
        yield screen


@pytest.fixture
def open_page(
    launch: "Launch", server: "Server", screen: Screen, observed: "Observed", profile: Path
) -> Callable[[], Journey]:
    """Opens the page in a browser with a window. One that says it is automated answers its prompts by itself."""

    def open_again() -> Journey:
        options = {"headless": False, "no_viewport": True, "ignore_default_args": ["--enable-automation"]}
        context = launch(profile, env=screen.environment, **options)
        observed.watch(context)
        page = context.pages[0]
        page.goto(server.url)
        return Journey(page)

    return open_again


@pytest.fixture
def journey(open_page: Callable[[], Journey], server: "Server", observed: "Observed") -> Iterator[Journey]:
    server.violations.clear()
    yield open_page()
    assert observed.errors == []
    assert observed.elsewhere(server.url) == []
    assert server.violations == []


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "herons" / "in"
    (folder / "deeper").mkdir(parents=True)
    for name in ("CT_small.dcm", "MR_small.dcm", "MR_truncated.dcm", "rtstruct.dcm"):
        shutil.copyfile(str(get_testdata_file(name)), folder / "deeper" / name)
    (folder / "note.txt").write_text("a note")
    return folder


def choose(journey: Journey, screen: Screen, button: str, folder: Path, allow: bool = True) -> None:
    before = screen.brightness
    journey.button(button).click()
    screen.choose_folder(TO_READ if button == "Choose folder" else TO_WRITE, folder)
    screen.answer_prompt(before, allow)


def test_from_a_chosen_folder_into_a_chosen_folder(
    journey: Journey, screen: Screen, source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "herons" / "out"
    target.mkdir()
    journey.wait_for_python()
    journey.button("Choose folder").click()
    screen.dismiss(TO_READ)
    choose(journey, screen, "Choose folder", source)
    journey.wait_for_scan()
    expect(journey.page.locator("choose-panel").get_by_text("Folder “in”")).to_be_visible()

    choose(journey, screen, "Choose output folder", source / "deeper")
    expect(journey.page.locator('problem-note[data-code="OUTPUT_INSIDE_INPUT"]')).to_be_visible()
    expect(journey.page.get_by_text("private storage in this browser", exact=True)).to_be_visible()
    choose(journey, screen, "Choose output folder", target)
    expect(journey.page.get_by_text("folder “out”", exact=True)).to_be_visible()

    assert journey.run() == Ended("Done", written=3, withheld=0, skipped=1, failed=1)
    [folder] = target.iterdir()
    names = ["audit.csv", "conformance.md", "out", "output.log", "plan.json"]
    assert sorted(path.name for path in folder.iterdir()) == names
    run, expected = RunFolder(folder), native_run(source, tmp_path / "native")
    run.check()
    assert run.outputs == expected.outputs
    assert timeless(run.rows) == timeless(expected.rows)
    assert run.log.splitlines()[-1].split(" ", 1)[1].startswith("finished: 3 written")
    assert journey.results(tmp_path / "zip").outputs == expected.outputs
    assert sorted(path.name for path in (source / "deeper").iterdir()) == sorted(
        ("CT_small.dcm", "MR_small.dcm", "MR_truncated.dcm", "rtstruct.dcm")
    )


def test_what_is_not_allowed_is_not_taken(journey: Journey, screen: Screen, source: Path, tmp_path: Path) -> None:
    target = tmp_path / "herons" / "out"
    target.mkdir()
    journey.wait_for_python()
    choose(journey, screen, "Choose folder", source, allow=False)
    expect(journey.button("Start")).to_be_hidden()
    choose(journey, screen, "Choose folder", source)
    journey.wait_for_scan()
    choose(journey, screen, "Choose output folder", target, allow=False)
    expect(journey.page.get_by_text("private storage in this browser", exact=True)).to_be_visible()
    assert journey.run().written == 3
    assert list(target.iterdir()) == []
