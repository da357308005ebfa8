"""Two tabs: of one run the second says that it is open, and two different runs go side by side."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import Server, visiting
from journey import Ended, Journey
from many import FILES, NOTES, WITHOUT_HANDLES, WRITTEN, choose, many_files, start_and_wait
from playwright.sync_api import expect
from runs import PASSPHRASE, RunFolder, native_run, timeless

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

# In the page, since the run takes about a second.
PAUSE = """async () => {
  const pause = document.querySelector("run-panel [data-part=pause]");
  while (!pause.checkVisibility()) await new Promise((done) => setTimeout(done, 5));
  pause.click();
}"""


@pytest.fixture
def journey(browser: "BrowserContext", server: Server) -> Iterator[Journey]:
    with visiting(browser, server, before=WITHOUT_HANDLES) as journey:
        yield journey


@pytest.fixture
def other(browser: "BrowserContext", server: Server) -> Iterator[Journey]:
    """A second tab."""
    with visiting(browser, server, before=WITHOUT_HANDLES) as journey:
        yield journey


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many_files(tmp_path_factory.mktemp("many") / "Herons")


@pytest.fixture(scope="module")
def whole(many: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return native_run(many, tmp_path_factory.mktemp("whole") / "run", status=0)


def test_a_run_that_is_open_in_one_tab_is_not_opened_in_another(
    journey: Journey, other: Journey, many: Path, whole: RunFolder, tmp_path: Path
) -> None:
    choose(journey, many)
    start_and_wait(journey, 20)
    journey.page.reload()  # it is cut off
    offers = [tab.page.locator("cut-off-run") for tab in (journey, other)]
    other.page.reload()
    for offer in offers:
        expect(offer).to_contain_text(f"of {FILES} files done")
        offer.get_by_role("button", name="Go on").click()
    for tab in (journey, other):
        dialog = tab.page.get_by_role("dialog")
        dialog.get_by_label("Key of this run").fill(PASSPHRASE)
        dialog.get_by_role("button", name="Go on").click()
        if tab is journey:
            expect(tab.page.get_by_text("Now choose or drop the same folder or files")).to_be_visible(timeout=60_000)
            choose(tab, many)
            tab.page.evaluate(PAUSE)
    expect(other.page.locator('cut-off-run problem-note[data-code="RUN_OPEN"]')).to_be_visible(timeout=60_000)
    other.page.reload()
    other.view("Runs")
    item = other.page.locator("stored-runs li", has_text="open in another tab")
    expect(item).to_be_visible()
    expect(item.get_by_role("button", name="Go on")).to_be_hidden()
    expect(item.get_by_role("button", name="Delete")).to_be_hidden()
    journey.button("Resume").click()
    assert journey.wait_for_end() == Ended("Done", WRITTEN, 0, NOTES, 0)
    run = journey.results(tmp_path)
    run.check()
    assert run.outputs == whole.outputs


def test_two_runs_in_two_tabs_go_side_by_side(
    journey: Journey, other: Journey, many: Path, whole: RunFolder, tmp_path: Path
) -> None:
    for tab in (journey, other):
        choose(tab, many)
        tab.wait_for_scan()
        tab.wait_for_python()
        tab.set_passphrase()
    for tab in (journey, other):
        tab.start()
    for name, tab in (("one", journey), ("other", other)):
        assert tab.wait_for_end() == Ended("Done", WRITTEN, 0, NOTES, 0)
        run = tab.results(tmp_path / name)
        run.check()
        assert timeless(run.rows) == timeless(whole.rows)
        assert run.outputs == whole.outputs
