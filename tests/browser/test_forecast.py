"""The forecast before Start: what will be written, what needs a decision, and that the run then does as it was told."""

from pathlib import Path

import pytest
from journey import Ended, Journey
from made import CT, UID, ct, to_bytes
from playwright.sync_api import expect
from test_access import look_at

SECONDARY, ULTRASOUND = "1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.6.1"
KINDS = (("CT", CT, 3, 0), ("OT", SECONDARY, 2, 0), ("US", ULTRASOUND, 2, 1))  # modality, SOP Class, files, study


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("forecast") / "in"
    root.mkdir()
    for series, (modality, sop_class, files, study) in enumerate(KINDS):
        for number in range(files):
            uids = {"StudyInstanceUID": f"{UID}.7.{study}", "SeriesInstanceUID": f"{UID}.9.{series}"}
            made = ct(Modality=modality, SOPClassUID=sop_class, SOPInstanceUID=f"{UID}.8.{series}.{number}", **uids)
            made.file_meta.MediaStorageSOPClassUID = sop_class
            (root / f"{modality}{number}.dcm").write_bytes(to_bytes(made))
    late = ct(StudyInstanceUID=f"{UID}.7.0", SeriesInstanceUID=f"{UID}.9.0", SOPInstanceUID=f"{UID}.8.0.9")
    late.add_new(0x00210010, "LO", "HERONS")
    late.add_new(0x00211001, "OB", bytes(70_000))  # what decides about it stands behind what the scan reads
    (root / "late.dcm").write_bytes(to_bytes(late))
    return root


def test_what_needs_a_decision_is_decided_by_keyboard_and_the_run_does_as_forecast(
    journey: Journey, mixed: Path, tmp_path: Path
) -> None:
    page = journey.page
    journey.drop(mixed)
    bar = page.locator("run-panel [data-part=bar-text]")
    expect(bar).to_have_text("3 of 8 DICOM files will be written, 4 need a decision, 1 known only when read")
    page.get_by_text("Of 1 file it is known only when read whether it is written: why?").press("Enter")
    expect(page.locator("decision-list")).to_contain_text("the page has read only the beginning of each file")
    journey.button("Decide").press("Enter")
    expect(page.get_by_role("heading", name="4 files need a decision")).to_be_focused()
    clean = journey.button("Clean the pixels of all kinds (4 files): 2 Ultrasound images")
    clean.press("Enter")
    undo_all = journey.button("Undo for all kinds: 2 Ultrasound images")
    expect(undo_all).to_be_focused()
    searched = "4 after a search for text in their pictures"
    expect(bar).to_contain_text(f"3 of 8 DICOM files will be written, {searched}, 1 known only when read")
    undo_all.press("Enter")
    allow = journey.button("Allow: 2 Ultrasound images")
    expect(allow).to_be_focused()
    allow.press("Enter")
    undo = journey.button("Undo: 2 Ultrasound images")
    expect(undo).to_be_focused()
    expect(bar).to_have_text("5 of 8 DICOM files will be written, 2 need a decision, 1 known only when read")
    undo.press("Enter")
    expect(allow).to_be_focused()
    expect(bar).to_have_text("3 of 8 DICOM files will be written, 4 need a decision, 1 known only when read")
    allow.press("Enter")
    journey.button("US 2").press("Enter")
    study = page.locator("study-choice").get_by_role("listitem")
    expect(study).to_have_count(1)
    expect(study).to_contain_text("Okonkwo, Adaeze")
    expect(study).to_contain_text("2 written")
    expect(journey.button("Clean the pixels: 2 Secondary Capture images")).to_be_visible()
    look_at(journey)
    journey.button("Hide names").press("Enter")
    expect(study.get_by_text("Okonkwo")).to_be_hidden()
    journey.button("Leave out: 2 Secondary Capture images").press("Enter")
    expect(bar).to_have_text("5 of 6 DICOM files will be written, 1 known only when read")
    assert journey.run() == Ended("Done", 6, 0, 0, 0)
    run = journey.results(tmp_path)
    run.check()
    assert "left out by choice: 2 files of 0 studies, and of 1 kind" in run.log
