"""Every way in which a file stores an object: the native encodings, encapsulated pixels, UN, and litter around it."""

from __future__ import annotations

import copy
import random
import struct
from collections.abc import Iterable
from io import BytesIO

import pydicom
from base import Study
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_sequence_item

IMPLICIT, EXPLICIT, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
DEFLATED, RLE = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5"
JPEG, LOSSLESS, JPEG_LS = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80"
JPEG_2000 = "1.2.840.10008.1.2.4.90"
NATIVE = (EXPLICIT, IMPLICIT, DEFLATED, BIG)
BEHIND = b"ZEPHYR LITTER BEHIND THE DATA SET"
SOURCE_AE, PRIVATE_META = "ZEPHYRAE", b"ZEPHYR-PRIVATE-META!"


def fragments(dataset: Dataset, syntax: str, dice: random.Random) -> bytes:
    """Pixel data that look encapsulated; nothing here decodes them, and nothing may change a byte of them."""
    frames = []
    for _ in range(int(dataset.get("NumberOfFrames", 1))):
        body = dice.randbytes(dice.randrange(200, 400)).replace(b"\xff", b"\xfe")
        frame = bytes((1, 0, 0, 0, 64)) + bytes(59) + body if syntax == RLE else b"\xff\xd8" + body + b"\xff\xd9"
        frames.append(frame + bytes(len(frame) % 2))
    return encapsulate(frames, fragments_per_frame=2, has_bot=dice.random() < 0.5)


def items(made: Iterable[Dataset], charset: str | list[str]) -> bytes:
    """Items in Implicit VR Little Endian, as they stand in what was not decoded (PS3.5 6.2.2)."""
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, True
    for item in made:
        write_sequence_item(out, copy.deepcopy(item), pydicom.charset.convert_encodings(charset))
    return out.getvalue()


def as_unknown(dataset: Dataset, keyword: str) -> bytes:
    """Stores a sequence with VR UN."""
    value = items(dataset[keyword].value, dataset.get("SpecificCharacterSet") or "ISO_IR 6")
    tag = dataset[keyword].tag
    dataset[tag] = DataElement(tag, "OB", value)  # made UN in the written bytes: pydicom would decode it
    return struct.pack("<HH", tag.group, tag.element)


def behind(dataset: Dataset, syntax: str, keywords: tuple[str, ...]) -> bytes:
    """Takes elements out of a data set: their bytes, as some writers append them behind Pixel Data."""
    taken = Dataset()
    for keyword in keywords:
        taken[keyword] = dataset[keyword]
        del dataset[keyword]
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = syntax != BIG, syntax == IMPLICIT
    write_dataset(out, taken, dataset.get("SpecificCharacterSet") or "ISO_IR 6")
    return out.getvalue()


def stored(
    source: Dataset,
    study: Study,
    syntax: str,
    *,
    litter: bool,
    unknown: tuple[str, ...] = (),
    appended: tuple[str, ...] = (),
) -> bytes:
    """The file: a preamble and file meta information full of identifiers, the data set, and perhaps litter behind.

    ``unknown`` are stored as UN, ``appended`` behind Pixel Data.
    """
    dataset = copy.deepcopy(source)
    last = behind(dataset, syntax, appended)
    if syntax not in NATIVE:
        dataset["PixelData"].VR = "OB"
        dataset.PixelData = fragments(dataset, syntax, study.dice)
        dataset["PixelData"].is_undefined_length = True
    patched: list[bytes] = []
    if syntax in (EXPLICIT, JPEG, LOSSLESS, JPEG_LS, JPEG_2000, RLE):
        patched = [as_unknown(dataset, keyword) for keyword in unknown if keyword in dataset]
    meta = dataset.file_meta
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    meta.SourceApplicationEntityTitle = SOURCE_AE
    meta.PrivateInformationCreatorUID, meta.PrivateInformation = study.uid("meta"), PRIVATE_META
    dataset.preamble = f"II*\0{study.person.patient_id} {study.accession}".encode().ljust(128, b"\0")
    if litter and syntax != DEFLATED:
        dataset.add_new(0xFFFCFFFC, "OB", b"ZEPHYR PADDING")
    out = BytesIO()
    pydicom.dcmwrite(out, dataset, enforce_file_format=True)
    data = out.getvalue() + last
    for tag in patched:
        data = data.replace(tag + b"OB\0\0", tag + b"UN\0\0", 1)
    return data + (BEHIND if litter and syntax != DEFLATED and "PixelData" in dataset else b"")
