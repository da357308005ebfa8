"""Instances made or read in tests, redacted, and the outputs as files that a decoder reads."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from dicom_deid.api.dataset import joined
from dicom_deid.dicom.encoding import encode, encode_header
from dicom_deid.model import Element, Instance, Item, splice_size
from dicom_deid.pixels.redaction import Redacted, redact
from dicom_deid.regions import Rectangle, Region
from dicom_deid.scan import located
from made import to_bytes
from numpy.typing import NDArray
from pictured import InMemory
from pydicom import dcmread
from pydicom.dataset import Dataset

Values = NDArray[Any]


def opened(dataset: Dataset) -> tuple[InMemory, Instance]:
    """A data set as a file that is open."""
    source = InMemory(to_bytes(dataset))
    return source, located(source)


def redacted(dataset: Dataset, *regions: Region) -> tuple[Redacted, Dataset]:
    """The result for a data set, and the output as pydicom reads it."""
    source, instance = opened(dataset)
    result = redact(source, instance, regions)
    return result, dcmread(BytesIO(output(source, instance, result)))


def output(source: InMemory, instance: Instance, result: Redacted) -> bytes:
    """The file that a result describes; the rest of its header is that of the source."""
    pixels = instance.pixels
    assert pixels is not None
    elements = {element.tag: element for element in instance.data if element.tag < pixels.tag}
    elements |= {tag: element for tag, element in result.changes.items() if element is not None}
    for tag in (tag for tag, element in result.changes.items() if element is None):
        elements.pop(tag, None)
    meta = Item([element for element in instance.meta if element.tag not in (0x00020000, 0x00020010)])
    uid = result.transfer_syntax.encode()
    meta = Item([*meta, Element(0x00020010, "UI", uid + b"\0" * (len(uid) % 2))])
    meta.sort(key=lambda element: element.tag)
    value = joined(result.segments, instance.inflated or source.read(0, source.size))
    assert len(value) == splice_size(result.segments)
    element = Element(pixels.tag, pixels.vr, b"", None, pixels.encapsulated)
    explicit = type(instance.syntax)(explicit=True, little=True)
    header = encode(Item([element.whole() for _, element in sorted(elements.items())]), instance.syntax)
    last = encode_header(element, len(value), instance.syntax)
    return bytes(128) + b"DICM" + encode(meta, explicit) + header + last + value


def inside(shape: Sequence[int], *rectangles: Rectangle) -> NDArray[np.bool_]:
    """Which pixels of a frame rectangles cover."""
    mask = np.zeros(shape[:2], bool)
    for left, top, right, bottom in rectangles:
        mask[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = True
    return mask
