"""A run is started while the scan still goes on: it takes what is found, study by study, and ends when all is done."""

import os
from pathlib import Path

import pytest
from drag import drop
from journey import DONE, FOUND, Ended, Journey
from made import UID, ct, to_bytes
from playwright.sync_api import expect

STUDIES = 3
FIRST, LAST = 40, 20  # files of each study, before and behind the notes
NOTES = 10_000  # files that are no DICOM, which keep the scan busy
WRITTEN = STUDIES * (FIRST + LAST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("early") / "in"
    for place, first, files in (("a", 0, FIRST), ("z", FIRST, LAST)):
        (root / place).mkdir(parents=True)
        for number in range(STUDIES * files):
            study, one = number % STUDIES, first + number
            uids = {"StudyInstanceUID": f"{UID}.7.{study}", "SOPInstanceUID": f"{UID}.8.{first}.{one}"}
            data = to_bytes(ct(**uids, SeriesInstanceUID=f"{UID}.9.{study}", PatientID=f"P-{study}"))
            (root / place / f"{one:04}.dcm").write_bytes(data)
    (root / "m").mkdir()
    note = root / "m" / "note"
    note.write_text("no DICOM")
    for number in range(NOTES - 1):
        os.link(note, root / "m" / f"{number:05}")
    return root


def start_early(journey: Journey, folder: Path) -> None:
    journey.wait_for_python()
    drop(journey.page, folder)
    early = journey.button("Start now")
    expect(early).to_be_visible(timeout=FOUND)
    journey.set_passphrase()
    early.click()
    expect(journey.page.locator("run-panel")).to_contain_text("found so far")


def test_what_is_found_after_the_start_takes_part(journey: Journey, folder: Path, tmp_path: Path) -> None:
    page = journey.page
    start_early(journey, folder)
    expect(page.locator("study-rows")).to_contain_text(f"of {STUDIES} done")
    expect(page.locator("found-panel").get_by_role("button", name="Stop looking")).to_be_visible()
    assert journey.wait_for_end() == Ended("Done", WRITTEN, 0, NOTES, 0)
    expect(page.locator("study-rows")).to_contain_text(f"Studies: {STUDIES} of {STUDIES} done")
    expect(page.locator("found-panel")).to_contain_text(f"{WRITTEN}")
    run = journey.results(tmp_path / "zip")
    run.check()
    assert f"scan: {WRITTEN + NOTES:,} items" in run.log
    assert len({row["source_id"] for row in run.rows}) == len(run.rows) == WRITTEN + NOTES
    expect(page.locator("stored-runs li").first).not_to_contain_text("not finished")


def test_a_run_that_is_cut_off_before_the_scan_has_ended_goes_on(
    journey: Journey, folder: Path, tmp_path: Path
) -> None:
    page = journey.page
    start_early(journey, folder)
    wait_for_files(journey, 0)
    journey.button("Cancel").click()
    cut = journey.wait_for_end()
    assert (cut.how, cut.total < WRITTEN + NOTES) == ("Cancelled", True)
    expect(page.locator("stored-runs li").first).to_contain_text(f"not finished: {cut.total:,} files done")
    go_on(journey, tmp_path)


def go_on(journey: Journey, target: Path) -> None:
    """Goes on with the newest run, which then has one row for each file."""
    page = journey.page
    journey.view("Runs")
    page.locator("stored-runs li").first.get_by_role("button", name="Go on of").click()
    page.get_by_role("dialog").get_by_role("button", name="Go on").click()
    expect(page.locator("results-panel").get_by_role("status")).to_contain_text("Done:", timeout=DONE)
    assert journey.wait_for_end() == Ended("Done", WRITTEN, 0, NOTES, 0)
    run = journey.results(target / "zip")
    run.check()
    assert len({row["source_id"] for row in run.rows}) == len(run.rows) == WRITTEN + NOTES


def wait_for_files(journey: Journey, beyond: int) -> None:
    """Until more than so many files are done. The bar does not tell, as long as nobody knows of how many."""
    journey.page.evaluate(f"""async () => {{
      const done = () => document.querySelector("run-panel [data-part=bar-text]").textContent.replace(",", "");
      while (!(Number.parseInt(done(), 10) > {beyond})) await new Promise((looked) => setTimeout(looked, 5));
    }}""")
