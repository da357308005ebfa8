"""De-identifies a pydicom Dataset in memory."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from io import BytesIO

from pydicom import Dataset, dcmread, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from dicom_deid.api import agree
from dicom_deid.errors import Failed
from dicom_deid.model import Outcome
from dicom_deid.pipeline import process
from dicom_deid.policy import Plan
from dicom_deid.profile import is_transfer_syntax
from dicom_deid.readable import Readable
from dicom_deid.scan import NATIVE
from dicom_deid.silence import NO_WARNINGS
from dicom_deid.splice import Copy, Fill, Splice, Stripes

FIRST_GROUP = 0x0008
"""No data set has elements of lower groups (PS3.5 7.1)."""
PIXEL_DATA, ITEM = 0x7FE00010, b"\xfe\xff\x00\xe0"
"""The tag, and the bytes with which fragments begin."""


def deidentify_dataset(dataset: Dataset, plan: Plan, *, run_code: bool = False) -> tuple[Dataset | None, Outcome]:
    """The de-identified copy of a data set, and its outcome; None for the copy where it is not written.

    Of a data set as `pydicom.dcmread` gives it, the elements have the bytes that `deidentify_file` writes of the same
    file. Pixel data keep theirs; nothing is decoded. ``dataset`` is not changed. It is stored in the transfer syntax
    that its file meta information names, without one as it was read, and one that was made in memory in Explicit VR
    Little Endian. One that cannot be stored is "failed" for MALFORMED; nothing that it holds raises an exception.

    ``run_code``: you have read the code that the policy brings, and it may run. Raises PolicyError CODE_NOT_AGREED
    where the policy brings some without that, RULE_NOT_LOADED where it fails at once.

    >>> from pydicom import examples
    >>> from dicom_deid import Plan, Policy, deidentify_dataset
    >>> plan = Plan(Policy(), passphrase="seven grey herons by the weir")
    >>> copy, outcome = deidentify_dataset(examples.mr, plan)
    >>> outcome.written, copy.PixelData == examples.mr.PixelData
    (True, True)

    A kind of object that often shows names in its pixels is withheld:

    >>> copy, outcome = deidentify_dataset(examples.palette_color, plan)
    >>> copy is None, outcome.status, outcome.reason
    (True, 'withheld', 'SOP_CLASS_WITHHELD')
    >>> outcome.remedy.split(";")[0]
    'Look at the objects. If they show no name, allow their SOP Class under What to keep and run again'
    """
    agree(plan, run_code)
    if not isinstance(dataset, Dataset):
        raise TypeError("a pydicom Dataset is expected")
    try:
        data = stored(dataset)
    except Failed as failure:
        return None, Outcome(failure.status, failure.reason)
    outcome = process(Stored(data), plan, "", repeat=False)
    if not outcome.written:
        return None, outcome
    output = joined(outcome.splice, data)
    del data
    with NO_WARNINGS:
        return dcmread(BytesIO(output)), replace(outcome, splice=())


class Stored(Readable):
    """A file in memory, all of it at hand."""

    def __init__(self, data: bytes) -> None:
        super().__init__(len(data), len(data))
        self._data = data

    def read(self, start: int, end: int) -> bytes:
        return self._data[start:end]


def stored(dataset: Dataset) -> bytes:
    """The file (PS3.10) of a data set, of which nothing is changed. Raises Failed."""
    try:
        copy = deepcopy(dataset)
        copy.file_meta = FileMetaDataset() if getattr(copy, "file_meta", None) is None else copy.file_meta
        copy.preamble = bytes(128)
        if not copy.file_meta.get("TransferSyntaxUID"):
            copy.file_meta.TransferSyntaxUID = syntax_of(copy)
        if not is_transfer_syntax(copy.file_meta.TransferSyntaxUID):
            raise Failed("UNSUPPORTED_TRANSFER_SYNTAX")
        with NO_WARNINGS:
            return written(copy)
    except Failed:
        raise
    except Exception:
        # The text of an error of pydicom may quote a value; only the code goes on.
        raise Failed("MALFORMED") from None


def written(dataset: Dataset) -> bytes:
    """The bytes of a file. Raises Failed PIXELS_DISAGREE, and whatever pydicom does."""
    file = DicomBytesIO()
    try:
        dcmwrite(file, dataset, enforce_file_format=False)
    except Exception:
        if dataset.file_meta.TransferSyntaxUID in NATIVE or any(tag.group < FIRST_GROUP for tag in dataset._dict):
            raise
        pixels = dataset.get_item(PIXEL_DATA)
        if pixels is not None and not bytes(pixels.value).startswith(ITEM):
            raise Failed("PIXELS_DISAGREE") from None
        return as_read(dataset)
    return file.getvalue()


def as_read(dataset: Dataset) -> bytes:
    """The bytes of a file in a compressed transfer syntax that pydicom does not know, or that its pixel data disagree
    with: that is for the scan to judge."""
    file = DicomBytesIO()
    file.write(bytes(128) + b"DICM")
    write_file_meta_info(file, dataset.file_meta, enforce_standard=False)
    file.is_implicit_VR = any(getattr(raw, "is_implicit_VR", False) for raw in dataset._dict.values())
    file.is_little_endian = True
    write_dataset(file, dataset)
    return file.getvalue()


def syntax_of(dataset: Dataset) -> UID:
    """The transfer syntax of a data set that names none."""
    implicit, little = dataset.original_encoding
    if little is False:
        return ExplicitVRBigEndian
    return ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian


def joined(splice: Splice, data: bytes) -> bytes:
    """The output that a splice of ``data`` describes."""
    whole = memoryview(data)
    parts: list[bytes | bytearray | memoryview] = []
    for segment in splice:
        match segment:
            case Copy(start, end):
                parts.append(whole[start:end])
            case Fill(count, byte):
                parts.append(bytes([byte]) * count)
            case Stripes(start=start):
                part = bytearray(whole[start : segment.end])
                segment.over(part)
                parts.append(part)
            case bytes():
                parts.append(segment)
    return b"".join(parts)
