"""A run that has ended tells neither in which order the files came, nor how long they were, nor when they were done."""

from __future__ import annotations

from pathlib import Path

import pytest
from dicom_deid.errors import SinkFailure
from dicom_deid.model import Outcome
from dicom_deid.native import order
from dicom_deid.native.order import ordered_audit, ordered_log
from dicom_deid.report import csv_head, csv_line, row
from made import UID, ct, to_bytes
from runs import RunFolder, native_run

FILES = 30


@pytest.fixture(scope="module", params=["0", "2"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """One folder for each patient, as `Name_ID`; some files are withheld, one is no DICOM file."""
    source = tmp_path_factory.mktemp("roster")
    for number in range(FILES):
        folder = source / f"{number:03}_Doe"
        folder.mkdir()
        burned = "YES" if number % 3 == 0 else "NO"
        made = ct(PatientID=f"P{number}", SOPInstanceUID=f"{UID}.{number}", BurnedInAnnotation=burned)
        made.PixelData, made.Rows = bytes(8 * (number + 4)), number + 4
        (folder / "a.dcm").write_bytes(to_bytes(made))
    (source / "note.txt").write_text("no image")
    return native_run(source, tmp_path_factory.mktemp("to") / "run", "--verbose", "--workers", request.param)


def test_rows_and_lines_about_files_are_in_the_order_of_the_source_ids(run: RunFolder) -> None:
    ids = [row["source_id"] for row in run.rows]
    assert ids == sorted(ids)
    assert len(ids) == FILES + 1
    about = [line.split(" ") for line in run.log.splitlines() if any(one in line for one in ids)]
    owners = [next(word for word in words if word in ids) for words in about]
    assert owners == sorted(owners)
    assert set(owners) == set(ids)
    assert len({words[0] for words in about}) == 1
    assert " finished: " in run.log.splitlines()[-1]


def test_the_studies_of_the_log_are_in_the_order_of_the_pseudonyms(run: RunFolder) -> None:
    studies = [line.split(" ")[5] for line in run.log.splitlines() if line.split(" ")[1] == "study"]
    assert studies == sorted(studies)
    assert len(studies) == FILES


def test_outputs_and_their_folders_have_one_time(run: RunFolder) -> None:
    assert {path.stat().st_mtime for path in [run.root / "out", *(run.root / "out").rglob("*")]} == {946_684_800.0}


def test_no_row_tells_the_size_of_an_original_or_its_time(run: RunFolder) -> None:
    sizes = {int(row["bytes_in"]) for row in run.rows}
    assert all(size & (size - 1) == 0 for size in sizes)
    assert len(sizes) < 5
    assert {row["milliseconds"] for row in run.rows} == {""}


def test_a_second_part_of_a_run_is_put_among_the_first(run: RunFolder, tmp_path: Path) -> None:
    again = native_run(tmp_path, run.root, "--resume", status=None)
    ids = [row["source_id"] for row in again.rows]
    assert ids == sorted(ids)
    assert len(ids) == FILES + 1


IDS = ["ffff0123456789abcdef", "00000123456789abcdef", "8000000000000000000a"]


@pytest.mark.parametrize("at_once", [32 * 1024 * 1024, 60, 1])
def test_rows_and_lines_of_files_come_in_the_order_of_their_ids(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "AT_ONCE", at_once)
    rows = [csv_line(row(one, Outcome("failed", "MALFORMED"), 5)) for one in IDS]
    audit = [csv_head(), *rows]
    assert list(ordered_audit(lambda: audit, len("".join(audit)))) == [csv_head(), rows[1], rows[2], rows[0]]
    time = "2026-11-28T09:30:0{}Z "
    lines = [f"{time.format(0)}begun\n"]
    for number, one in enumerate(IDS, 1):
        lines += [
            f"{time.format(number)}{one} (0010,0010) Z E.1-1\n",
            f"{time.format(number)}withheld BURNED_IN {one}\n",
        ]
    lines += [f"{time.format(9)}paused\n"]
    made = list(ordered_log(lambda: lines, len("".join(lines)), ["finished"]))
    assert made[:2] == [lines[0], lines[-1]]
    assert made[-1].endswith(" finished\n")
    assert [line.split(" ", 1)[1] for line in made[2:-1]] == [
        text
        for one in (IDS[1], IDS[2], IDS[0])
        for text in (f"{one} (0010,0010) Z E.1-1\n", f"withheld BURNED_IN {one}\n")
    ]
    assert len({line.split(" ")[0] for line in made[2:-1]}) == 1


def test_rows_that_find_no_room_to_be_put_in_order_end_with_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "AT_ONCE", 1)
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    audit = [csv_line(row(one, Outcome("failed", "MALFORMED"), 5)) for one in IDS]
    with pytest.raises(SinkFailure, match=r"^LIST_FULL$"):
        list(ordered_audit(lambda: audit, len("".join(audit))))
