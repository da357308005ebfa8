"""`dicom-deid index` and `dicom-deid search` as a person uses them: real files, exit codes and words."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from unittest.mock import patch

import commands
import pytest
from made import ct, to_bytes
from pydicom.data import get_testdata_file
from runs import native_run

NAMES = ("CT_small.dcm", "MR_small.dcm", "JPEG2000.dcm", "liver_1frame.dcm", "rtplan.dcm", "image_dfl.dcm")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Real files of several kinds in two folders, with one that is no DICOM."""
    for number, name in enumerate(NAMES):
        target = tmp_path / "source" / f"study {number % 2}" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(Path(str(get_testdata_file(name))).read_bytes())
    (tmp_path / "source" / "notes.txt").write_text("nothing", encoding="utf-8")
    return tmp_path / "source"


def command(tmp_path: Path, *arguments: str | Path) -> CompletedProcess[str]:
    with patch.dict(os.environ, {"XDG_DATA_HOME": str(tmp_path / "home")}):
        return commands.command(*arguments)


def told(tmp_path: Path, *arguments: str | Path, status: int = 0) -> dict[str, Any]:
    done = command(tmp_path, *arguments, "--json")
    assert done.returncode == status, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_folder_is_indexed_and_searched(tmp_path: Path, folder: Path) -> None:
    done = command(tmp_path, "index", folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("6 series in 7 files, 0 of them without a readable header\nDiscover: 7 items in ")
    assert "It names patients" in done.stdout.replace("This index", "It")
    answer = told(tmp_path, "search", "modality:CT date:2004")
    assert answer["total"] == 1
    (row,) = answer["series"]
    assert row["first_path"] == "study 0/CT_small.dcm"
    assert (row["patient_id"], row["study_date"], row["rows"], row["file_count"]) == ("1CT1", "20040119", 128, 1)
    table = command(tmp_path, "search", "compressed", folder)
    assert table.returncode == 0
    assert "study 0/JPEG2000.dcm" in table.stdout
    assert table.stdout.endswith("series\n")
    assert told(tmp_path, "search", "nobodycalledthis", status=1)["total"] == 0


def test_the_index_of_originals_is_for_its_user_alone_and_can_be_deleted(tmp_path: Path, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    status = told(tmp_path, "index", folder)
    path = Path(status["index"])
    assert status["holds"] == "originals"
    assert path.parent == tmp_path / "home" / "dicom-deid" / "index"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(folder.rglob("*")) == before
    assert command(tmp_path, "index", folder, "--delete").returncode == 0
    assert not path.exists()
    assert command(tmp_path, "search", "ct").returncode == 2


def test_the_second_time_only_what_changed_is_read(tmp_path: Path, folder: Path) -> None:
    assert "Processing: 7 items" in command(tmp_path, "index", folder).stdout
    (folder / "study 0" / "CT_small.dcm").unlink()
    (folder / "new.dcm").write_bytes(to_bytes(ct()))
    again = command(tmp_path, "index", folder)
    assert "Processing: 1 item in" in again.stdout
    assert told(tmp_path, "search", "okonkwo")["series"][0]["first_path"] == "new.dcm"
    assert told(tmp_path, "search", "date:20040119 modality:CT", status=1)["total"] == 0


def test_a_list_and_a_limit_choose_files_and_take_nothing_out(tmp_path: Path, folder: Path) -> None:
    chosen = tmp_path / "list.txt"
    chosen.write_text("study 0/CT_small.dcm\nstudy 1/MR_small.dcm\nstudy 1/gone.dcm\n", encoding="utf-8")
    assert told(tmp_path, "index", folder, "--list", chosen)["files_processed"] == 3
    assert told(tmp_path, "index", folder, "--list", chosen)["errors"] == 1
    assert told(tmp_path, "search", "")["total"] == 2
    assert told(tmp_path, "index", folder, "--limit", "3")["series_count"] >= 2


def test_the_index_of_a_run_lies_in_it_and_names_nobody(tmp_path: Path, folder: Path) -> None:
    native_run(folder, tmp_path / "run")
    status = told(tmp_path, "index", tmp_path / "run")
    assert (status["index"], status["holds"]) == (str(tmp_path / "run" / "index.sqlite"), "de-identified")
    found = told(tmp_path, "search", "modality:CT", tmp_path / "run")
    assert found["total"] == 1
    assert found["series"][0]["first_path"].startswith("out/")
    assert found["series"][0]["patient_id"] != "1CT1"
    assert b"1CT1" not in (tmp_path / "run" / "index.sqlite").read_bytes()


def test_another_file_is_no_index_and_none_is_made_among_the_files(tmp_path: Path, folder: Path) -> None:
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"no database at all" * 100)
    assert command(tmp_path, "search", "ct", "--index", other).returncode == 2
    assert command(tmp_path, "index", folder, "--index", folder / "x.sqlite").returncode == 2
    assert command(tmp_path, "index", folder / "nowhere").returncode == 2
