"""The list of studies during a run: of many, those out of sight cost the browser nothing."""

from pathlib import Path

import pytest
from journey import Ended, Journey
from made import UID, ct, to_bytes
from playwright.sync_api import expect

STUDIES, ROWS = 230, 200
LAID_OUT = """rows => rows.filter(
  (row) => row.firstElementChild.checkVisibility({ contentVisibilityAuto: true })
).length"""

# What an earlier session did, and then what takes part.
CHOSEN_OTHERWISE = """(rows) => {
  const study = { study: 0, files: 1, series: 1, bytes: 1, modality: "CT", folder: "", about: {} };
  rows.begin([study]);
  rows.update([{ study: 0, done: 1, total: 1, counts: { written: 1, withheld: 0, skipped: 0, failed: 0 } }]);
  rows.choose([study, { ...study, study: 1 }]);
  rows.end();
}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    root.mkdir()
    for study in range(STUDIES):
        uids = {"StudyInstanceUID": f"{UID}.7.{study}", "SOPInstanceUID": f"{UID}.8.{study}"}
        data = to_bytes(ct(**uids, SeriesInstanceUID=f"{UID}.9.{study}", PatientID=f"P-{study}"))
        (root / f"{study}.dcm").write_bytes(data)
    return root


def test_what_an_earlier_session_did_stays_told_and_of_many_studies_only_rows_in_sight_are_laid_out(
    journey: Journey, folder: Path
) -> None:
    rows = journey.page.locator("study-rows")
    rows.evaluate(CHOSEN_OTHERWISE)
    expect(rows).to_contain_text("Studies: 1 of 2 done")
    journey.drop(folder)
    assert journey.run() == Ended("Done", STUDIES, 0, 0, 0)
    rows.get_by_text(f"Studies: {STUDIES} of {STUDIES} done").click()
    expect(rows).to_contain_text(f"and {STUDIES - ROWS} more studies")
    first = rows.get_by_role("listitem").first
    first.scroll_into_view_if_needed()
    expect(first).to_contain_text("1 written")
    expect(rows.get_by_role("listitem")).to_have_count(ROWS)  # a screen reader has them all
    assert 0 < rows.get_by_role("listitem").evaluate_all(LAID_OUT) < ROWS / 2
