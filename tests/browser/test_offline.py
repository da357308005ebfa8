"""The site needs nothing once it is loaded, and nobody else ever."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import Observed, Server, serving, visiting
from journey import Ended, Journey
from runs import RunFolder, native_run, timeless
from samples import sample_folder

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

QUIET = 2000  # milliseconds without a request after which the page has loaded what it keeps in reserve


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_folder(tmp_path_factory.mktemp("offline") / "in")


@pytest.fixture(scope="module")
def expected(source: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return native_run(source, tmp_path_factory.mktemp("native") / "run")


def run_and_compare(journey: Journey, source: Path, expected: RunFolder, folder: Path) -> None:
    journey.drop(source)
    assert journey.run() == Ended("Done", written=3, withheld=1, skipped=1, failed=1)
    run = journey.results(folder)
    run.check()
    assert run.outputs == expected.outputs
    assert timeless(run.rows) == timeless(expected.rows)


def wait_for_the_last_request(journey: Journey) -> None:
    """Until the page has loaded a worker in reserve and the judge of passphrases; nothing says so but silence."""
    requests: list[str] = []
    journey.page.context.on("request", lambda request: requests.append(request.url))
    journey.wait_for_python()
    seen = -1
    while seen < len(requests):
        seen = len(requests)
        journey.page.wait_for_timeout(QUIET)


def test_everything_works_when_the_network_is_cut_after_loading(
    browser: "BrowserContext", own_server: Server, source: Path, expected: RunFolder, tmp_path: Path
) -> None:
    with visiting(browser, own_server) as journey:
        wait_for_the_last_request(journey)
        assert journey.page.evaluate("crossOriginIsolated")
        own_server.stop()
        browser.set_offline(True)
        try:
            observed = Observed()
            observed.watch(browser)
            run_and_compare(journey, source, expected, tmp_path / "folder")
            archive = Path(shutil.make_archive(str(tmp_path / "herons"), "zip", source))
            journey.choose_zip(archive)
            assert journey.run().written == 3
            assert journey.results(tmp_path / "zip").outputs == expected.outputs
            journey.download("Download audit CSV", tmp_path)
            assert [request for request in observed.requests if not request.startswith("blob:")] == []
        finally:
            browser.set_offline(False)


def test_it_works_below_a_path_of_a_plain_static_host(
    browser: "BrowserContext", site: Path, source: Path, expected: RunFolder, tmp_path: Path
) -> None:
    """No cross-origin isolation, and every address relative."""
    shutil.copytree(site, tmp_path / "host" / "some" / "path")
    shutil.copyfile(site / "index.html", tmp_path / "host" / "index.html")  # where the server reads the policy
    with (
        serving(tmp_path / "host", isolation=False) as server,
        visiting(browser, server, "some/path/") as journey,
    ):
        journey.wait_for_python()
        assert not journey.page.evaluate("crossOriginIsolated")
        run_and_compare(journey, source, expected, tmp_path / "results")
