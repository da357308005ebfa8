"""A ZIP as INPUT: the limits of the page, a run that goes on, and what is said of a damaged one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from commands import command
from dicom_deid.errors import SourceFailure
from dicom_deid.key import Key
from dicom_deid.native.folder_sink import FolderSink
from dicom_deid.native.run import Run
from dicom_deid.native.run_folder import RunFolder
from dicom_deid.native.zip_origin import BOMB_BYTES, ZipOrigin
from dicom_deid.policy import Plan, Policy
from made import KEY, ct, to_bytes


def archive(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in entries.items():
            file.writestr(zipfile.ZipInfo(name), data, method)
    return path


def slices(count: int) -> dict[str, bytes]:
    return {f"s/{number}.dcm": to_bytes(ct(SOPInstanceUID=f"1.2.3.{number + 1}")) for number in range(count)}


def test_entries_come_as_files_of_a_folder_do(tmp_path: Path) -> None:
    data = {"b": b"1", "a/z": b"22", "a-b": b"333", "\uff5e": b"4", "Müller/b": b"5"}
    origin = ZipOrigin(archive(tmp_path / "a.zip", data))
    listed = list(origin.list())
    assert [entry.path for entry in listed] == ["Müller/b", "a/z", "a-b", "b", "\uff5e"]
    assert {entry.path: entry.size for entry in listed} == {name: len(content) for name, content in data.items()}
    for entry in listed:
        with origin.open(entry.path) as source:
            assert source.read(0, source.size) == data[entry.path]
            assert source.modified == entry.modified


def test_an_entry_that_leads_out_or_would_not_end_is_not_read(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"../out": b"1", "/root": b"2", "C:\\x": b"3", "a/../b": b"4", "good": b"5"})
    reasons = {entry.path: entry.reason for entry in ZipOrigin(path).list()}
    assert reasons.pop("good") == ""
    assert set(reasons.values()) == {"ZIP_PATH"}
    bomb = archive(tmp_path / "bomb.zip", {"bomb": b"x"})
    raw = bytearray(bomb.read_bytes())
    at = raw.index(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (BOMB_BYTES + 1).to_bytes(4, "little")
    bomb.write_bytes(raw)
    origin = ZipOrigin(bomb)
    assert [entry.reason for entry in origin.list()] == ["ZIP_BOMB"]
    with pytest.raises(SourceFailure, match="ZIP_BOMB"):
        origin.open("bomb")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_entry_that_is_damaged_fails_alone(tmp_path: Path, method: int) -> None:
    path = archive(tmp_path / "a.zip", {"a": to_bytes(ct()), "b": b"x" * 100}, method)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 5] ^= 0xFF
    path.write_bytes(raw)
    origin = ZipOrigin(path)
    with pytest.raises(SourceFailure, match="ZIP_ENTRY_BAD"):
        origin.open("a")
    with origin.open("b") as source:
        assert source.read(0, 100) == b"x" * 100


def test_entries_that_share_bytes_are_not_read(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"a": b"1" * 500, "b": b"2" * 500}, zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    second = raw.rindex(b"PK\x01\x02")
    raw[second + 42 : second + 46] = bytes(4)
    path.write_bytes(raw)
    assert [entry.reason for entry in ZipOrigin(path).list()] == ["ZIP_ENTRY_BAD", "ZIP_ENTRY_BAD"]


def run_of(source: Path, target: Path, *, resume: bool = False, most: int = 0) -> dict[str, int]:
    """The counts of a run in this process; ``most``: it is asked to stop when so many files are done."""
    folder = RunFolder(FolderSink(target))
    run = Run(ZipOrigin(source), folder, Plan(Policy(), Key(KEY)), KEY, 0, resume)
    run.open()
    if most:
        run.stop = lambda: run.tally.done >= most  # type: ignore[assignment, return-value]
    counts: dict[str, int] = run.go(run.display)["counts"]
    return counts


def test_a_run_of_a_zip_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", slices(30))
    assert run_of(path, tmp_path / "whole")["written"] == 30
    cut = run_of(path, tmp_path / "cut", most=7)
    assert 0 < cut["written"] < 30
    assert run_of(path, tmp_path / "cut", resume=True)["written"] == 30
    outputs = [
        sorted(place.relative_to(root) for place in root.rglob("*.dcm"))
        for root in (tmp_path / "whole", tmp_path / "cut")
    ]
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) == 30


def test_a_zip_without_a_directory_is_told_in_words(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", slices(2))
    path.write_bytes(path.read_bytes()[:-30])
    for name in ("run", "plan"):
        done = command(name, path, *([tmp_path / "out"] if name == "run" else []))
        assert (done.returncode, "The ZIP cannot be read" in done.stderr, "Traceback" in done.stderr) == (
            2,
            True,
            False,
        )
    assert not (tmp_path / "out").exists()
