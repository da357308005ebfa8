"""Instances made or read in tests, redacted, and the outputs as files that another decoder reads."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from dicom_deid.api.dataset import joined
from dicom_deid.dicom.encoding import encode, encode_header
from dicom_deid.model import Element, Instance, Item, Syntax
from dicom_deid.pixels.redaction import Redacted, redact
from dicom_deid.regions import Rectangle, Region
from dicom_deid.scan import located
from dicom_deid.splice import splice_size
from hypothesis import strategies as st
from made import to_bytes
from numpy.typing import NDArray
from pictured import InMemory
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import get_decoder

Values = NDArray[Any]
PLUGINS = ("pylibjpeg", "pydicom")
"""Decoders of others, not those of the preview."""


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
    uid = result.transfer_syntax.encode()
    meta = Item([element for element in instance.meta if element.tag not in (0x00020000, 0x00020010)])
    meta = Item(sorted([*meta, Element(0x00020010, "UI", uid + b"\0" * (len(uid) % 2))], key=lambda one: one.tag))
    value = joined(result.segments, instance.inflated or source.read(0, source.size))
    assert len(value) == splice_size(result.segments)
    element = Element(pixels.tag, pixels.vr, b"", None, pixels.encapsulated)
    header = encode(Item([element.whole() for _, element in sorted(elements.items())]), instance.syntax)
    last = encode_header(element, len(value), instance.syntax)
    data = header + last + value
    if instance.inflated is not None:
        packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        data = packer.compress(data) + packer.flush()
    return bytes(128) + b"DICM" + encode(meta, Syntax(explicit=True, little=True)) + data


def inside(shape: Sequence[int], rectangles: Iterable[Rectangle]) -> NDArray[np.bool_]:
    """Which pixels of a frame rectangles cover."""
    mask = np.zeros(shape[:2], bool)
    for left, top, right, bottom in rectangles:
        mask[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = True
    return mask


def covered(shape: Sequence[int], regions: Iterable[Region], frame: int, frames: int) -> NDArray[np.bool_]:
    """Which pixels of a frame, counted from 0, regions cover."""
    return inside(shape, [one for one, first, last in regions if first <= frame + 1 <= (last or frames)])


def frames_by_another(dataset: Dataset) -> list[Values]:
    """All frames as they are stored, by a decoder of others."""
    decoder = get_decoder(dataset.file_meta.TransferSyntaxUID)
    count = int(dataset.get("NumberOfFrames") or 1)
    plugins = [one for one in PLUGINS if one in decoder.available_plugins] if decoder.is_encapsulated else [""]
    plugins = plugins or list(decoder.available_plugins)  # inside Pyodide there are no others
    return [decoder.as_array(dataset, index=n, raw=True, decoding_plugin=plugins[0])[0] for n in range(count)]


def smooth(rows: int, columns: int, samples: int = 1, seed: int = 0, most: int = 255) -> Values:
    """A picture as a scanner could make it: hills and some noise."""
    random = np.random.default_rng(seed)
    hills = np.cumsum(np.cumsum(random.normal(size=(rows, columns, samples)), 0), 1)
    hills = (hills - hills.min()) / (hills.max() - hills.min()) * most + random.normal(size=hills.shape) * most / 60
    values = np.clip(hills, 0, most).astype("u1" if most < 256 else "u2")
    return values[..., 0] if samples == 1 else values


def some_regions(rows: int, columns: int, frames: int) -> st.SearchStrategy[list[Region]]:
    """Regions within a picture, over its edges and beside it, in some of its frames."""
    across, down = st.integers(-2, columns + 2), st.integers(-2, rows + 2)
    corners = st.tuples(across, down, st.integers(1, columns), st.integers(1, rows))
    rectangles = corners.map(lambda c: Rectangle(c[0], c[1], c[0] + c[2], c[1] + c[3]))
    ranges = st.tuples(st.integers(1, frames + 1), st.integers(0, frames))
    one = st.builds(lambda r, f: Region(r, f[0], f[0] + f[1] - 1 if f[1] else 0), rectangles, ranges)
    return st.lists(one, min_size=1, max_size=4)
