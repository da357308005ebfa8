"""Runs that are cut off at some moment, and go on in a new page to what an undisturbed run would have been."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from journey import Ended, Journey
from many import FILES, NOTES, WITHOUT_HANDLES, WRITTEN, choose, many_files, start_and_wait
from playwright.sync_api import expect
from runs import PASSPHRASE, RunFolder, native_run, timeless

if TYPE_CHECKING:
    from conftest import Launch, Server
    from playwright.sync_api import BrowserContext

CUT_OFF = re.compile(rf"A run was cut off: (\d+) of {FILES} files done\.")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many_files(tmp_path_factory.mktemp("many") / "Herons")


@pytest.fixture(scope="module")
def whole(many: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The run that nobody disturbs."""
    return native_run(many, tmp_path_factory.mktemp("whole") / "run", status=0)


Open = Callable[[], Journey]


@pytest.fixture
def open_page(launch: "Launch", server: "Server", tmp_path: Path) -> Open:
    """Opens the page in a browser with the profile of the one before."""

    def open_again() -> Journey:
        page = launch(tmp_path / "profile").pages[0]
        page.add_init_script(WITHOUT_HANDLES)
        page.goto(server.url)
        return Journey(page)

    return open_again


def begin(journey: Journey, folder: Path, beyond: int) -> None:
    """Starts a run, and returns as soon as so many files are done."""
    choose(journey, folder)
    start_and_wait(journey, beyond)


def kill(context: "BrowserContext", profile: Path) -> None:
    """Ends the browser as a power cut would: all of its processes at once, without a word."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if str(profile).encode() in command:
            os.kill(int(folder.name), signal.SIGKILL)
    context.close()


def go_on(journey: Journey, passphrase: str = PASSPHRASE) -> None:
    dialog = journey.page.get_by_role("dialog")
    dialog.get_by_label("Passphrase or key of this run").fill(passphrase)
    dialog.get_by_role("button", name="Go on").click()


def offered(journey: Journey) -> int:
    """How many files the page says are done of the run that it offers to go on with."""
    line = journey.page.locator("cut-off-run [data-part=text]")
    expect(line).to_have_text(CUT_OFF)
    match = CUT_OFF.search(line.inner_text())
    assert match
    return int(match[1])


def agree(run: RunFolder, whole: RunFolder) -> None:
    run.check()
    assert timeless(run.rows) == timeless(whole.rows)
    assert run.outputs == whole.outputs


def test_a_run_of_a_killed_browser_goes_on_by_one_button_and_the_passphrase(
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
    expect(journey.page.get_by_text("Now choose the same folder or files")).to_be_visible(timeout=60_000)
    choose(journey, many)
    assert journey.wait_for_end() == Ended("Done", WRITTEN, 0, NOTES, 0)
    run = journey.results(tmp_path)
    agree(run, whole)
    assert f"resumed: {done} files were done before" in run.log
    expect(journey.page.locator("cut-off-run")).to_be_hidden()
