"""Threads that die in the midst of a run: a Python worker costs nothing, the files worker is told of."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from journey import Ended, Journey
from many import copies
from playwright.sync_api import Worker, expect
from runs import native_run, timeless

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import BrowserContext

COPIES = 600
DEATHS = 3
CORES = "Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', {get: () => 3})"  # for two workers
# An error that nobody catches ends a worker, as the page sees it. Thrown later, so that this call is answered.
DIE = "() => void setTimeout(() => { throw new Error('test') })"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copies(tmp_path_factory.mktemp("many"), "CT_small.dcm", COPIES)


def threads(journey: Journey, name: str) -> list[Worker]:
    return [worker for worker in journey.page.workers if worker.url.endswith(name)]


def begin(journey: Journey, folder: Path) -> None:
    journey.drop(folder)
    journey.wait_for_python()
    journey.set_passphrase()
    journey.start()
    wait_for_files(journey, 0)


def done_files(journey: Journey) -> int:
    return int(journey.page.locator("run-panel [data-part=progress]").get_attribute("value") or 0)


def wait_for_files(journey: Journey, beyond: int) -> None:
    """Until so many more files are done."""
    while done_files(journey) <= beyond:
        journey.page.wait_for_timeout(20)


@pytest.fixture
def journey(browser: "BrowserContext", server: "Server") -> Iterator[Journey]:
    """A page whose console is not looked at: the deaths are on it."""
    page = browser.new_page()
    page.add_init_script(CORES)
    page.goto(server.url)
    yield Journey(page)
    page.close()


def test_python_workers_that_die_cost_no_file(journey: Journey, many: Path, tmp_path: Path) -> None:
    begin(journey, many)
    dead: list[Worker] = []
    for _ in range(DEATHS):
        done = done_files(journey)
        dead.append(next(worker for worker in threads(journey, "python.worker.js") if worker not in dead))
        dead[-1].evaluate(DIE)
        wait_for_files(journey, done + 20)
    assert journey.wait_for_end() == Ended("Done", COPIES, 0, 0, 0)
    run, expected = journey.results(tmp_path / "page"), native_run(many, tmp_path / "native", status=0)
    run.check()
    assert timeless(run.rows) == timeless(expected.rows)
    assert run.outputs == expected.outputs
    journey.wait_for_python()


def test_a_page_without_its_files_worker_says_so(journey: Journey, many: Path) -> None:
    begin(journey, many)
    threads(journey, "files.worker.js")[0].evaluate(DIE)
    expect(journey.page.locator('#run problem-note[data-code="FILES_WORKER_LOST"]')).to_be_visible()
