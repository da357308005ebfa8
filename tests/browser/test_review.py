"""The review of text in pictures, with made groups and pictures: by mouse, touch and keyboard, legible, never slow."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import Observed
from dicom_deid.regions.file import document, read
from playwright.sync_api import Locator, expect
from test_access import CONTRAST, FOCUS_SEEN

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import BrowserContext, Page

HARNESS = Path(__file__).with_name("review_harness.js").read_text(encoding="utf-8")
NO_APP = "import './page/problem.js';"  # the page without its pool of workers, which has no part in this
PROJECT = "5f0c2e9a77d1b384"  # as the harness has it
MANY = 5000
MOST_TILES = 120  # in the page at a time, however many groups there are
FRAME = (
    250  # milliseconds from one picture of the page to the next, in the middle; a busy machine without a GPU is slow
)
SCROLL = """async (sheet) => {
  const took = [];
  let last = performance.now();
  for (let step = 1; step <= 60; step++) {
    sheet.scrollTop = (sheet.scrollHeight * step) / 60;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    took.push(now - last);
    last = now;
  }
  return took.sort((one, other) => one - other);
}"""


NOT_CUT_OFF = """(tile) => [...tile.querySelectorAll(".tile-about, .tile-badge")].every(
  (line) => line.scrollWidth <= line.clientWidth && line.scrollHeight <= line.clientHeight
)"""


@dataclass(frozen=True)
class Review:
    """The open dialog."""

    page: Page

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog", name="Text in pictures")

    @property
    def stage(self) -> Locator:
        return self.dialog.get_by_role("application")

    @property
    def sheet(self) -> Locator:
        return self.dialog.get_by_role("listbox", name="Groups of pictures")

    def open(self, groups: int, pictures: int = 1, lost: tuple[str, ...] = ()) -> None:
        ask = "([groups, pictures, lost]) => harness.open(groups, pictures, lost)"
        self.page.evaluate(ask, [groups, pictures, list(lost)])
        expect(self.sheet).to_be_focused()

    def button(self, name: str) -> Locator:
        return self.dialog.get_by_role("button", name=name, exact=True)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def undo_to(self, words: str) -> int:
        """Goes back to where this was done last: moves that follow each other fast are undone together."""
        steps = 0
        while self.page.evaluate("harness.review.undoable") != words:
            self.press("Control+z")
            steps += 1
        return steps

    def group(self, number: int) -> dict[str, Any]:
        """What the regions file says of a group."""
        told: dict[str, Any] = self.page.evaluate(f"harness.review.document('MK').groups[harness.id({number})]")
        return told

    def exceptions(self) -> list[dict[str, Any]]:
        return list(self.page.evaluate("Object.values(harness.review.document('MK').exceptions)"))

    def as_python_reads_it(self) -> dict[str, Any]:
        """The regions file, read and written again by what makes the pixels blank."""
        told = self.page.evaluate("JSON.stringify(harness.review.document('MK'))")
        again = document(read(told, PROJECT))
        assert again["groups"].keys() == json.loads(told)["groups"].keys()
        return again

    def rectangles(self, number: int, evidence: str) -> list[list[int]]:
        return [box["rectangle"] for box in self.group(number)["boxes"] if box["evidence"] == evidence]

    def at(self, column: float, row: float, size: tuple[int, int] = (800, 600)) -> tuple[float, float]:
        """Where a point of the picture, which is shown as large as fits, is in the window."""
        box = self.stage.bounding_box()
        assert box
        scale = min(box["width"] / size[0], box["height"] / size[1])
        left = box["x"] + (box["width"] - size[0] * scale) / 2
        top = box["y"] + (box["height"] - size[1] * scale) / 2
        return left + column * scale, top + row * scale

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*self.at(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(*end), steps=4)
        self.page.mouse.up()

    def seen(self) -> None:
        """Waits until the picture has come."""
        expect(self.dialog.get_by_text("You have seen")).to_be_visible()


@pytest.fixture
def review(browser: BrowserContext, server: Server) -> Iterator[Review]:
    observed = Observed()
    observed.watch(browser)
    server.violations.clear()
    page = browser.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.route("**/js/app.js", lambda route: route.fulfill(body=NO_APP, content_type="text/javascript"))
    page.goto(server.url)
    page.evaluate(HARNESS)
    yield Review(page)
    page.close()
    assert observed.errors == observed.elsewhere(server.url) == server.violations == []


def near(found: list[int], wanted: list[int]) -> bool:
    """Whether a rectangle lies where the mouse was, which goes by pixels of the screen."""
    return all(abs(one - other) <= 3 for one, other in zip(found, wanted, strict=True))


def test_the_whole_review_by_keyboard(review: Review) -> None:
    review.open(3)
    expect(review.dialog).to_contain_text("3 not decided: will be withheld")
    review.press("Enter")
    expect(review.stage).to_be_focused()
    review.seen()
    review.press("n", "n", "n")
    expect(review.dialog.get_by_text("Box 3 of 4")).to_be_visible()
    review.press("Delete", "d", "ArrowRight", "ArrowRight", "Shift+ArrowDown", "Control+ArrowRight", "Alt+ArrowDown")
    (drawn,) = review.rectangles(0, "person")
    assert len(review.group(0)["boxes"]) == 4
    undone = review.undo_to("Box drawn")
    (before,) = review.rectangles(0, "person")
    assert [one - other for one, other in zip(drawn, before, strict=True)] == [2, 10, 3, 11]
    review.press(*["Control+y"] * undone)
    assert review.rectangles(0, "person") == [drawn]
    review.press("Escape", "a")
    expect(review.dialog).to_contain_text("1 approved")
    expect(review.dialog).to_contain_text("2 of 3")
    expect(review.stage).to_be_focused()
    review.press("l")
    expect(review.dialog).to_contain_text("3 of 3")
    review.seen()
    review.press("a")
    expect(review.sheet).to_be_focused()
    expect(review.dialog).to_contain_text("3 groups: 2 approved, 1 left out.")
    told = review.as_python_reads_it()["groups"].values()
    assert [(one["decision"], one["by"]) for one in told] == [
        ("approved", "MK"),
        ("left out", "MK"),
        ("approved", "MK"),
    ]
    review.press("Control+z")
    expect(review.dialog).to_contain_text("1 not decided")
    review.press("Escape")
    expect(review.dialog).to_be_hidden()
    review.page.wait_for_function("harness.heard.at(-1) === 'review-closed'")
    assert review.page.evaluate("document.querySelector('pixel-review').innerHTML") == ""


def test_boxes_by_mouse(review: Review) -> None:
    review.open(1)
    review.sheet.get_by_role("option").click()
    review.seen()
    review.drag((300, 300), (500, 400))
    (drawn,) = review.rectangles(0, "person")
    assert near(drawn, [300, 300, 500, 400])
    review.drag((400, 350), (450, 330))
    (moved,) = review.rectangles(0, "person")
    assert near(moved, [350, 280, 550, 380])
    review.drag((553, 383), (600, 500))
    (resized,) = review.rectangles(0, "person")
    assert near(resized, [350, 280, 597, 497])
    review.press("Delete")
    assert review.rectangles(0, "person") == []
    for _ in range(4):
        review.button("Undo").click()
    assert review.rectangles(0, "person") == []
    expect(review.button("Undo")).to_be_disabled()
    review.page.mouse.click(*review.at(100, 558))
    expect(review.dialog.get_by_label("Left", exact=True)).to_have_value("24")
    review.drag((300, 300), (302, 301))
    assert len(review.group(0)["boxes"]) == 4


def test_one_can_look_beneath_the_boxes(review: Review) -> None:
    review.open(1)
    review.press("Enter")
    review.seen()
    box = review.dialog.get_by_role("button", name="Text, columns 24 to 212")
    expect(box).to_have_css("background-color", "rgb(0, 0, 0)")
    review.press("b")
    expect(box).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    review.dialog.get_by_role("checkbox", name="Look beneath").uncheck()
    expect(box).to_have_css("background-color", "rgb(0, 0, 0)")


def test_a_picture_that_is_unlike_the_others(review: Review) -> None:
    review.open(1, 3)
    review.press("Enter")
    review.seen()
    review.press("ArrowDown")
    expect(review.dialog.get_by_text("You have seen 2 of 3 pictures.")).to_be_visible()
    review.dialog.get_by_role("radio", name="This picture only").check()
    review.button("New box").click()
    assert len(review.group(0)["boxes"]) == 4
    assert [len(one["boxes"]) for one in review.exceptions()] == [5]
    review.button("Leave out this picture").click()
    expect(review.dialog.get_by_text("You have seen 3 of 3 pictures.")).to_be_visible()
    review.stage.focus()
    review.press("ArrowUp")
    expect(review.dialog.get_by_text("Exception, left out.")).to_be_visible()
    review.press("ArrowUp")
    review.button("Approve all 3").click()
    expect(review.dialog).to_contain_text("1 group: 1 approved, 0 left out.")
    assert [one["decision"] for one in review.as_python_reads_it()["exceptions"].values()] == ["left out"]
    review.press("Enter", "ArrowDown")
    review.button("As the others again").click()
    assert review.exceptions() == []


def test_a_picture_that_is_decided_gives_way_to_the_next_that_waits(review: Review) -> None:
    review.open(2, 3)
    spoken, seen = review.dialog.locator("[data-part=spoken]"), "You have seen {} of 3 pictures."
    one = review.dialog.get_by_role("radio", name="This picture only")
    review.press("Enter")
    expect(review.dialog.get_by_text(seen.format(1))).to_be_visible()
    review.press("ArrowDown")
    expect(review.dialog.get_by_text(seen.format(2))).to_be_visible()
    one.check()
    review.button("Approve this picture").click()
    expect(spoken).to_have_text("Approved. Now picture 3 of 3; 2 wait for a decision.")
    expect(review.dialog.get_by_text(seen.format(3))).to_be_visible()
    expect(one).to_be_checked()
    review.button("Approve this picture").click()
    expect(spoken).to_have_text("Approved. Now picture 1 of 3; 1 waits for a decision.")
    expect(review.dialog.get_by_role("option", selected=True)).to_contain_text("Picture 1")
    review.button("Leave out this picture").click()
    expect(spoken).to_have_text(
        "All 3 pictures of this group are decided. Group 2 of 2: Secondary capture, Egret Screens"
    )
    assert review.group(0)["decision"] == "none", "each picture has a decision of its own"
    assert sorted(one["decision"] for one in review.exceptions()) == ["approved", "approved", "left out"]
    expect(review.dialog.get_by_text(seen.format(1))).to_be_visible()
    review.button("Approve all 3").click()
    expect(spoken).to_have_text("All groups are decided.")
    expect(review.dialog).to_contain_text("2 groups: 2 approved, 0 left out. All groups are decided.")
    review.page.set_viewport_size({"width": 390, "height": 844})
    first = review.sheet.get_by_role("option").first
    expect(first).to_contain_text("4 boxes, 3 exceptions")
    assert first.evaluate(NOT_CUT_OFF)
    first.click()
    exception = review.dialog.get_by_role("listbox", name="Pictures of this group").get_by_role("option").nth(1)
    expect(exception).to_contain_text("exception, 34 frames, 4 boxes")
    assert exception.evaluate(NOT_CUT_OFF)
    review.page.set_viewport_size({"width": 1280, "height": 800})
    assert exception.evaluate(NOT_CUT_OFF)


def test_a_box_for_some_frames_of_a_cine(review: Review) -> None:
    review.open(1)
    review.press("Enter")
    review.seen()
    review.press("ArrowRight", "ArrowRight")
    expect(review.dialog.get_by_text("Frame 3 of 34")).to_be_visible()
    review.press("d")
    review.dialog.get_by_role("checkbox", name="In all frames").uncheck()
    review.dialog.get_by_label("To frame").fill("9")
    review.press("Tab")
    expect(review.dialog.get_by_label("From frame")).to_have_value("3")
    assert [box["frames"] for box in review.group(0)["boxes"] if box["evidence"] == "person"] == [[3, 9]]
    review.dialog.get_by_role("slider", name="Frame").fill("10")
    expect(review.dialog.get_by_role("button", name="Person,")).to_have_count(0)
    assert review.page.evaluate("harness.asked.at(-1)").endswith(" 10")


def test_all_that_were_looked_at_are_approved_at_once(review: Review) -> None:
    review.open(4)
    expect(review.button("Approve all looked at")).to_be_disabled()
    review.press("Enter")
    review.seen()
    review.press("PageDown")
    review.seen()
    review.press("Escape")
    review.button("Approve 2 groups looked at").click()
    expect(review.dialog).to_contain_text("2 approved, 0 left out. 2 not decided: will be withheld.")


def test_a_picture_that_cannot_be_shown_was_not_seen(review: Review) -> None:
    review.open(1, 1, lost=("0" * 20,))
    tile = review.sheet.get_by_role("option")
    why = "No picture. The pixel data are damaged or cut off and cannot be decoded."
    expect(tile.get_by_text(why)).to_be_visible()
    expect(tile).to_have_accessible_name(re.compile(re.escape(why)))
    review.press("Enter")
    expect(review.dialog.get_by_role("alert")).to_contain_text("damaged")
    expect(review.dialog.get_by_text("You have seen")).to_have_count(0)
    expect(review.button("Approve")).to_be_disabled()
    review.stage.focus()
    review.press("a")
    assert review.group(0)["decision"] == "none"
    assert review.page.evaluate("harness.review.counts.ready") == 0


def test_by_touch(review: Review) -> None:
    review.page.set_viewport_size({"width": 390, "height": 844})
    review.open(1)
    review.press("Enter")
    review.seen()
    session = review.page.context.new_cdp_session(review.page)

    def touch(*paths: tuple[tuple[float, float], tuple[float, float]]) -> None:
        for step in range(5):
            points = [
                {"x": x + (to_x - x) * step / 4, "y": y + (to_y - y) * step / 4, "id": at}
                for at, ((x, y), (to_x, to_y)) in enumerate(paths)
            ]
            kind = "touchMove" if step else "touchStart"
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    touch((review.at(300, 300), review.at(500, 400)))
    (drawn,) = review.rectangles(0, "person")
    assert near(drawn, [300, 300, 500, 400])
    x, y = review.at(400, 350)
    touch(((x - 20, y), (x - 60, y)), ((x + 20, y), (x + 60, y)))
    assert review.rectangles(0, "person") == [drawn]
    box = review.dialog.get_by_role("button", name="Person,").bounding_box()
    assert box
    assert box["width"] > 200 * 390 / 800 * 1.5
    session.detach()


def test_thousands_of_groups_do_not_stutter(review: Review) -> None:
    review.open(MANY)
    took = review.sheet.evaluate(SCROLL)
    expect(review.sheet.get_by_role("option").last).to_have_attribute("aria-posinset", str(MANY))
    assert review.sheet.get_by_role("option").count() < MOST_TILES
    assert took[len(took) // 2] < FRAME
    review.press("Home")
    expect(review.sheet.get_by_role("option", selected=True)).to_have_attribute("aria-posinset", "1")
    review.page.wait_for_timeout(500)
    assert review.page.evaluate("harness.asked.length") < MANY / 10, "pictures that went out of sight are not fetched"


def test_it_is_for_everyone(review: Review) -> None:
    review.open(9, 3)
    page = review.page
    for inside in (False, True):
        if inside:
            review.press("Enter")
            review.seen()
            review.press("n")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.wait_for_timeout(300)
            seen = page.evaluate(CONTRAST)
            assert seen["looked"] > 10
            assert seen["bad"] == [], scheme
        for width in (390, 1920, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.querySelector('dialog.review').scrollWidth") <= width
        for _ in range(40):
            review.press("Tab")
            assert page.evaluate(FOCUS_SEEN), page.evaluate("document.activeElement.outerHTML")
        target = review.stage if inside else review.sheet
        target.focus()
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    operated = {"button", "checkbox", "combobox", "radio", "slider", "spinbutton", "textbox", "option", "listbox"}
    controls = [one for one in nodes if not one["ignored"] and one["role"]["value"] in operated]
    assert [one["role"]["value"] for one in controls if not one["name"]["value"].strip()] == []
    assert len(controls) > 20
    session.detach()
