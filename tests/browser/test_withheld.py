"""What a run withheld: allowed and run alone with the same key, and its list, which is there after a reload too."""

import csv
import re
from pathlib import Path

import pytest
from journey import Ended, Journey
from playwright.sync_api import expect
from pydicom import dcmread
from pydicom.data import get_testdata_file
from runs import PASSPHRASE, native_run
from test_access import tab_to

ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1"
NOTE = "=1+1.txt"  # a spreadsheet would run it
# The list of patients of a run with thousands, as if it had ended.
THOUSANDS = """(list) => {
  const none = { written: 0, withheld: 0, skipped: 0, failed: 0 };
  const studies = Array.from({ length: 5000 }, (_, study) => ({
    study, files: 2, patient_id: `P${study}`, counts: { ...none, written: study === 4321 ? 1 : 2 },
  }));
  const state = { results: { counts: none, studies }, found: null, namesHidden: false };
  list.follow({ subscribe: (_, render) => render(state) });
}"""


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A CT slice and two ultrasound images of one patient, and a note."""
    folder = tmp_path / "Herons Ward"
    folder.mkdir()
    slice_ = dcmread(str(get_testdata_file("CT_small.dcm")))
    slice_.save_as(folder / "slice.dcm")
    image = dcmread(str(get_testdata_file("examples_rgb_color.dcm")))
    image.PatientID, image.PatientName = slice_.PatientID, slice_.PatientName
    for number in (1, 2):
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{number}"
        image.save_as(folder / f"ultrasound {number}.dcm")
    (folder / NOTE).write_text("a note", encoding="utf-8")
    return folder


def test_what_was_withheld_is_allowed_and_run_alone_and_its_list_stays(
    journey: Journey, mixed: Path, tmp_path: Path
) -> None:
    page = journey.page
    journey.drop(mixed)
    assert journey.run() == Ended("Done", written=1, withheld=2, skipped=1, failed=0)
    first = journey.results(tmp_path / "first")
    patients = page.locator("patient-list")
    expect(patients.locator("summary").first).to_have_text("Per patient: 1 patient, 1 with something missing")
    patient = patients.locator("ol > li")
    written = next(row for row in first.rows if row["status"] == "written")
    expect(patient.locator("summary")).to_have_text(
        f"{written['patient_id']}CompressedSamples, CT1, 1CT11 written, 2 withheld"
    )
    patient.locator("summary").press("Enter")
    expect(patient.locator("ul .patient-count")).to_have_text(["1 written", "2 withheld"])
    expect(page.locator("study-choice .study-forecast")).to_have_text(["1 written", "2 withheld"])
    tab_to(journey, "Allow 2 Ultrasound images and run only them")
    page.keyboard.press("Enter")
    status = page.locator("results-panel").get_by_role("status")
    expect(status).to_have_text("Done: 2 written, 0 withheld, 0 skipped, 0 failed")
    second = journey.results(tmp_path / "second")
    expect(patients.locator("summary").first).to_have_text("Per patient: 1 patient, nothing is missing")
    patients.evaluate(THOUSANDS)
    patients.locator("summary").first.press("Enter")
    expect(patient).to_have_count(100)
    expect(patient.first).to_contain_text("P43211 written, 1 not reached")
    patient.last.scroll_into_view_if_needed()
    expect(patient).to_have_count(200)
    # Both together are what one run would have been: the same patient, the same UIDs.
    assert {row["patient_id"] for row in first.rows + second.rows if row["status"] == "written"} == {
        first.rows[0]["patient_id"] or first.rows[1]["patient_id"]
    }
    whole = native_run(mixed, tmp_path / "native", "--allow-sop-class", ULTRASOUND, status=0)
    assert first.outputs | second.outputs == whole.outputs
    assert len(second.rows) == len(second.outputs) == 2
    assert "takes only files that an earlier run withheld: 2 files" in second.log
    page.reload()
    journey.view("Runs")
    told = rf"Took only files that an earlier run had withheld: .*Herons Ward.*, {first.root.name}\."
    expect(page.locator("stored-runs li").first).to_contain_text(re.compile(told))
    journey.button(f"Files not written of {first.root.name}").click()
    listed = page.get_by_role("dialog", name="Files not written")
    names = {NOTE, "ultrasound 1.dcm", "ultrasound 2.dcm"}
    expect(listed.locator("td.path")).to_have_count(3)
    assert set(listed.locator("td.path").all_inner_texts()) == names
    listed.get_by_label("Reason").select_option("SOP_CLASS_WITHHELD")
    expect(listed.locator("td.path")).to_have_count(2)
    expect(listed.get_by_role("button", name="Allow 2 Ultrasound images and run only them")).to_be_visible()
    saved = journey.download("Download the list", tmp_path)
    rows = list(csv.DictReader(saved.read_text(encoding="utf-8").splitlines()))
    assert {row["path"] for row in rows} == {f"'{NOTE}", "ultrasound 1.dcm", "ultrasound 2.dcm"}
    # The page has to be allowed to read the folder again: it says that it waits for that, and can be told to let it be.
    listed.get_by_role("button", name="Allow 2 Ultrasound images and run only them").click()
    asked = page.get_by_role("dialog", name="Run what was withheld")
    asked.get_by_label("Key of this run").fill(PASSPHRASE)
    asked.get_by_label("Key of this run").press("Enter")
    expect(asked.get_by_role("status")).to_contain_text("The browser asks whether this page may use the folder again.")
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    for run in (first, second):
        assert not [path for path in run.root.rglob("*") if "ultrasound" in str(path) or "unwritten" in path.name]
