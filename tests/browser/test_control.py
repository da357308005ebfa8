"""Pause, Resume and Cancel: each acts while the run goes on, and what is there afterwards is whole."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from journey import Ended, Journey
from many import copies
from playwright.sync_api import expect
from pydicom import dcmread

if TYPE_CHECKING:
    from playwright.sync_api import Page

COPIES = 800
SECOND = 1000  # milliseconds
DONE_FILES = "document.querySelector('run-panel [data-part=progress]').value"
BAR = "document.querySelector('run-panel [data-part=bar-text]').textContent"
STATUS = "document.querySelector('.outcome').textContent"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copies(tmp_path_factory.mktemp("many"), "MR_small.dcm", COPIES)


def became(page: "Page", truth: str, patience: int = 60 * SECOND, press: str = "") -> bool:
    """Whether this becomes true in the page, from the press of a button on."""
    return bool(
        page.evaluate(f"""async () => {{
          const button = [...document.querySelectorAll("button")]
            .find((one) => one.textContent === "{press}" && one.checkVisibility());
          const began = performance.now();
          button?.click();
          while (!({truth}) && performance.now() - began < {patience})
            await new Promise((done) => setTimeout(done, 10));
          return {truth};
        }}""")
    )


def pressed(page: "Page", button: str, truth: str) -> bool:
    return became(page, truth, press=button)


def begin(journey: Journey, folder: Path) -> None:
    """Starts a run and waits until it is well under way."""
    journey.drop(folder)
    journey.wait_for_python()
    journey.set_passphrase()
    journey.start()
    assert became(journey.page, f"{DONE_FILES} > 1")


def done_files(page: "Page") -> int:
    return int(page.evaluate(DONE_FILES))


def test_a_run_pauses_and_goes_on(journey: Journey, many: Path) -> None:
    page = journey.page
    begin(journey, many)
    assert pressed(page, "Pause", f"{BAR}.startsWith('Paused at')")
    page.wait_for_timeout(SECOND)
    paused_at = done_files(page)
    page.wait_for_timeout(SECOND)
    assert done_files(page) == paused_at < COPIES
    expect(journey.button("Pause")).to_have_count(0)
    went_on = f"{DONE_FILES} > {paused_at}"
    assert pressed(page, "Resume", went_on)
    expect(journey.button("Pause")).to_be_visible()
    assert journey.wait_for_end() == Ended("Done", COPIES, 0, 0, 0)


@pytest.mark.parametrize("paused", [False, True], ids=["running", "paused"])
def test_a_cancelled_run_is_whole_as_far_as_it_came_and_can_be_made_again(
    journey: Journey, many: Path, tmp_path: Path, paused: bool
) -> None:
    page = journey.page
    begin(journey, many)
    if paused:
        assert pressed(page, "Pause", f"{BAR}.startsWith('Paused at')")
    assert pressed(page, "Cancel", f"{STATUS}.startsWith('Cancelled:')")
    ended = journey.wait_for_end()
    assert 0 < ended.written == ended.total < COPIES
    run = journey.results(tmp_path)
    run.check()
    assert len(run.rows) == ended.written
    for path in run.outputs:
        assert dcmread(run.root / path).PatientIdentityRemoved == "YES"
    assert f"cancelled, {COPIES - ended.written} files not done" in run.log
    stored = page.locator("stored-runs li", has_text=run.root.name)
    expect(stored).to_contain_text("not finished")
    if not paused:
        journey.button("Run again with these files").click()
        assert journey.run() == Ended("Done", COPIES, 0, 0, 0)
        again = journey.results(tmp_path / "again")
        again.check()
        assert len(again.rows) == COPIES


def test_a_run_that_is_paused_at_once_waits_and_one_that_is_cancelled_at_once_does_not_begin(
    journey: Journey, many: Path
) -> None:
    """Pressed while the key is made, before the files worker knows of the run."""
    page = journey.page
    journey.drop(many)
    journey.wait_for_python()
    for press, after in (("Pause", f"{BAR}.startsWith('Paused at ')"), ("Cancel", f"{STATUS} !== ''")):
        journey.set_passphrase()
        page.evaluate(f"""async () => {{
          const button = (name) => [...document.querySelectorAll("run-panel button")]
            .find((one) => one.textContent === name && one.checkVisibility());
          button("Start").click();
          while (!button("{press}")) await new Promise((done) => setTimeout(done, 0));
          button("{press}").click();
        }}""")
        assert became(page, after)
        if press == "Pause":
            expect(page.locator("run-panel [data-part=bar-text]")).to_have_text(f"Paused at 0 of {COPIES:,} files")
            journey.button("Resume").click()
            assert journey.wait_for_end() == Ended("Done", COPIES, 0, 0, 0)
            journey.button("Run again with these files").click()
    assert journey.wait_for_end() == Ended("Cancelled", 0, 0, 0, 0)
