"""The site as a browser gets it: isolated or not, below a path, held to its policy in every thread."""

import shutil
from pathlib import Path

from conftest import Launch, Observed, Server, serving
from playwright.sync_api import Page, expect

READY = 120_000  # milliseconds for Python to start, on a slow and busy machine
ELSEWHERE = "https://example.invalid/"  # a name that never resolves

# Later, since what the debugger evaluates may evaluate too.
EVALUATES = """() => new Promise((done) => setTimeout(() => {
  try { done(new Function("return true")()) } catch { done(false) }
}))"""


def ready(page: Page) -> None:
    expect(page.get_by_text("Python is ready")).to_be_visible(timeout=READY)


def test_the_page_starts_isolated_and_asks_nobody_else(page: Page) -> None:
    """The fixture checks the console and the addresses of the requests."""
    ready(page)
    assert page.evaluate("crossOriginIsolated")


def test_it_works_without_isolation_and_below_a_path(launch: Launch, site: Path, tmp_path: Path) -> None:
    below = tmp_path / "some" / "path"
    shutil.copytree(site, below)
    (tmp_path / "index.html").write_text((site / "index.html").read_text())  # where the server reads the policy
    observed = Observed()
    with serving(tmp_path, isolation=False) as server:
        context = launch()
        observed.watch(context)
        page = context.pages[0]
        page.goto(f"{server.url}some/path/")
        ready(page)
        assert not page.evaluate("crossOriginIsolated")
        assert observed.elsewhere(f"{server.url}some/path/") == []
        assert observed.errors == []
        assert server.violations == []


def test_the_policy_holds_in_the_page_and_in_every_worker(launch: Launch, own_server: Server) -> None:
    page = launch().pages[0]
    page.goto(own_server.url)
    ready(page)
    threads = [page, *page.workers]
    assert len(threads) >= 3
    for thread in threads:
        own_server.violations.clear()
        refused = thread.evaluate(f"fetch({ELSEWHERE!r}).then(() => false, () => true)")
        assert refused
        page.wait_for_timeout(500)  # reports are sent a moment later
        assert any(ELSEWHERE in report for report in own_server.violations)
        assert not thread.evaluate(EVALUATES)
