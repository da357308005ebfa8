"""A long run, seen without looking at it: title and icon of the tab, notifications, the computer kept awake."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from conftest import visiting
from journey import Journey
from many import copies
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import BrowserContext

COPIES = 800
# Records what the page asks of the browser and what its tab shows, while nobody looks at the page.
WATCH = """
globalThis.seen = { notes: [], locks: 0, let_go: 0, titles: new Set(), icons: new Set() };
Document.prototype.hasFocus = () => false;
const Real = globalThis.Notification;
globalThis.Notification = class extends Real {
  constructor(title, options) {
    super(title, options);
    seen.notes.push([title, options.body]);
  }
};
const request = WakeLock.prototype.request;
WakeLock.prototype.request = async function (...kind) {
  const lock = await request.apply(this, kind);
  seen.locks++;
  lock.addEventListener("release", () => seen.let_go++);
  return lock;
};
addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  seen.titles.add(document.title);
  seen.icons.add(document.querySelector("link[rel=icon]").href);
}).observe(document.head, { subtree: true, childList: true, attributes: true }));
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copies(tmp_path_factory.mktemp("many"), "MR_small.dcm", COPIES)


@pytest.fixture
def watched(browser: "BrowserContext", server: "Server") -> Iterator[Journey]:
    browser.grant_permissions(["notifications", "screen-wake-lock"], origin=server.url)
    with visiting(browser, server, before=WATCH) as journey:
        yield journey
    browser.clear_permissions()


def seen(journey: Journey) -> dict[str, Any]:
    return dict(journey.page.evaluate("({...seen, titles: [...seen.titles], icons: [...seen.icons]})"))


def test_a_run_is_seen_from_outside(watched: Journey, many: Path) -> None:
    page = watched.page
    watched.drop(many)
    page.get_by_role("checkbox", name="Notify me").check()
    assert watched.run().written == COPIES
    found = seen(watched)
    percents = [int(match[1]) for title in found["titles"] if (match := re.fullmatch(r"(\d+) % · dicom-deid", title))]
    assert percents
    assert sorted(percents) == percents
    assert percents[-1] <= 100
    assert any(icon.startswith("data:image/svg+xml,") for icon in found["icons"])
    assert page.title() == "dicom-deid"
    icon = page.locator("link[rel=icon]").get_attribute("href") or ""
    assert "<title>dicom-deid</title>" in unquote(icon), "the page's own, and not asked of the network again"
    assert found["notes"] == [["Done", f"{COPIES} written, 0 withheld, 0 skipped, 0 failed"]]
    assert (found["locks"], found["let_go"]) == (1, 1)


def test_the_details_of_a_run_agree_with_its_log_and_without_being_asked_nobody_is_notified(
    watched: Journey, many: Path, tmp_path: Path
) -> None:
    journey = watched
    journey.drop(many)
    expect(journey.page.get_by_role("checkbox", name="Notify me")).not_to_be_checked()
    journey.set_passphrase()
    journey.start()
    details = journey.page.locator("run-status")
    details.get_by_text("Details").click()
    expect(details.get_by_role("row", name="De-identify")).to_contain_text("/s", timeout=60_000)
    expect(details.get_by_role("row", name="Worker 1")).to_contain_text("MB")
    expect(details).to_contain_text(re.compile(r"\d+ files? under way, [\d,]+ of them waiting for Python"))
    expect(details.get_by_role("img", name=re.compile(r"Memory: \d.* at most in this run"))).to_be_visible()
    assert journey.wait_for_end().written == COPIES
    assert seen(journey)["notes"] == []
    log = journey.results(tmp_path).log
    for stage in ("read", "deidentify", "write"):
        assert re.search(rf" {stage}: {COPIES:,} items in [\d.]+s \(\d+/sec\)\n", log)
    most = re.search(r" at most: (\d+) workers? busy, (\d+) bytes of memory in all of them, \d+ files queued, ", log)
    assert most
    assert int(most[1]) >= 1
    assert int(most[2]) > 20_000_000
