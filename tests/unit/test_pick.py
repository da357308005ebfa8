"""Stage pick: which files, in which order, and which of them repeat an instance."""

from __future__ import annotations

from pathlib import Path

import pytest
from dicom_deid.dicom.peek import peek
from dicom_deid.errors import Failed
from dicom_deid.native.pick import Pick
from made import UID, ct, item, sequence, to_bytes
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian


def lay(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"x")
    return root


def paths_of(root: Path) -> list[str]:
    return [candidate.path for candidate in Pick(root) if not candidate.reason]


def test_files_and_folders_are_walked_together_by_name(tmp_path: Path) -> None:
    lay(tmp_path, "b.dcm", "a/z", "a/b/c", "c/1", "a.dcm", "B", "10", "9")
    assert paths_of(tmp_path) == ["10", "9", "B", "a/b/c", "a/z", "a.dcm", "b.dcm", "c/1"]


def test_names_are_compared_by_their_utf16_code_units_as_javascript_does(tmp_path: Path) -> None:
    emoji, wide, accent = "\U0001f600", "\uff5e", "\u00e9"
    lay(tmp_path, emoji, wide, accent)
    assert paths_of(tmp_path) == [accent, emoji, wide]  # by code points the emoji would be the last


def test_a_single_file_is_known_by_its_name(tmp_path: Path) -> None:
    assert paths_of(lay(tmp_path, "one.dcm") / "one.dcm") == ["one.dcm"]


def test_links_are_not_followed_and_are_counted(tmp_path: Path) -> None:
    outside = lay(tmp_path / "outside", "secret")
    root = lay(tmp_path / "root", "a", "sub/b")
    (root / "loop").symlink_to(root)
    (root / "out").symlink_to(outside)
    (root / "file").symlink_to(outside / "secret")
    pick = Pick(root)
    assert [candidate.path for candidate in pick] == ["a", "sub/b"]
    assert pick.left_alone == 3


def test_a_folder_that_is_gone_ends_the_pick(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="SOURCE_LOST"):
        paths_of(tmp_path / "gone")


@pytest.mark.parametrize("syntax", [None, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_a_peek_finds_the_instance_in_every_encoding(syntax: str | None) -> None:
    dataset = ct(ReferencedStudySequence=sequence(item(ReferencedSOPInstanceUID="1.2.3")))
    if syntax:
        dataset.file_meta.TransferSyntaxUID = syntax
    dataset["PixelData"].VR = "OW"
    assert peek(to_bytes(dataset), 132) == (f"{UID}.3", False)


def test_a_peek_into_a_deflated_file_believes_the_file_meta_information() -> None:
    dataset = ct()
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    assert peek(to_bytes(dataset), 132) == (f"{UID}.3", False)


def test_a_peek_at_too_few_bytes_says_so() -> None:
    data = to_bytes(ct())
    assert peek(data[:200], 132).short
    assert peek(b"", 0) == ("", True)
    assert peek(b"\xff" * 400, 132).sop_instance == ""
