"""ZIP archives: picked ones, with what real archives have in them, and the one that is handed out."""

import io
import shutil
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path

import pytest
from journey import Ended, Journey
from playwright.sync_api import expect
from pydicom.data import get_testdata_file
from runs import native_run, rows_of, source_ids, timeless, unpacked

LOCAL_HEADER_BYTES = 30
HOLE_BYTES = 2**32 + 4096
UTF8 = 0x0800  # bit of the general purpose flags
LONG = (0xFFFFFFFF, 0xFFFFFFFF)  # the ZIP64 field says it
ENCRYPTED = 0x0001  # bit of the general purpose flags
BIG_BYTES = 5 * 1024 * 1024  # more than is inflated in memory


def sample(name: str) -> bytes:
    return Path(str(get_testdata_file(name))).read_bytes()


def big() -> bytes:
    """A valid file with much behind a header: a private element that nobody wants."""
    whole = io.BytesIO(sample("MR_small_implicit.dcm"))
    whole.seek(0, io.SEEK_END)
    whole.write(struct.pack("<HHI", 0xFFFC, 0xFFFC, BIG_BYTES) + bytes(BIG_BYTES))  # Data Set Trailing Padding
    return whole.getvalue()


@pytest.fixture(scope="module")
def entries() -> dict[str, bytes]:
    """The entries of the archives, by name."""
    return {
        "DICOM/Smith John/CT.dcm": sample("CT_small.dcm"),
        "DICOM/Smith John/deeper/and deeper/MR.dcm": sample("MR_small.dcm"),
        "DICOM/Größe/Überblick 傘.dcm": sample("rtplan.dcm"),
        "DICOM/big.dcm": big(),
        "DICOM/README.txt": b"a note",
        "DICOM/empty.dcm": b"",
    }


