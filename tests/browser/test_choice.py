"""Studies are chosen before the start: only those that are ticked take part, in whatever run over them."""

from pathlib import Path

import pytest
from dicom_deid.key import Key, derive
from dicom_deid.native.linkage_tables import unseal
from journey import DONE, READY, Ended, Journey
from made import UID, ct, to_bytes
from playwright.sync_api import Locator, expect
from runs import PASSPHRASE, native_run, source_ids, timeless

STUDIES = 15
FILES = 2  # of each study
MANY = 3000
LONG = 900
TAKEN = LONG // 2  # one study of three, and a half of another


def made(root: Path, study: int, number: int, series: str = "") -> Path:
    path = root / f"Heron {study}" / f"{number}.dcm"
    path.parent.mkdir(parents=True, exist_ok=True)
    uids = {"StudyInstanceUID": f"{UID}.7.{study}", "SOPInstanceUID": f"{UID}.8.{study}.{number}"}
    path.write_bytes(to_bytes(ct(**uids, SeriesInstanceUID=f"{UID}.9.{study}{series}", PatientID=f"P-{study}")))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("choice") / "in"
    for study in range(STUDIES):
        for number in range(FILES):
            made(root, study, number)
    (root / "notes.txt").write_text("no DICOM")
    return root


def choice(journey: Journey) -> Locator:
    return journey.page.locator("study-choice")


def box(journey: Journey, study: str) -> Locator:
    return choice(journey).get_by_role("listitem").filter(has_text=study).get_by_role("checkbox")


def test_only_what_is_ticked_takes_part(journey: Journey, folder: Path, tmp_path: Path) -> None:
    page = journey.page
    journey.drop(folder)
    choice(journey).get_by_text("Studies to de-identify").first.click()
    expect(choice(journey).get_by_role("checkbox")).to_have_count(STUDIES)
    journey.button("Select none").click()
    expect(page.locator("run-panel")).to_contain_text("No study is chosen")
    expect(journey.button("Start")).to_be_disabled()
    page.get_by_label("Search", exact=True).fill("heron 1 ct")
    expect(choice(journey).get_by_role("checkbox")).to_have_count(6)  # Heron 1, and 10 to 14
    page.get_by_label("Search", exact=True).fill("heron 3")
    box(journey, "Heron 3").check()
    page.get_by_label("Search", exact=True).fill("")
    box(journey, "Heron 7").check()
    expect(choice(journey)).to_contain_text(f"2 of {STUDIES}: {2 * FILES} files")
    expect(page.locator("run-panel")).to_contain_text(f"{2 * FILES} DICOM files")
    assert journey.run() == Ended("Done", 2 * FILES, 0, 1, 0)
    expect(page.locator("study-rows")).to_contain_text("Studies: 2 of 2 done")
    run = journey.results(tmp_path / "zip")
    run.check()
    ids = source_ids(folder)
    taken = {ids[row["source_id"]] for row in run.rows}
    assert taken == {*(folder / "Heron 3").iterdir(), *(folder / "Heron 7").iterdir(), folder / "notes.txt"}
    assert f"left out by choice: {(STUDIES - 2) * FILES} files of {STUDIES - 2} studies" in run.log
    assert "Heron" not in run.log
    whole = native_run(folder, tmp_path / "native", status=0)
    assert timeless(run.rows) == [row for row in timeless(whole.rows) if ids[row["source_id"]] in taken]
    assert run.outputs.items() <= whole.outputs.items()
    # The same files again: the choice stands, and can be changed.
    journey.button("Run again with these files").click()
    expect(box(journey, "Heron 7")).to_be_checked()
    journey.button("Select all").click()
    assert journey.run().written == STUDIES * FILES


