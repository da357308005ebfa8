"""Facts of pydicom and the core about the same bytes, expected by the tests of the worker's modules under Node."""

import base64
import hashlib
import hmac
import io
import random
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom.data
from codestreams import ASTRAY, HIDING, STAYING
from conftest import SHARED_CORPUS
from dicom_deid.dicom.asides import asides
from dicom_deid.dicom.fragments import SEQUENCE_END, fragments
from dicom_deid.dicom.is_dicom import start_of
from dicom_deid.errors import Withheld
from dicom_deid.index.entry import FIELDS, NUMBERS
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate, parse_basic_offsets, parse_fragments

KEY = bytes(range(32))
PATHS = ["a.dcm", "Müller^Jörg/IMG 0001", "日本/画像.dcm", "x" * 500, ""]
LOOK_BYTES = 4096
PREAMBLE_BYTES = 132  # with "DICM"
MUTANTS_PER_FILE = 5
ITEM_HEADER_BYTES = 8
ZIP_HEADER_BYTES = 30


def sample_files() -> list[Path]:
    # Its own search would try to download the files that are not bundled.
    bundled = Path(pydicom.data.__file__).parent / "test_files"
    files = [path for folder in (bundled, SHARED_CORPUS) for path in sorted(folder.rglob("*"))]
    return [path for path in files if path.is_file()]


def described(path: Path) -> dict[str, Any]:
    head = path.read_bytes()[:LOOK_BYTES]
    size = path.stat().st_size
    start = start_of(head, size)
    row: dict[str, Any] = {"path": str(path), "dicom": start is not None, "preamble": start == PREAMBLE_BYTES}
    if row["dicom"]:
        row["uids"] = identifiers(path)
    return row


def identifiers(path: Path) -> dict[str, str] | None:
    """The values that pydicom reads, or None where it cannot: then peek only must not raise an error."""
    try:
        data = dcmread(path, force=True, stop_before_pixels=True)
        if list(data.keys()) != sorted(data.keys()):
            return None  # not in order (PS3.5 7.1): peek stops where the identifiers should have been
        deflated = data.file_meta.get("TransferSyntaxUID", "") == "1.2.840.10008.1.2.1.99"
        meta = str(data.file_meta.get("MediaStorageSOPInstanceUID", ""))
        names = ("Modality", "StudyInstanceUID", "SeriesInstanceUID")
        rest = ["" if deflated else str(data.get(name, "") or "") for name in names]
        instance = meta if deflated else str(data.get("SOPInstanceUID", "") or "") or meta
    except Exception:
        return None
    return dict(zip(("sopInstance", "modality", "study", "series"), (instance, *rest), strict=True))


def encapsulated() -> Iterator[dict[str, Any]]:
    """Files with encapsulated pixel data, and where pydicom says that they end."""
    for path in sample_files():
        if start_of(path.read_bytes()[:LOOK_BYTES], path.stat().st_size) is None:
            continue
        try:
            data = dcmread(path, force=True)
            element = data.get_item(0x7FE00010)
        except Exception:
            continue
        if not isinstance(data, FileDataset) or not isinstance(element, RawDataElement):
            continue
        if element.length != 0xFFFFFFFF or not isinstance(element.value, bytes):
            continue
        if "TransferSyntaxUID" not in data.file_meta or not data.file_meta.TransferSyntaxUID.is_encapsulated:
            continue
        items = io.BytesIO(element.value)
        parse_basic_offsets(items)
        count = parse_fragments(items)[0] + 1
        end = element.value_tell + len(element.value) + ITEM_HEADER_BYTES
        found = beside(path.read_bytes(), element.value_tell, end)
        yield {"path": str(path), "start": element.value_tell, "end": end, "count": count, **found}


def beside(whole: bytes, start: int, end: int) -> dict[str, Any]:
    """What the core finds beside the pictures."""
    read = lambda first, last: whole[first:last]  # noqa: E731
    try:
        found = asides(read, fragments(read, start, end))
    except Withheld:
        return {"asides": [], "images": -1}
    return {"asides": [place for aside in found.ranges for place in aside], "images": found.images}


def codestreams() -> Iterator[dict[str, Any]]:
    """Encapsulated pixel data of frames that hide something, or go astray: whole, and cut into two fragments."""
    for frame in (*HIDING.values(), *STAYING.values(), *ASTRAY.values()):
        for cut in (len(frame), *range(2, len(frame), 6)):
            parts = [one for one in (frame[:cut], frame[cut:]) if one]
            whole = encapsulate(parts, has_bot=False) + SEQUENCE_END + bytes(4)
            found = beside(whole, 0, len(whole))
            yield {
                "whole": base64.b64encode(whole).decode(),
                "start": 0,
                "end": len(whole),
                "count": len(parts) + 1,
                **found,
            }


