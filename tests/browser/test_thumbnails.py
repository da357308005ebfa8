"""Making thumbnails in the page: by keyboard, with what it came to in words, and nothing to do the second time."""

import shutil
from pathlib import Path

from journey import READY, Journey
from playwright.sync_api import Locator, expect
from pydicom.data import get_testdata_file
from runs import PASSPHRASE
from test_access import look_at

"""The last two are one series, whose middle is cut off."""
NAMES = ("CT_small.dcm", "SC_rgb_rle_2frame.dcm", "examples_palette.dcm", "MR_truncated.dcm", "MR_small_RLE.dcm")


def dialog(journey: Journey) -> Locator:
    return journey.page.get_by_role("dialog", name="Make thumbnails")


def test_thumbnails_are_made_once_and_what_lacks_one_is_said(journey: Journey, tmp_path: Path) -> None:
    page = journey.page
    for name in NAMES:
        shutil.copyfile(str(get_testdata_file(name)), tmp_path / name)
    journey.wait_for_python()
    journey.drop(tmp_path)
    journey.button("Index and search").click()
    making = page.locator("series-search").get_by_role("button", name="Make thumbnails")
    expect(page.locator("index-status")).to_contain_text("updated", timeout=READY)
    journey.button("Pictures").click()
    making.click()
    expect(dialog(journey)).to_contain_text("each frame of 4 series")
    dialog(journey).get_by_role("checkbox").check()
    look_at(journey)
    dialog(journey).get_by_label("Key", exact=True).fill(PASSPHRASE)
    page.keyboard.press("Enter")
    expect(dialog(journey).get_by_role("status")).to_have_text("5 thumbnails made.", timeout=READY)
    expect(dialog(journey).get_by_role("listitem")).to_have_count(1)
    expect(dialog(journey).get_by_role("listitem")).to_contain_text("1 file: The file or its pixel data end too early")
    expect(dialog(journey).get_by_role("row", name="DB insert")).to_contain_text("5")
    look_at(journey)
    page.keyboard.press("Escape")
    expect(page.locator("series-search .series-body img[src]")).to_have_count(4)
    making.click()
    dialog(journey).get_by_role("button", name="Make thumbnails").click()
    expect(dialog(journey).get_by_role("status")).to_have_text("Nothing was left to draw.", timeout=READY)


def test_results_have_thumbnails_of_their_own(journey: Journey, tmp_path: Path) -> None:
    shutil.copyfile(str(get_testdata_file("CT_small.dcm")), tmp_path / "a.dcm")
    journey.drop(tmp_path)
    assert journey.run().written == 1
    journey.page.locator("results-panel").get_by_role("button", name="Search").click()
    expect(journey.page.locator("index-status")).to_contain_text("updated", timeout=READY)
    journey.page.locator("series-search").get_by_role("button", name="Make thumbnails").click()
    expect(dialog(journey)).not_to_contain_text("They show originals")
    dialog(journey).get_by_role("button", name="Make thumbnails").click()
    expect(dialog(journey).get_by_role("status")).to_have_text("1 thumbnail made.", timeout=READY)
