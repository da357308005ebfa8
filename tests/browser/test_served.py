"""The site as a browser gets it: held to its policy in every thread."""

from typing import TYPE_CHECKING

from conftest import Server
from journey import Journey

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

ELSEWHERE = "https://example.invalid/"  # a name that never resolves
REPORTED_SECONDS = 20  # within which the browser sends a report of what it refused

# Later, since what the debugger evaluates may evaluate too.
EVALUATES = """() => new Promise((done) => setTimeout(() => {
  try { done(new Function("return true")()) } catch { done(false) }
}))"""


def test_the_policy_holds_in_the_page_and_in_every_worker(browser: "BrowserContext", own_server: Server) -> None:
    page = browser.new_page()
    page.goto(own_server.url)
    Journey(page).wait_for_python()
    threads = [page, *page.workers]
    assert len(threads) >= 3
    for thread in threads:
        own_server.violations.clear()
        refused = thread.evaluate(f"fetch({ELSEWHERE!r}).then(() => false, () => true)")
        assert refused
        for _ in range(REPORTED_SECONDS * 20):
            if any(ELSEWHERE in report for report in own_server.violations):
                break
            page.wait_for_timeout(50)
        assert any(ELSEWHERE in report for report in own_server.violations)
        assert not thread.evaluate(EVALUATES)
    page.close()
