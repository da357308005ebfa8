"""Finding series in originals or results: searched while one types, and what is ticked is what is done."""

import base64
import csv
import re
import sqlite3
import zipfile
from pathlib import Path

import pytest
from dicom_deid.index import Index, Seen
from dicom_deid.index.entry import FIELDS, NUMBERS, Entry, series_key
from journey import READY, Ended, Journey
from made import UID, ct, to_bytes
from playwright.sync_api import Locator, expect
from runs import source_ids
from test_access import look_at

MANY = 10_000
MOST_ROWS = 100  # of a table, whatever its length
STUDIES, SERIES, FILES = 2, 3, 2  # each with so many of the next
DESCRIPTIONS = ("Scout", "Thorax", "+1+1")
KEEP = """async (index) => {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("index", { create: true });
  const writable = await (await folder.getFileHandle("originals.sqlite", { create: true })).createWritable();
  await writable.write(Uint8Array.fromBase64?.(index) ?? Uint8Array.from(atob(index), (one) => one.charCodeAt(0)));
  await writable.close();
}"""

# Once what is shown fits the size of the window.
SCROLL = """async (grid, top) => {
  for (let frame = 0; frame < 3; frame++) await new Promise((done) => requestAnimationFrame(done));
  grid.scrollTo(0, top);
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("search") / "Rookery"
    for study in range(STUDIES):
        for series in range(SERIES):
            for number in range(FILES):
                values = {
                    "PatientName": f"Heron^Ardea{study}",
                    "PatientID": f"P-{study}",
                    "StudyInstanceUID": f"{UID}.7.{study}",
                    "SeriesInstanceUID": f"{UID}.9.{study}.{series}",
                    "SOPInstanceUID": f"{UID}.8.{study}.{series}.{number}",
                    "SeriesNumber": series,
                    "SeriesDescription": DESCRIPTIONS[series],
                    "InstanceNumber": number,
                }
                path = root / f"{study}" / f"{series}-{number}.dcm"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(to_bytes(ct(**values)))
    (root / "notes.txt").write_text("no DICOM")
    return root


def panel(journey: Journey) -> Locator:
    return journey.page.get_by_role("dialog", name="Find series")


def shown(journey: Journey) -> Locator:
    """The rows that are in the page."""
    return panel(journey).locator(".series-body").get_by_role("row")


def told(journey: Journey, count: str) -> None:
    expect(panel(journey).locator("[data-part=count]")).to_have_text(count, timeout=READY)


def query(journey: Journey, text: str) -> None:
    panel(journey).get_by_role("searchbox").fill(text)


def press(journey: Journey, *keys: str) -> None:
    for key in keys:
        journey.page.keyboard.press(key)


def test_what_is_found_and_ticked_by_keyboard_is_what_a_run_writes(
    journey: Journey, folder: Path, tmp_path: Path
) -> None:
    page = journey.page
    journey.drop(folder)
    journey.wait_for_python()
    journey.button("Index and search").focus()
    press(journey, "Enter")
    told(journey, "6 series")
    expect(panel(journey)).to_contain_text("Names patients; stays in this browser")
    expect(panel(journey)).to_contain_text("13 files; updated")
    expect(panel(journey).get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("THÓR", delay=20)
    told(journey, "2 of 6 series")
    page.keyboard.type(" patient:P-1")
    told(journey, "1 of 6 series")
    press(journey, "ArrowDown", "Space")
    expect(panel(journey)).to_contain_text("1 series ticked")
    query(journey, "scout")
    told(journey, "2 of 6 series")
    press(journey, "ArrowDown", "End", "Space", "Home")
    expect(shown(journey).nth(1)).to_have_attribute("aria-selected", "true")
    expect(shown(journey).nth(0)).to_have_attribute("aria-selected", "false")
    expect(panel(journey)).to_contain_text("2 series ticked")
    assert shown(journey).locator("img[src]").count() == 0, "nothing is decoded before it is asked for"
    journey.button("Pictures").click()
    expect(shown(journey).locator("img[src]")).to_have_count(2, timeout=READY)
    look_at(journey)
    query(journey, "nothing like it")
    told(journey, "0 of 6 series")
    expect(panel(journey)).to_contain_text("No series fits.")
    query(journey, "foo:bar")
    expect(panel(journey)).to_contain_text("There is no field foo: – there are patient:, study:, series:, modality:,")
    journey.button("De-identify only these").focus()
    press(journey, "Enter")
    expect(panel(journey)).to_be_hidden()
    expect(page.locator("run-panel")).to_contain_text("4 DICOM files")
    page.get_by_text("Studies to de-identify").first.click()
    boxes = page.locator("study-choice").get_by_role("checkbox")
    expect(boxes).to_have_count(2)
    expect(boxes.first).to_have_js_property("indeterminate", value=False)
    expect(boxes.first).not_to_be_checked()
    expect(boxes.last).to_have_js_property("indeterminate", value=True)
    expect(page.locator("study-choice")).to_contain_text("2 of 3 series, 4 files")
    assert journey.run() == Ended("Done", 4, 0, 1, 0)
    expect(page.locator("study-rows")).to_contain_text("Studies: 1 of 1 done")
    run = journey.results(tmp_path / "zip")
    run.check()
    ids = source_ids(folder)
    taken = {ids[row["source_id"]].relative_to(folder).as_posix() for row in run.rows}
    assert taken == {"1/0-0.dcm", "1/0-1.dcm", "1/1-0.dcm", "1/1-1.dcm", "notes.txt"}
    assert "left out by choice: 8 files of 1 study, and 1 series of others" in run.log


def test_results_are_searched_apart_from_originals_and_leave_by_series(
    journey: Journey, folder: Path, tmp_path: Path
) -> None:
    page = journey.page
    journey.drop(folder)
    journey.wait_for_python()
    assert journey.run() == Ended("Done", 12, 0, 1, 0)
    journey.button("Search the results").click()
    told(journey, "6 series")
    expect(panel(journey)).to_contain_text("De-identified")
    expect(panel(journey)).not_to_contain_text("Names patients")
    query(journey, "heron")
    told(journey, "0 of 6 series")
    query(journey, "")
    told(journey, "6 series")
    shown(journey).nth(2).get_by_role("checkbox").check()
    shown(journey).nth(3).get_by_role("checkbox").check()
    archive = journey.download("ZIP of these", tmp_path)
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        assert len(opened.namelist()) == 2 * FILES
        assert all(name.startswith("out/") for name in opened.namelist())
    listed = journey.download("Save list as CSV", tmp_path)
    assert "Heron" not in listed.read_text()
    with listed.open(newline="") as lines:
        assert len(list(csv.DictReader(lines))) == 6
    # From the results to the originals in the same place: there, nothing leaves unasked.
    panel(journey).get_by_label("What is searched").select_option(label="Originals: Folder “Rookery”")
    panel(journey).locator("[data-part=start]").click()
    told(journey, "6 series")
    expect(panel(journey)).to_contain_text("Nothing is ticked")
    journey.button("Tick all matches").click()
    expect(panel(journey)).to_contain_text("6 series ticked")
    journey.button("Save list as CSV").click()
    expect(page.get_by_role("dialog", name="Save this list?")).to_contain_text("names patients")
    listed = journey.download("Save it", tmp_path)
    with listed.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["patient_name"] for row in rows} == {"Heron^Ardea0", "Heron^Ardea1"}
    assert {row["series_description"] for row in rows} == {"Scout", "Thorax", "'+1+1"}
    journey.button("Save index").click()
    index = journey.download("Save it", tmp_path)
    assert sqlite3.connect(index).execute("SELECT count(*) FROM series").fetchone() == (6,)
    page.reload()
    notice = page.get_by_role("region", name="An index from before")
    expect(notice).to_contain_text("It names patients")
    look_at(journey)
    journey.wait_for_python()
    journey.button("Search it").click()
    query(journey, "patient:P-1")
    told(journey, "3 of 6 series")
    shown(journey).nth(0).get_by_role("checkbox").check()
    expect(panel(journey)).to_contain_text("Choose the folder to de-identify them")
    expect(journey.button("De-identify only these")).to_be_disabled()
    journey.button("Delete index").click()
    expect(page.get_by_role("dialog", name="Delete this index?")).to_contain_text("6 series")
    journey.button("Delete").click()
    expect(panel(journey)).to_be_hidden()
    expect(notice).to_be_hidden()
    page.reload()
    journey.wait_for_python()
    expect(notice).to_be_hidden()


def synthetic() -> bytes:
    """An index of many series, one file each."""
    index = Index(sqlite3.connect(":memory:"))
    for number in range(MANY):
        fields = dict.fromkeys(FIELDS, "") | dict.fromkeys(NUMBERS, number % 20)
        fields |= {"patient_id": f"P-{number:05}", "patient_name": "Heron^Ardea", "modality": ("CT", "MR")[number % 2]}
        fields |= {"series_instance_uid": f"{UID}.{number}", "study_date": f"{2024 - number % 15}0229"}
        index.add(Seen(f"{number}.dcm", 1000, 1), Entry(series_key(f"{number}"), 1, tuple(fields.values())))
    index.finish("2026-11-23T00:00:00+00:00", complete=False)
    return index.database.serialize()


def test_ten_thousand_series_cost_the_page_no_more_than_a_screenful(journey: Journey) -> None:
    page = journey.page
    page.evaluate(KEEP, base64.b64encode(synthetic()).decode())
    page.reload()
    journey.wait_for_python()
    journey.button("Search it").click()
    told(journey, "10,000 series")
    grid = panel(journey).get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", str(MANY + 1))
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        grid.evaluate(SCROLL, 1e9)
        expect(shown(journey).last).to_have_attribute("aria-rowindex", str(MANY + 1))
        expect(shown(journey).last).to_contain_text("P-09989")
        expect(shown(journey).last).to_be_in_viewport()
        assert 5 < shown(journey).count() < MOST_ROWS
        grid.evaluate(SCROLL, 0)
        expect(shown(journey).first).to_contain_text("P-00000")
    grid.focus()
    press(journey, "End", "Home", "PageDown", "ArrowDown", "Space")
    expect(grid).to_have_attribute("aria-activedescendant", re.compile(r"^series-row-"))  # it is in the page by now
    row = panel(journey).locator(f"[id='{grid.get_attribute('aria-activedescendant')}']")
    expect(row).to_have_attribute("aria-selected", "true")
    expect(row).to_be_in_viewport()
    page.set_viewport_size({"width": 1280, "height": 800})
    by_patient = panel(journey).get_by_role("button", name="Sort by patient")
    head = panel(journey).get_by_role("columnheader", name="Patient")
    for order, first in (("ascending", "P-00000"), ("descending", "P-09999")):
        by_patient.press("Enter")
        expect(head).to_have_attribute("aria-sort", order)
        expect(shown(journey).first).to_contain_text(first)
    grid.evaluate(SCROLL, 1e9)
    expect(shown(journey).last).to_contain_text("P-00000")
    by_patient.press("Enter")
    expect(head).not_to_have_attribute("aria-sort", re.compile("."))
    query(journey, "modality:CT date:2010..2012")
    expect(panel(journey).locator("[data-part=count]")).to_have_text("999 of 10,000 series")
    journey.button("Tick all matches").click()
    expect(panel(journey)).to_contain_text("1,000 series ticked")
    page.set_viewport_size({"width": 1280, "height": 800})
    journey.button("Delete index").click()
    journey.button("Delete").click()
    expect(panel(journey)).to_be_hidden()
