"""How the stored values of a frame are meant to be shown: what its data set says (PS3.3 C.7.6, C.11).

Attributes of a frame stand in the functional groups of that frame, in the shared ones, or in the data set itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut

from dicom_deid.errors import Failed
from dicom_deid.silence import NO_WARNINGS

LINEAR, LINEAR_EXACT, SIGMOID = "LINEAR", "LINEAR_EXACT", "SIGMOID"
GREY = ("MONOCHROME1", "MONOCHROME2")
COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT")
PALETTE = "PALETTE COLOR"
SPACINGS = ("ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio")
"""Attributes for the shape of pixels, beside Pixel Spacing: from row to row, and from column to column."""


class Window(NamedTuple):
    """A window (C.11.2.1.2): which rescaled values go from black to white, and along which curve."""

    center: float
    width: float
    function: str = LINEAR
    explanation: str = ""


class Table(NamedTuple):
    """A lookup table: the value that its first entry is for, and its entries; ``top``: the largest they can be."""

    first: int
    entries: NDArray[np.float64]
    top: float


@dataclass(frozen=True, eq=False)
class Display:
    """How one frame is meant to be shown."""

    photometric: str
    modality: Table | None
    slope: float
    intercept: float
    voi: Table | None
    windows: tuple[Window, ...]
    inverse: bool
    """Whether the lowest value is white."""
    padding: tuple[float, float] | None
    """Stored values from the one to the other are no part of the image (C.7.5.1.1.2)."""
    palette: NDArray[np.uint8] | None
    """Red, green and blue of each pattern of bits that a sample can have."""


def display_of(dataset: Dataset, frame: int) -> Display:
    """How frame number ``frame``, from 0, is meant to be shown. Raises Failed for kinds that are not known."""
    photometric = str(dataset.get("PhotometricInterpretation") or "MONOCHROME2").strip()
    if photometric not in (*GREY, *COLOUR, PALETTE):
        raise Failed("PIXELS_UNKNOWN")
    with NO_WARNINGS:  # they quote values
        rescale = group(dataset, frame, "PixelValueTransformationSequence")
        slope, intercept = number(rescale, "RescaleSlope"), number(rescale, "RescaleIntercept")
        if slope is None or intercept is None:
            slope, intercept = 1.0, 0.0
        voi = group(dataset, frame, "FrameVOILUTSequence")
        return Display(
            photometric,
            table_of(dataset, "ModalityLUTSequence"),
            slope,
            intercept,
            table_of(voi, "VOILUTSequence"),
            windows_of(voi),
            photometric == "MONOCHROME1" or str(dataset.get("PresentationLUTShape")) == "INVERSE",
            padding_of(dataset),
            palette_of(dataset) if photometric == PALETTE else None,
        )


def group(dataset: Dataset, frame: int, keyword: str) -> Dataset:
    """Where a frame's attributes of a functional group stand (C.7.6.16)."""
    frames, shared = dataset.get("PerFrameFunctionalGroupsSequence"), dataset.get("SharedFunctionalGroupsSequence")
    for items, place in ((frames, frame), (shared, 0)):
        if items and place < len(items) and items[place].get(keyword):
            found: Dataset = items[place].get(keyword)[0]
            return found
    return dataset


def numbers(dataset: Dataset, keyword: str) -> list[float]:
    """The values of a numeric attribute; none where it is not there or is no number."""
    try:
        value = dataset.get(keyword)
        values = [value] if isinstance(value, (int, float)) else list(value or ())
        return [float(value) for value in values if np.isfinite(float(value))]
    except (TypeError, ValueError, OverflowError):
        return []


def number(dataset: Dataset, keyword: str) -> float | None:
    """The first value of a numeric attribute."""
    return next(iter(numbers(dataset, keyword)), None)


def aspect_of(dataset: Dataset, frame: int) -> float:
    """How high a pixel is, its width being 1 (C.7.6.3.1.7): of the spacing, or of the ratio where none is told."""
    measures = group(dataset, frame, "PixelMeasuresSequence")
    pairs = [numbers(measures, "PixelSpacing")]
    pairs += [numbers(dataset, keyword) for keyword in SPACINGS]
    found = next((pair for pair in pairs if len(pair) == 2 and min(pair) > 0), (1.0, 1.0))
    return found[0] / found[1]


def windows_of(dataset: Dataset) -> tuple[Window, ...]:
    """The windows that the data set proposes."""
    function = str(dataset.get("VOILUTFunction") or LINEAR).strip()
    said = dataset.get("WindowCenterWidthExplanation") or ""
    explanations = [said] if isinstance(said, str) else [str(text) for text in said]
    pairs = zip(numbers(dataset, "WindowCenter"), numbers(dataset, "WindowWidth"), strict=False)
    return tuple(
        Window(center, width, function, explanations[place] if place < len(explanations) else "")
        for place, (center, width) in enumerate(pairs)
        if width > 0
    )


def table_of(dataset: Dataset, keyword: str) -> Table | None:
    """The first lookup table of a sequence (C.11.1, C.11.2), if it is whole."""
    items = dataset.get(keyword)
    descriptor = items[0].get("LUTDescriptor") if items else None
    data: Any = items[0].get("LUTData") if items else None
    if descriptor is None or len(descriptor) != 3 or data is None:
        return None
    if isinstance(data, bytes):
        order = "<" if dataset.is_little_endian is not False else ">"
        narrow = len(data) == (descriptor[0] or 65_536) and descriptor[2] <= 8
        data = np.frombuffer(data[: len(data) // 2 * 2], "u1" if narrow else f"{order}u2")
    entries = np.asarray(data, np.float64)[: descriptor[0] or 65_536]
    return Table(int(descriptor[1]), entries, float(2 ** descriptor[2] - 1)) if entries.size else None


def padding_of(dataset: Dataset) -> tuple[float, float] | None:
    """The range of stored values that pad the image out, both ends in it."""
    value = number(dataset, "PixelPaddingValue")
    if value is None:
        return None
    limit = number(dataset, "PixelPaddingRangeLimit")
    return min(value, value if limit is None else limit), max(value, value if limit is None else limit)


def palette_of(dataset: Dataset) -> NDArray[np.uint8]:
    """The colours of a palette (C.7.6.3.1.5), for each pattern of bits that a sample can have."""
    bits, signed = int(dataset.get("BitsAllocated") or 8), bool(dataset.get("PixelRepresentation"))
    if bits not in (8, 16):
        raise Failed("PIXELS_UNKNOWN")
    patterns = np.arange(1 << bits, dtype=f"u{bits // 8}")
    values = patterns.view(f"i{bits // 8}") if signed else patterns
    try:
        colours = apply_color_lut(values.astype(np.int32), dataset)[:, :3]
    except (AttributeError, TypeError, ValueError, IndexError, NotImplementedError):
        raise Failed("PIXELS_UNKNOWN") from None
    return (colours >> 8 if colours.dtype.itemsize > 1 else colours).astype(np.uint8)