def test_of_thousands_of_studies_rows_are_made_as_far_as_somebody_looks(journey: Journey, tmp_path: Path) -> None:
    page = journey.page
    whole = made(tmp_path / "in", MANY, 0).read_bytes()
    for study in range(MANY + 1, 2 * MANY):
        other = whole.replace(f"{UID}.7.{MANY}".encode(), f"{UID}.7.{study}".encode())
        (tmp_path / "in" / f"{study}.dcm").write_bytes(other)
    journey.drop(tmp_path / "in")
    choice(journey).get_by_text("Studies to de-identify").first.click()
    rows = choice(journey).locator("li")
    expect(rows.first).to_be_visible()
    assert rows.count() < MANY // 10
    before = rows.count()
    rows.last.scroll_into_view_if_needed()
    expect(rows.nth(before)).to_be_attached()
    journey.button("Select none").click()
    expect(page.locator("run-panel")).to_contain_text("No study is chosen")
    rows.nth(before).get_by_role("checkbox").check()
    expect(choice(journey)).to_contain_text(f"1 of {MANY:,}: 1 file")
    journey.button("Select all").click()
    expect(page.locator("run-panel")).to_contain_text(f"{MANY:,} DICOM files")


def test_a_run_that_is_gone_on_with_keeps_to_its_choice_and_its_linkage(journey: Journey, tmp_path: Path) -> None:
    page, root = journey.page, tmp_path / "in"
    for number in range(LONG):
        made(root, number % 3, number, f".{number % 2}")
    journey.drop(root)
    journey.wait_for_python()
    journey.button("Index and search").click()
    page.get_by_role("searchbox").fill("-patient:P-1")
    expect(page.get_by_text("4 of 6 series", exact=True)).to_be_visible(timeout=READY)
    journey.button("Tick all matches").click()
    expect(page.get_by_text("4 series ticked.")).to_be_visible()
    page.get_by_role("row").nth(1).get_by_role("checkbox").uncheck()  # of Heron 0
    expect(page.get_by_text("3 series ticked.")).to_be_visible()
    journey.button("De-identify only these").click()
    choice(journey).get_by_text("Studies to de-identify").first.click()
    expect(choice(journey)).to_contain_text(f"1 of 2 series, {LONG // 6} files")
    expect(box(journey, "Heron 0")).to_have_js_property("indeterminate", value=True)
    page.get_by_role("checkbox", name="Keep an encrypted linkage file").check()
    journey.set_passphrase()
    journey.start()
    page.evaluate("""async () => {
      while (document.querySelector("run-panel [data-part=progress]").value <= 20)
        await new Promise((done) => setTimeout(done, 5));
    }""")
    journey.button("Cancel").click()
    cut = journey.wait_for_end()
    assert (cut.how, cut.written < TAKEN) == ("Cancelled", True)
    item = page.locator("stored-runs li").first
    expect(item).to_contain_text(f"{cut.written} of {TAKEN} files done")
    journey.view("Runs")
    item.get_by_role("button", name="Go on of").click()
    page.get_by_role("dialog").get_by_role("button", name="Go on").click()
    expect(page.locator("results-panel").get_by_role("status")).to_contain_text("Done:", timeout=DONE)
    assert journey.wait_for_end() == Ended("Done", TAKEN, 0, 0, 0)
    expect(page.locator("study-rows")).to_contain_text("Studies: 2 of 2 done")
    run = journey.results(tmp_path / "zip")
    run.check()
    ids = source_ids(root)
    taken = {ids[row["source_id"]] for row in run.rows}
    assert [path for path in taken if path.parent.name == "Heron 1"] == []
    assert len({int(path.stem) % 2 for path in taken if path.parent.name == "Heron 0"}) == 1
    assert run.log.count(f"left out by choice: {LONG - TAKEN} files of 1 study, and 1 series of others") == 2
    linkage = journey.download("Download linkage file", tmp_path)
    counts, warnings = unseal(linkage, tmp_path / "tables", Key(derive(PASSPHRASE)))
    assert (counts["linkage.csv"], warnings) == (TAKEN, [])
