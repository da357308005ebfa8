"""`dicom-deid index --list`: lists as tools of several systems write them, and the index as JSON."""

from __future__ import annotations

import codecs
import json
import os
import signal
import stat
from pathlib import Path, PureWindowsPath
from subprocess import CompletedProcess
from threading import Thread
from typing import Any
from unittest.mock import patch

import commands
import pydicom
import pytest
from dicom_deid.errors import reasons
from dicom_deid.index.search import search
from dicom_deid.native import index_file, index_update
from dicom_deid.native.index_walk import listed, placed, stamped
from hypothesis import given
from hypothesis import strategies as st
from made import ct, to_bytes
from pydicom.data import get_testdata_file

SIX = ["enumerated_files", "files_processed", "series_count", "errors", "last_updated", "running"]
LATIN = "Müller 山田.dcm"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two series, of two files and one, with a name that is no ASCII, and a file that is no DICOM."""
    (tmp_path / "source" / "a b").mkdir(parents=True)
    for name, series in (("a b/1.dcm", "1.1"), (LATIN, "1.1"), ("2.dcm", "1.2")):
        (tmp_path / "source" / name).write_bytes(to_bytes(ct(SeriesInstanceUID=series, PatientID=f"ID-{series}")))
    (tmp_path / "source" / "notes.txt").write_text("nothing", encoding="utf-8")
    return tmp_path / "source"


def command(tmp_path: Path, *arguments: str | Path, folder: Path | None = None) -> CompletedProcess[str]:
    with patch.dict(os.environ, {"XDG_DATA_HOME": str(tmp_path / "home")}):
        return commands.command(*arguments, folder=folder)


def exported(tmp_path: Path, *arguments: str | Path, folder: Path | None = None) -> dict[str, Any]:
    """The index as JSON."""
    out = tmp_path / "index.json"
    done = command(tmp_path, "index", *arguments, "--out", out, folder=folder)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def files(index: dict[str, Any]) -> set[str]:
    return {path for series in index["series"] for path in series["files"]}


def test_two_hundred_paths_become_an_index_with_a_known_patient(tmp_path: Path) -> None:
    """Acceptance A of the PACS indexer: a list, a limit, an index as JSON, and somebody who is known is in it."""
    bundled = Path(pydicom.__file__).parent / "data" / "test_files"
    known = str(get_testdata_file("CT_small.dcm"))
    paths = [known, *(str(path) for path in sorted(bundled.rglob("*")) if path.is_file() and str(path) != known)][:100]
    for number in range(200):
        path = tmp_path / "made" / f"{number // 10}" / f"{number}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_bytes(ct(SeriesInstanceUID=f"1.2.{number // 10}", PatientID=f"MADE-{number // 10}")))
        paths.append(str(path))
    (tmp_path / "paths.txt").write_text("\n".join(paths), encoding="utf-8")
    line = ["index", "--list", "paths.txt", "--out", "index_sample.json", "--limit", "200"]
    done = command(tmp_path, *line, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    index = json.loads((tmp_path / "index_sample.json").read_text(encoding="utf-8"))
    patients = {series["patient_id"]: series for series in index["series"]}
    assert patients["1CT1"]["files"] == [known]
    assert patients["MADE-3"]["file_count"] == 10
    assert index["files_processed"] == 200
    assert {*files(index)} <= set(paths[:200])
    status = json.loads((tmp_path / "index_status.json").read_text(encoding="utf-8"))
    assert list(status) == SIX
    assert (status["enumerated_files"], status["files_processed"], status["running"]) == (200, 200, False)


def test_the_json_says_what_the_database_says(tmp_path: Path, folder: Path) -> None:
    (folder / "damaged.dcm").write_bytes(to_bytes(ct())[:300])
    index = exported(tmp_path, folder)
    assert list(index) == ["holds", *SIX, "series", "unread"]
    assert index["holds"] == "originals"
    assert {series["patient_id"]: series["files"] for series in index["series"]} == {
        "ID-1.1": [LATIN, "a b/1.dcm"],
        "ID-1.2": ["2.dcm"],
    }
    with patch.dict(os.environ, {"XDG_DATA_HOME": str(tmp_path / "home")}):
        found = search(index_file.read_index(index_file.place(folder)).database, "", 0, 10).rows
    for row, series in zip(found, index["series"], strict=True):
        assert row["file_count"] == series["file_count"] == len(series["files"])
        assert {**row, **series}.items() == {**series, **row}.items(), "the same columns, the same values"
        assert set(row) - set(series) == {"id", "patient", "thumbnail"}
    assert index["unread"] == [{"path": "damaged.dcm", "reason": "TRUNCATED"}]
    assert stat.S_IMODE((tmp_path / "index.json").stat().st_mode) == 0o600
    assert LATIN in (tmp_path / "index.json").read_text(encoding="utf-8"), "a name is found by its letters"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_list_may_have_any_encoding(tmp_path: Path, folder: Path, mark: bytes, encoding: str, end: str) -> None:
    text = end.join([LATIN, "", f'"{folder / "a b" / "1.dcm"}"', "./2.dcm   ", "a b", ""])
    (tmp_path / "list.txt").write_bytes(mark + text.encode(encoding))
    index = exported(tmp_path, folder, "--list", tmp_path / "list.txt")
    assert (files(index), index["errors"]) == ({LATIN, "a b/1.dcm", "2.dcm"}, 0)
    alone = exported(tmp_path, "--list", tmp_path / "list.txt", folder=folder)
    assert files(alone) == {str(folder / path) for path in files(index)}


@given(st.binary(max_size=200), st.sampled_from([b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE]))
def test_whatever_is_in_a_list_is_a_file_or_has_a_code(
    tmp_path_factory: pytest.TempPathFactory, text: bytes, mark: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(mark + text)
    for whole in (None, path.parent):
        for found in stamped(path.parent, list(listed(path, whole))):
            assert not found.reason or found.reason in reasons()


def test_a_list_can_come_through_a_pipe(tmp_path: Path) -> None:
    """As of `--list <(find …)`: what was read of it once does not come again."""
    os.mkfifo(tmp_path / "pipe")
    names = [f"{number}.dcm" for number in range(20_000)]
    writer = Thread(target=(tmp_path / "pipe").write_text, args=("\n".join(names),))
    writer.start()
    found = [file.path for file in listed(tmp_path / "pipe", tmp_path)]
    writer.join()
    assert found == names


def test_a_name_that_is_no_text_is_found(tmp_path: Path, folder: Path) -> None:
    name = b"x\xff.dcm"
    (folder / os.fsdecode(name)).write_bytes(to_bytes(ct(SeriesInstanceUID="1.9")))
    (tmp_path / "list.txt").write_bytes(name + b"\n")
    assert files(exported(tmp_path, folder, "--list", tmp_path / "list.txt")) == {"x\\udcff.dcm"}


@pytest.mark.parametrize(
    "path", [r"\\pacs\images\1.dcm", "//pacs/images/1.dcm", r"Z:\images\1.dcm", "Z:/1.dcm", r"a\1.dcm"]
)
def test_a_path_of_windows_is_told_elsewhere_and_the_others_are_read(tmp_path: Path, folder: Path, path: str) -> None:
    (tmp_path / "list.txt").write_text(f"{path}\n2.dcm\nnowhere.dcm\n", encoding="utf-8")
    index = exported(tmp_path, folder, "--list", tmp_path / "list.txt")
    assert files(index) == {"2.dcm"}
    assert {one["reason"] for one in index["unread"]} == {"WINDOWS_PATH", "FILE_GONE"}
    assert {"path": path, "reason": "WINDOWS_PATH"} in index["unread"]


@pytest.mark.parametrize(
    ("line", "whole", "path"),
    [
        (r"\\pacs\images\1.dcm", True, "//pacs/images/1.dcm"),
        (r"\\pacs\images\1.dcm", False, "//pacs/images/1.dcm"),
        (r"Z:\images\1.dcm", True, "Z:/images/1.dcm"),
        (r"a\1.dcm", True, "C:/here/a/1.dcm"),
        (r"a\1.dcm", False, "a/1.dcm"),
        (r"c:\HERE\a\1.dcm", False, "a/1.dcm"),
    ],
)
def test_a_share_is_a_path_like_others_on_windows(line: str, whole: bool, path: str) -> None:
    assert placed(line, PureWindowsPath("C:/here"), whole=whole) == path


def test_a_list_alone_says_all_that_is_in_its_index(tmp_path: Path, folder: Path) -> None:
    chosen = tmp_path / "list.txt"
    chosen.write_text("2.dcm\na b/1.dcm\n", encoding="utf-8")
    assert len(files(exported(tmp_path, "--list", chosen, folder=folder))) == 2
    chosen.write_text(f"{LATIN}\n2.dcm\n", encoding="utf-8")
    assert files(exported(tmp_path, "--list", chosen, folder=folder)) == {str(folder / LATIN), str(folder / "2.dcm")}
    assert len(files(exported(tmp_path, "--list", chosen, "--limit", "1", folder=folder))) == 1
    assert command(tmp_path, "index", "--list", chosen, "--delete").returncode == 0
    assert command(tmp_path, "index", "--list", chosen, "--status").returncode == 2


def test_the_status_can_be_asked_for(tmp_path: Path, folder: Path) -> None:
    assert command(tmp_path, "index", folder, "--index", tmp_path / "index.sqlite").returncode == 0
    told = json.loads(command(tmp_path, "index", folder, "--index", tmp_path / "index.sqlite", "--status").stdout)
    assert list(told) == SIX
    assert json.loads((tmp_path / "index_status.json").read_text(encoding="utf-8")) == told
    assert (told["files_processed"], told["series_count"], told["errors"], told["running"]) == (4, 2, 0, False)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["index"], "Say what to index"),
        (["index", "--list", "nowhere.txt"], "LIST_UNREADABLE: The list of files cannot be read."),
        (["index", "source", "--out", "source/index.json"], "among the files"),
        (["index", "source", "--out", "nowhere/index.json"], "There is no such folder"),
        (["index", "source", "--out", "kept.txt"], "NO_INDEX"),
        (["index", "source", "--index", "kept.txt"], "NO_INDEX"),
        (["index", "source", "--delete", "--index", "kept.txt"], "NO_INDEX"),
        (["search", "x", "--index", "kept.txt"], "The file is no index"),
        (["search", "x", "--index", "nowhere"], "There is no such index. Make one with: dicom-deid index FOLDER"),
    ],
)
def test_a_wrong_command_says_why_and_changes_nothing(tmp_path: Path, folder: Path, line: list[str], said: str) -> None:
    (tmp_path / "kept.txt").write_text("my notes " * 300, encoding="utf-8")
    before = sorted(folder.rglob("*"))
    done = command(tmp_path, *line, folder=tmp_path)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert (tmp_path / "kept.txt").read_text(encoding="utf-8") == "my notes " * 300
    assert sorted(folder.rglob("*")) == before


def test_a_folder_that_may_not_be_read_says_so(tmp_path: Path, folder: Path) -> None:
    with patch("dicom_deid.native.index_walk.os.scandir", side_effect=PermissionError(13, "no")):
        done = command(tmp_path, "index", folder)
    assert done.returncode == 2
    assert "NO_PERMISSION: This account may not read it. Ask who owns it" in done.stderr


def test_ctrl_c_stops_it_and_the_same_command_goes_on(tmp_path: Path, folder: Path) -> None:
    asked: list[int] = []

    def tell(_found: int, read: int) -> None:
        if not asked:
            asked.append(read)
            os.kill(os.getpid(), signal.SIGINT)

    line = ("index", folder, "--out", tmp_path / "index.json")
    with patch("dicom_deid.cli.index.tell", tell), patch.object(index_update, "AT_ONCE", 1):
        done = command(tmp_path, *line)
    assert done.returncode == 128 + signal.SIGINT
    assert "the same command goes on with it" in done.stderr
    assert not (tmp_path / "index.json").exists(), "half an index is none"
    assert not json.loads((tmp_path / "index_status.json").read_text(encoding="utf-8"))["running"]
    assert exported(tmp_path, folder)["files_processed"] == 4
