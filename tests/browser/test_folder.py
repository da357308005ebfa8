"""A real folder, dragged onto the page, into private storage: the run, its downloads, what stays after a reload."""

import shutil
from pathlib import Path

import pytest
from journey import Ended, Journey
from playwright.sync_api import expect
from pydicom import dcmread
from pydicom.data import get_testdata_file
from runs import RunFolder, native_run, rows_of, source_ids, timeless

NOTE = "=hérons &amp; 'quotes', [x].txt"  # a name that a careless table would break on
PASSPHRASE = "Grüße an die Reiher salt:HERO-NSBY-THEW-EIRS-EVEN-GREY"


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of mixed files, some of them in a folder that is named after a patient."""
    folder = tmp_path_factory.mktemp("mixed") / "Herons Ward"
    deep = folder / "Smith John" / "1970"
    deep.mkdir(parents=True)
    for name in ("CT_small.dcm", "MR_small.dcm", "rtplan.dcm", "MR_truncated.dcm"):
        shutil.copyfile(str(get_testdata_file(name)), deep / name)
    shutil.copyfile(deep / "CT_small.dcm", folder / "a second copy of CT_small")
    shutil.copyfile(str(get_testdata_file("ExplVR_LitEndNoMeta.dcm")), folder / "without preamble")
    (folder / NOTE).write_text("a note", encoding="utf-8")
    (folder / "nothing.dcm").touch()
    return folder


@pytest.fixture(scope="module")
def expected(mixed: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The same folder through the command line."""
    return native_run(mixed, tmp_path_factory.mktemp("native") / "run", passphrase=PASSPHRASE)


def test_what_a_folder_holds_is_told_before_anything_is_done(journey: Journey, mixed: Path) -> None:
    journey.drop(mixed)
    found = journey.page.locator("found-panel")
    figures = dict(zip(found.locator("dt").all_inner_texts(), found.locator("dd").all_inner_texts(), strict=True))
    counts = {name: figures[name] for name in ("Files seen", "DICOM files", "Studies", "Series")}
    assert counts == {"Files seen": "8", "DICOM files": "6", "Studies": "4", "Series": "4"}
    assert sorted(found.locator("[data-part=modalities] li").all_inner_texts()) == ["CT 2", "MR 2", "RTPLAN 2"]
    left_out = found.get_by_role("list", name="Left out")
    expect(left_out).to_contain_text("1 file without preamble")
    expect(left_out.get_by_text("1 file left out")).to_have_count(2)  # the note, and the empty file
    expect(journey.page.locator("choose-panel").get_by_text("Folder “Herons Ward”")).to_be_visible()
    studies = journey.page.locator("study-choice").get_by_role("listitem")
    for pressed, listed in (("MR 2", 1), ("RTPLAN 2", 3), ("MR 2", 2), ("RTPLAN 2", 4)):  # added, then taken back
        found.get_by_role("button", name=pressed).click()
        expect(studies).to_have_count(listed)


def test_a_run_into_private_storage_what_is_taken_out_of_it_and_what_stays_until_it_is_deleted(
    journey: Journey, mixed: Path, expected: RunFolder, tmp_path: Path
) -> None:
    journey.drop(mixed)
    assert journey.run(PASSPHRASE) == Ended("Done", written=5, withheld=0, skipped=2, failed=1)
    audit = journey.download("Download audit CSV", tmp_path)
    log = journey.download("Download output.log", tmp_path)
    run = journey.results(tmp_path)
    run.check()
    assert audit.read_text(encoding="utf-8") == run.audit
    assert log.read_text(encoding="utf-8") == run.log
    assert audit.name.endswith("audit.csv")
    assert log.name.endswith("output.log")
    assert timeless(run.rows) == timeless(expected.rows)
    assert run.outputs == expected.outputs
    for path in run.outputs:
        assert dcmread(run.root / path).PatientIdentityRemoved == "YES"
    the_page_alone_tells_the_path_of_what_was_not_written(journey, mixed, run)
    it_is_there_after_a_reload_until_it_is_deleted(journey, mixed, run, tmp_path / "stored")