@pytest.fixture(scope="module")
def folder(entries: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a folder."""
    root = tmp_path_factory.mktemp("unpacked") / "in"
    for name, content in entries.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def packed(path: Path, entries: dict[str, bytes], compression: int) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.mkdir("DICOM/an empty folder")
        for name, content in reversed(entries.items()):
            archive.writestr(name, content)
    return path


def patched(path: Path, name: str, *, flags: int = 0, spoil: bool = False) -> None:
    """Sets flags of an entry in both of its headers, or turns over a bit in the midst of its content."""
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo(name)
    content = bytearray(path.read_bytes())
    central = content.rindex(b"PK\x01\x02", 0, content.rindex(name.encode()))
    content[entry.header_offset + 6] |= flags
    content[central + 8] |= flags
    if spoil:
        content[entry.header_offset + LOCAL_HEADER_BYTES + len(name.encode()) + entry.compress_size // 2] ^= 0x10
    path.write_bytes(content)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "dropped"])
def test_an_archive_gives_what_its_folder_gives(
    journey: Journey, entries: dict[str, bytes], folder: Path, tmp_path: Path, compression: int
) -> None:
    archive = packed(tmp_path / "herons.zip", entries, compression)
    if compression == zipfile.ZIP_DEFLATED:
        journey.drop(archive)
    else:
        journey.choose_zip(archive)
    expect(journey.page.locator("choose-panel").get_by_text("ZIP “herons.zip”")).to_be_visible()
    assert journey.run() == Ended("Done", written=4, withheld=0, skipped=2, failed=0)
    handed_out = journey.download("Download results ZIP", tmp_path / "results")
    is_sound_for_other_programs(handed_out)
    run = unpacked(handed_out, tmp_path / "results" / handed_out.stem)
    expected = native_run(folder, tmp_path / "native", status=0)
    run.check()
    assert run.outputs == expected.outputs
    assert timeless(run.rows) == timeless(expected.rows)


def is_sound_for_other_programs(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        names = archive.namelist()
    assert {"audit.csv", "conformance.md", "output.log", "plan.json"} < set(names)
    assert len(names) == 4 + 4
    if unzip := shutil.which("unzip"):
        subprocess.run((unzip, "-t", path), check=True, capture_output=True)


def test_a_bad_entry_fails_alone(journey: Journey, entries: dict[str, bytes], folder: Path, tmp_path: Path) -> None:
    archive = packed(tmp_path / "herons.zip", entries, zipfile.ZIP_STORED)
    patched(archive, "DICOM/Smith John/CT.dcm", spoil=True)
    patched(archive, "DICOM/Smith John/deeper/and deeper/MR.dcm", flags=ENCRYPTED)
    journey.choose_zip(archive)
    assert journey.run() == Ended("Done", written=2, withheld=0, skipped=2, failed=2)
    names = source_ids(folder)
    rows = rows_of(journey.download("Download audit CSV", tmp_path).read_text(encoding="utf-8"))
    reasons = {names[row["source_id"]].name: row["reason"] for row in rows}
    assert reasons == {
        "CT.dcm": "ZIP_ENTRY_BAD",
        "MR.dcm": "ZIP_ENCRYPTED",
        "Überblick 傘.dcm": "",
        "big.dcm": "",
        "README.txt": "NOT_DICOM",
        "empty.dcm": "EMPTY",
    }
    table = journey.page.locator("unwritten-files")
    expect(table.locator("tbody", has_text="DICOM/Smith John/CT.dcm")).to_contain_text("failed")


def beyond_four_gibibytes(path: Path, name: str, content: bytes) -> Path:
    """A ZIP64 (PKWARE APPNOTE 4.5.3) with an entry behind a long one, of which the disk holds nothing."""
    central = b""
    with path.open("wb") as file:
        for entry, size, body in ((b"hole.raw", HOLE_BYTES, b""), (name.encode(), len(content), content)):
            at, crc = file.tell(), zlib.crc32(body)
            extra = struct.pack("<HHQQ", 1, 16, size, size)
            file.write(struct.pack("<4s5H3I2H", b"PK\3\4", 45, UTF8, 0, 0, 0, crc, *LONG, len(entry), len(extra)))
            file.write(entry + extra + body)
            file.seek(at + LOCAL_HEADER_BYTES + len(entry) + len(extra) + size)
            extra = struct.pack("<HHQQQ", 1, 24, size, size, at)
            fields = (45, 45, UTF8, 0, 0, 0, crc, *LONG, len(entry), len(extra), 0, 0, 0, 0, LONG[0])
            central += struct.pack("<4s6H3I5H2I", b"PK\1\2", *fields) + entry + extra
        at = file.tell()
        end = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 2, 2, len(central), at)
        locator = struct.pack("<4sIQI", b"PK\6\7", 0, at + len(central), 1)
        tail = struct.pack("<4s4H2IH", b"PK\5\6", 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, *LONG, 0)
        file.write(central + end + locator + tail)
    with zipfile.ZipFile(path) as archive:
        assert archive.read(name) == content
    return path


def test_an_archive_of_more_than_four_gibibytes_is_read_by_ranges(journey: Journey, tmp_path: Path) -> None:
    archive = beyond_four_gibibytes(tmp_path / "herons.zip", "DICOM/CT.dcm", sample("CT_small.dcm"))
    assert archive.stat().st_size > 2**32
    journey.choose_zip(archive)
    assert journey.run() == Ended("Done", written=1, withheld=0, skipped=1, failed=0)
    (tmp_path / "in" / "DICOM").mkdir(parents=True)
    (tmp_path / "in" / "DICOM" / "CT.dcm").write_bytes(sample("CT_small.dcm"))
    expected = native_run(tmp_path / "in", tmp_path / "native", status=0)
    assert journey.results(tmp_path / "results").outputs == expected.outputs


def test_what_is_no_archive_is_refused_in_words(journey: Journey, tmp_path: Path) -> None:
    archive = tmp_path / "herons.zip"
    archive.write_bytes(b"PK\x03\x04 and then nothing of an archive" * 50)
    with journey.page.expect_file_chooser() as chosen:
        journey.button("Choose ZIP").click()
    chosen.value.set_files(archive)
    expect(journey.page.locator('problem-note[data-code="ZIP_BAD"]')).to_be_visible()
    expect(journey.button("Start")).to_be_hidden()


def test_several_archives_are_one_pick(journey: Journey, entries: dict[str, bytes], tmp_path: Path) -> None:
    one = packed(tmp_path / "one.zip", dict(list(entries.items())[:1]), zipfile.ZIP_DEFLATED)
    two = packed(tmp_path / "two.zip", dict(list(entries.items())[1:2]), zipfile.ZIP_DEFLATED)
    journey.choose_zip(two, one)
    assert journey.run() == Ended("Done", written=2, withheld=0, skipped=0, failed=0)
    inside = tmp_path / "in"
    for archive in (one, two):
        shutil.unpack_archive(archive, inside / archive.name)
    run, expected = journey.results(tmp_path / "results"), native_run(inside, tmp_path / "native", status=0)
    assert timeless(run.rows) == timeless(expected.rows)
    assert run.outputs == expected.outputs
