"""Looking through the results: what is rejected by keyboard leaves them, and the audit says so."""

from pathlib import Path

from journey import READY, Ended, Journey
from playwright.sync_api import expect
from pydicom import dcmread
from pydicom.data import get_testdata_file
from test_access import tab_to


def two_series(folder: Path) -> Path:
    folder.mkdir()
    slice_ = dcmread(str(get_testdata_file("CT_small.dcm")))
    for series in (1, 2):
        slice_.SeriesInstanceUID, slice_.SeriesNumber = f"1.2.9.{series}", series
        for number in (1, 2):
            slice_.SOPInstanceUID = slice_.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{series}.{number}"
            slice_.save_as(folder / f"{series}-{number}.dcm")
    return folder


def test_a_series_that_is_rejected_by_keyboard_leaves_the_results(journey: Journey, tmp_path: Path) -> None:
    page, press = journey.page, journey.page.keyboard.press
    journey.drop(two_series(tmp_path / "Herons"))
    assert journey.run() == Ended("Done", written=4, withheld=0, skipped=0, failed=0)
    tab_to(journey, "Look through the results")
    press("Enter")
    sheet = page.get_by_role("dialog", name="Look through the results")
    tiles, state = sheet.get_by_role("listbox").get_by_role("option"), sheet.locator("[data-part=state]")
    expect(tiles.locator("img[src]")).to_have_count(2, timeout=READY)
    press("r")
    expect(state).to_have_text("2 series: 0 passed, 1 rejected, 1 not judged.")
    press("z")
    press("Space")
    press("r")
    expect(state).to_have_text("2 series: 1 passed, 1 rejected, 0 not judged.")
    expect(tiles.nth(1)).to_contain_text("Rejected")
    press("Enter")
    expect(page.get_by_role("dialog", name="Look through a series")).to_contain_text("of 2")
    press("Escape")
    expect(sheet.get_by_role("listbox")).to_be_focused()
    journey.button("Take the rejected ones out (1)").focus()
    press("Enter")
    expect(page.get_by_role("dialog", name="Take the rejected ones out?")).to_contain_text("1 series with 2 files")
    tab_to(journey, "Take them out")
    press("Enter")
    expect(tiles).to_have_count(1)
    press("Escape")
    expect(page.locator("results-panel").get_by_role("status")).to_have_text(
        "Done: 2 written, 2 withheld, 0 skipped, 0 failed"
    )
    expect(page.locator("results-panel td.path")).to_have_text(["2-1.dcm", "2-2.dcm"])
    run = journey.results(tmp_path)
    run.check()
    outcomes = sorted((row["status"], row["reason"]) for row in run.rows)
    assert outcomes == [("withheld", "REJECTED")] * 2 + [("written", "")] * 2
    assert "2 files of 1 study; 2 written files are left" in run.log
    page.reload()
    journey.view("Runs")
    expect(page.locator("stored-runs li").first).to_contain_text("2 files written, 2 withheld")