def the_page_alone_tells_the_path_of_what_was_not_written(journey: Journey, mixed: Path, run: RunFolder) -> None:
    ids = source_ids(mixed, PASSPHRASE)
    unwritten = {ids[row["source_id"]]: row for row in run.rows if row["status"] != "written"}
    paths = {path.relative_to(mixed).as_posix() for path in unwritten}
    assert paths == {"Smith John/1970/MR_truncated.dcm", NOTE, "nothing.dcm"}
    table = journey.page.locator("unwritten-files")
    shown = table.locator("td.path").all_inner_texts()
    assert set(shown) == paths
    truncated = table.locator("tbody", has_text="MR_truncated.dcm")
    expect(truncated).to_contain_text("failed")
    assert truncated.locator(".sentence").inner_text()
    assert truncated.locator(".remedy").inner_text()
    lines = [line.split(" ", 1)[1] for line in run.log.splitlines()]
    for row in unwritten.values():
        assert f"{row['status']} {row['reason']} {row['source_id']}" in lines
    for secret in ("Smith John", "MR_truncated", "hérons", "nothing.dcm", "Herons Ward", PASSPHRASE):
        assert secret not in run.audit + run.log


def it_is_there_after_a_reload_until_it_is_deleted(journey: Journey, mixed: Path, run: RunFolder, folder: Path) -> None:
    page, name = journey.page, run.root.name
    page.reload()
    journey.view("Runs")
    item = page.locator("stored-runs li", has_text=name)
    expect(item).to_contain_text(f"Folder “{mixed.name}”")
    expect(item).to_contain_text("5 files")
    expect(item).not_to_contain_text("not finished")
    assert journey.results(folder, f"ZIP of {name}").outputs == run.outputs
    assert rows_of(journey.download(f"Audit CSV of {name}", folder).read_text(encoding="utf-8")) == run.rows
    assert journey.download(f"Log of {name}", folder).read_text(encoding="utf-8") == run.log
    journey.button(f"Delete of {name}").click()
    journey.button("Cancel").click()
    expect(item).to_be_visible()
    journey.button(f"Delete of {name}").click()
    journey.button("Delete").click()
    expect(item).to_have_count(0)
    assert name not in stored(journey)
    page.reload()
    journey.wait_for_python()
    expect(item).to_have_count(0)


def stored(journey: Journey) -> list[str]:
    """The run folders in private storage."""
    return list(
        journey.page.evaluate("""async () => {
          const root = await navigator.storage.getDirectory();
          return Array.fromAsync((await root.getDirectoryHandle("runs")).keys());
        }""")
    )


ASKS = """() => {
  const leaving = new Event("beforeunload", { cancelable: true });
  dispatchEvent(leaving);
  return leaving.defaultPrevented;
}"""


def test_the_key_that_was_made_gives_the_same_result_again(journey: Journey, mixed: Path, tmp_path: Path) -> None:
    """No passphrase: the page makes one, shows it first in the results, and asks before it is lost."""
    journey.drop(mixed)
    assert journey.run("").how == "Done"
    key = journey.page.get_by_label("A key was made for this run")
    shown = journey.page.locator("results-panel").get_by_label("A key was made for this run").input_value()
    assert journey.page.evaluate(ASKS)
    saved = journey.download("Save key", tmp_path).read_text(encoding="utf-8")
    assert saved == f"{shown}\n"
    assert not journey.page.evaluate(ASKS)
    journey.button("Run again with these files").click()
    journey.start()
    assert journey.wait_for_end().how == "Done"
    expect(key).to_have_value(shown)
    assert len(shown.replace("-", "")) * 5 >= 160
    run = journey.results(tmp_path / "zip")
    assert shown not in run.log + run.audit
    assert run.outputs == native_run(mixed, tmp_path / "native", passphrase=shown).outputs


def test_several_dropped_files_and_folders_are_one_pick(journey: Journey, mixed: Path, tmp_path: Path) -> None:
    journey.drop(mixed / "Smith John", mixed / "nothing.dcm")
    assert journey.run(PASSPHRASE) == Ended("Done", written=3, withheld=0, skipped=1, failed=1)
    ids = source_ids(mixed, PASSPHRASE)
    run = journey.results(tmp_path)
    assert {ids[row["source_id"]] for row in run.rows} == {
        *(mixed / "Smith John" / "1970").iterdir(),
        mixed / "nothing.dcm",
    }
