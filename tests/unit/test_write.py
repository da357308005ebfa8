"""Stage write: a splice becomes a file that is there complete or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dicom_deid.errors import Failed
from dicom_deid.model import Fragments
from dicom_deid.native import write as stage
from dicom_deid.native.source import FileSource
from dicom_deid.native.write import write
from dicom_deid.readable import HEAD_BYTES
from dicom_deid.splice import Copy, Fill, Splice

WAYS = ["", "by_copy_file_range", "by_sendfile", "by_copy_file_range by_sendfile"]
"""The plain way, each of the operating system's, and all of them in turn; one that is not there leaves the first."""
CONTENT = os.urandom(300_000)


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(CONTENT)
    return path


def only(way: str) -> tuple[stage.Copier, ...]:
    return tuple(copier for copier in stage.COPIERS if copier.__name__ in way.split())


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_copying_gives_the_same_bytes(
    original: Path, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "COPIERS", only(way))
    monkeypatch.setattr(stage, "SMALL", 0)
    monkeypatch.setattr(stage, "CHUNK", 4096)
    monkeypatch.setattr(stage, "SYSTEM_CHUNK", 70_001)
    splice: Splice = (b"head", Copy(5, 299_999), Fill(10_000, 0x20), Copy(7, 7), b"", b"tail")
    with FileSource(original) as source:
        assert write(splice, source, tmp_path / "target") == 4 + 299_994 + 10_000 + 4
    assert (tmp_path / "target").read_bytes() == b"head" + CONTENT[5:299_999] + b" " * 10_000 + b"tail"


def test_memory_that_is_there_already_is_filled_piece_by_piece(original: Path, tmp_path: Path) -> None:
    splice: Splice = (b"head", Copy(5, 299_999), Copy(7, 7), Copy(0, 10))
    with FileSource(original) as source:
        assert write(splice, source, tmp_path / "target", memoryview(bytearray(70_001))) == 4 + 299_994 + 10
    assert (tmp_path / "target").read_bytes() == b"head" + CONTENT[5:299_999] + CONTENT[:10]


def test_a_file_that_stood_there_is_replaced_whole(original: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"long" * 1000)
    with FileSource(original) as source:
        write((b"short",), source, target)
    assert target.read_bytes() == b"short"


@pytest.mark.parametrize("way", WAYS)
def test_a_source_that_shrinks_leaves_no_output(
    original: Path, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "COPIERS", only(way))
    monkeypatch.setattr(stage, "SMALL", 0)
    with FileSource(original) as source:
        os.truncate(original, 1000)
        with pytest.raises(Failed, match="SOURCE_CHANGED"):
            write((b"head", Copy(0, 300_000)), source, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_a_source_that_was_rewritten_meanwhile_leaves_no_output(original: Path, tmp_path: Path) -> None:
    with FileSource(original) as source:
        original.write_bytes(CONTENT[::-1])
        os.utime(original, ns=(1, 1))
        with pytest.raises(Failed, match="SOURCE_CHANGED"):
            write((Copy(0, 10),), source, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_a_folder_that_is_gone_ends_the_run_and_its_path_is_not_told(original: Path, tmp_path: Path) -> None:
    with FileSource(original) as source, pytest.raises(Failed) as caught:
        write((b"x",), source, tmp_path / "gone" / "target")
    assert str(caught.value) == "OUTPUT_LOST"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_source_gives_out_its_head_and_more_when_asked(original: Path) -> None:
    with FileSource(original) as source:
        assert source.head() == CONTENT[:HEAD_BYTES]
        assert source.extend(200_000)
        assert not source.extend(200_000)
        assert source.head() == CONTENT[:200_000]
        assert source.read(250_000, 300_000) == CONTENT[250_000:]
        assert source.extend(10**9)
        assert source.head() == CONTENT
        assert not source.extend(10**9)


def fragments(*lengths: int, end: bytes = b"\xfe\xff\xdd\xe0\0\0\0\0") -> bytes:
    return b"".join(b"\xfe\xff\x00\xe0" + length.to_bytes(4, "little") + bytes(length) for length in lengths) + end


@pytest.mark.parametrize("lengths", [(), (0,), (0, 10, 12), (0, 300_000, 2, 300_000, 300_002), (4,) * 5000])
def test_fragments_are_followed_to_their_end(tmp_path: Path, lengths: tuple[int, ...]) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"head" + fragments(*lengths) + b"tail")
    with FileSource(path) as source:
        end = path.stat().st_size - 4
        assert source.fragments(4) == Fragments(4, end, len(lengths), complete=True)


@pytest.mark.parametrize("cut", [1, 4, 8, 9, 20])
def test_fragments_that_do_not_end_are_not_complete(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(fragments(0, 100, 100)[:-cut])
    with FileSource(path) as source:
        assert not source.fragments(0).complete


def test_a_file_that_cannot_be_opened_is_a_code_and_no_path(tmp_path: Path) -> None:
    with pytest.raises(Failed) as caught:
        FileSource(tmp_path / "gone")
    assert str(caught.value) == "READ_FAILED"
    assert caught.value.__suppress_context__
