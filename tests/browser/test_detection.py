"""The detector in a real page, under its policy: the native one's boxes, fetched when wanted, and no silent failure."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from conftest import Observed
from dicom_deid.pixels.detection.detector import Detector
from lettered import PATIENT, Line, lettered, phantom
from sitebuild.paths import VENDOR

if TYPE_CHECKING:
    from conftest import Launch, Server
    from dicom_deid.pixels.detection.numbers import Kind
    from playwright.sync_api import BrowserContext, Page

HARNESS = Path(__file__).with_name("detector_harness.js").read_text(encoding="utf-8")
EMPTY_PAGE = "version.json"  # of the site, with its policy, but without its page
MODELS = "**/vendor/detection/*"
ASK = "([kind, picture, words]) => harness.boxes(kind, picture, words)"


@contextmanager
def visited(browser: BrowserContext, server: Server) -> Iterator[Page]:
    """A page of the site with the harness in it."""
    observed = Observed()
    observed.watch(browser)
    server.violations.clear()
    page = browser.new_page()
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))  # only the site's own page names its icon
    page.goto(server.url + EMPTY_PAGE)
    page.evaluate(HARNESS)
    yield page
    page.evaluate("harness.close()")
    page.close()
    assert observed.errors == observed.elsewhere(server.url) == server.violations == []


@pytest.fixture(scope="module")
def page(browser: BrowserContext, plain_server: Server) -> Iterator[Page]:
    """Without cross-origin isolation: no threads share memory."""
    with visited(browser, plain_server) as page:
        assert page.evaluate("crossOriginIsolated") is False
        yield page


def told(picture: np.ndarray) -> list[object]:
    return [*picture.shape[:2], base64.b64encode(np.ascontiguousarray(picture).tobytes()).decode()]


def asked(page: Page, kind: str, picture: np.ndarray, *, words: bool = False) -> Any:
    return page.evaluate(ASK, [kind, told(picture), words])


def pictures(kind: Kind) -> Iterator[np.ndarray]:
    """Grey and in colour, small, of odd sides, and so large that it is halved and looked at in tiles."""
    yield lettered(401, 499, *PATIENT, ground=phantom(401, 499) // 8)[0]
    grey, _ = lettered(211, 333, PATIENT[0], PATIENT[1], Line("ROSSI M 77", 80, 90, 24, 20), ground=140)
    yield np.dstack([grey, grey // 2 + 40, 255 - grey])
    if kind == "anatomy":  # once is enough: it takes the longest
        yield lettered(1311, 901, *(Line(f"Nowakova {n}", 40 + 90 * n, 100 + 150 * n, 10 + 5 * n) for n in range(6)))[0]
    yield phantom(200, 220)


def as_native(box: dict[str, Any]) -> tuple[object, ...]:
    return tuple(box["rectangle"]), tuple(box["inner"]), box["text"]


@pytest.mark.parametrize("kind", ["screen", "anatomy"])
def test_boxes_are_those_of_the_native_detector(page: Page, kind: Kind) -> None:
    native = Detector(VENDOR / "detection")
    count = 0
    for picture in pictures(kind):
        theirs = asked(page, kind, picture, words=True)["boxes"]
        ours = native.boxes(picture, kind, words=True)
        assert [as_native(box) for box in theirs] == [(*map(tuple, box[:2]), box.text) for box in ours]
        differences = [abs(box["confidence"] - one.confidence) for box, one in zip(theirs, ours, strict=True)]
        assert max(differences, default=0) <= 1, "the runtimes add up in another order: the last bit may differ"
        count += len(ours)
    assert count > 15


def test_alpha_counts_for_nothing(page: Page) -> None:
    grey, _ = lettered(100, 300, PATIENT[0])
    clear = np.dstack([grey, grey, grey, np.zeros_like(grey)])
    assert asked(page, "anatomy", clear) == asked(page, "anatomy", grey)


def test_a_frame_that_is_not_looked_at_has_a_code(page: Page) -> None:
    assert page.evaluate(ASK, ["anatomy", [5, 5, ""], False]) == {"error": "DETECTOR_LOST"}
    assert page.evaluate(ASK, ["anatomy", [0, 0, ""], False]) == {"error": "DETECTOR_LOST"}
    assert asked(page, "anatomy", phantom(40, 40)) == {"boxes": []}, "the next one is looked at"


def test_a_worker_that_ends_or_hangs_is_no_answer_and_is_replaced(page: Page) -> None:
    picture, _ = lettered(100, 300, PATIENT[0])
    before = page.evaluate("harness.workers.length")
    broken = """async (picture) => {
      const asking = harness.boxes("anatomy", picture);
      harness.breakWorker();
      return asking;
    }"""
    assert page.evaluate(broken, told(picture)) == {"error": "DETECTOR_LOST"}
    assert len(asked(page, "anatomy", picture)["boxes"]) > 0
    assert page.evaluate("harness.workers.length") == before + 1
    page.evaluate("harness.start({patience: 0})")
    assert asked(page, "anatomy", picture) == {"error": "DETECTOR_LOST"}
    page.evaluate("harness.start()")
    assert len(asked(page, "anatomy", picture)["boxes"]) > 0
    page.evaluate("harness.close()")
    assert asked(page, "anatomy", picture) == {"error": "DETECTOR_LOST"}, "nobody starts one after the end"
    page.evaluate("harness.start()")


def test_one_worker_looks_at_pictures_of_every_kind(page: Page) -> None:
    started = set()
    for kind in ("screen", "anatomy", "screen"):
        assert asked(page, kind, phantom(40, 40)) == {"boxes": []}
        started.add(page.evaluate("harness.workers.length"))
    assert len(started) == 1


def test_models_that_cannot_be_fetched_or_are_others_are_said(launch: Launch, own_server: Server) -> None:
    browser = launch()
    with visited(browser, own_server) as page:
        browser.route("**/reader.onnx", lambda route: route.fulfill(body=b"another one"))
        assert page.evaluate("harness.open()") == {"error": "DETECTOR_NOT_STARTED"}
        assert asked(page, "anatomy", phantom(40, 40)) == {"error": "DETECTOR_NOT_STARTED"}
        browser.unroute("**/reader.onnx")
        assert page.evaluate("harness.open()") is None
        own_server.stop()
        assert asked(page, "anatomy", phantom(40, 40)) == {"boxes": []}, "all of it is there when the network is gone"


def test_a_page_fetches_nothing_of_it_before_it_is_wanted(launch: Launch, own_server: Server) -> None:
    browser = launch()
    fetched: list[str] = []
    browser.on("request", lambda request: fetched.append(request.url))
    page = browser.new_page()
    page.goto(own_server.url)
    page.wait_for_function("document.body.textContent.includes('folder')")
    page.wait_for_load_state("networkidle")
    assert fetched
    assert not [
        url for url in fetched if "vendor/detection" in url or "detector.worker" in url or "worker/detection" in url
    ]