def mutants() -> Iterator[dict[str, Any]]:
    """Heads with bytes changed, and what the core's second look says of each."""
    chance = random.Random(2026)
    for path in sample_files():
        whole = path.read_bytes()
        for _ in range(MUTANTS_PER_FILE):
            start = chance.choice((0, 132, 0, 132, 128))
            head = bytearray(whole[start : start + chance.choice((8, 20, 200, LOOK_BYTES))])
            for _ in range(chance.randrange(3)):
                if head:
                    head[chance.randrange(min(len(head), 32))] = chance.randrange(256)
            size = max(len(head), chance.choice((0, len(whole) - start)))
            dicom = start_of(bytes(head), size) is not None
            yield {"head": base64.b64encode(head).decode(), "size": size, "dicom": dicom}


def archive() -> bytes:
    """A ZIP of CT_small.dcm under several names, of which one entry has a wrong CRC."""
    whole = Path(str(get_testdata_file("CT_small.dcm"))).read_bytes()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.mkdir("folder")
        made.writestr("stored.dcm", whole, zipfile.ZIP_STORED)
        made.writestr("deflated.dcm", whole, zipfile.ZIP_DEFLATED)
        made.writestr("a/heron.dcm", whole, zipfile.ZIP_DEFLATED)
        made.writestr("bad.dcm", whole, zipfile.ZIP_STORED)
        made.writestr("empty", b"")
        bad = made.getinfo("bad.dcm")
    content = bytearray(target.getvalue())
    content[bad.header_offset + ZIP_HEADER_BYTES + len(bad.filename) + len(whole) // 2] ^= 1
    return bytes(content)


def locked() -> bytes:
    """A ZIP whose entries say that they are encrypted; nobody gets so far as to need the password."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("stored.dcm", b"unreadable")
    content = bytearray(target.getvalue())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1
    return bytes(content)


def central(content: bytes | bytearray, name: str) -> int:
    """Where the header of an entry begins in the central directory."""
    return content.rindex(b"PK\x01\x02", 0, content.rindex(name.encode()))


def odd_archive() -> bytes:
    """A ZIP of CT_small.dcm with what a careless or hostile program makes, and something before its beginning."""
    whole = Path(str(get_testdata_file("CT_small.dcm"))).read_bytes()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of names that are there already
        for name in ("twice.dcm", "twice (2).dcm", "twice.dcm", "../out.dcm", "/top.dcm", "C:\\x.dcm", "a/..b.dcm"):
            made.writestr(name, whole)
        made.writestr("bzip2.dcm", whole, zipfile.ZIP_BZIP2)
        for name in ("bomb.dcm", "longer.dcm", "shorter.dcm", "onto.dcm", "moved.dcm"):
            made.writestr(name, whole)
        with made.open("zip64.dcm", "w", force_zip64=True) as entry:
            entry.write(whole)
        made.writestr("cp437 \u00fc.dcm", whole)
        onto = made.getinfo("onto.dcm").header_offset
    content = bytearray(target.getvalue())
    for name, size in (("bomb.dcm", 2**30), ("longer.dcm", len(whole) - 1), ("shorter.dcm", len(whole) + 1)):
        struct.pack_into("<I", content, central(content, name) + 24, size)
    struct.pack_into("<I", content, central(content, "moved.dcm") + 42, onto)
    at = central(content, "cp437 \u00fc.dcm")
    content[at + 9] &= ~0x08  # no longer said to be UTF-8
    return b"#!/bin/unpack\n" + bytes(content)


def source_id(path: str) -> str:
    return hmac.new(KEY, b"dicom-deid:source\0" + path.encode(), hashlib.sha256).hexdigest()[:20]


def facts() -> dict[str, Any]:
    """All that Python says, for the tests in JavaScript."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pydicom, about what is wrong in the samples
        return {
            "files": [described(path) for path in sample_files()],
            "encapsulated": list(encapsulated()),
            "codestreams": list(codestreams()),
            "mutants": list(mutants()),
            "archive": base64.b64encode(archive()).decode(),
            "odd": base64.b64encode(odd_archive()).decode(),
            "crcs": [[length, zlib.crc32((KEY * 9)[:length])] for length in (0, 1, 7, 8, 9, 31, 250)],
            "locked": base64.b64encode(locked()).decode(),
            "key": KEY.hex(),
            "fields": FIELDS,
            "numbers": sorted(NUMBERS),
            "sourceIds": {path: source_id(path) for path in PATHS},
        }
