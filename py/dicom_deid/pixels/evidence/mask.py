"""Evidence of a mask: a segmentation that somebody brings, such as of a face; what it marks is to be made blank.

A plane of the mask counts for an instance of one frame that is the same plane of the same frame of reference: its
orientation, spacing, size and position. Nothing is resampled. What is marked is carried as rectangles that cover it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset

from dicom_deid.dicom.encoding import ascii_text
from dicom_deid.errors import Failed, Refused, Unwritten
from dicom_deid.frames import frames_of
from dicom_deid.model import Instance
from dicom_deid.pixels.alike import frame_count, size
from dicom_deid.preview.frames import LARGEST, Frames
from dicom_deid.readable import Readable
from dicom_deid.regions import Box, Rectangle

LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
"""Label Map Segmentation Storage, which pydicom has no name for."""
KINDS = (uid.SegmentationStorage, LABEL_MAP)
REFERENCE, POSITION, ORIENTATION, SPACING = 0x00200052, 0x00200032, 0x00200037, 0x00280030
MOST = 256
"""Rectangles of a plane. Where more would be needed, the mask is covered by squares of 2, 4 or more pixels."""
NEAR, ALIKE = 0.05, 1e-3
"""Millimetres between two positions that are one, and the difference of directions and spacings that are."""
Marked = NDArray[np.bool_]
Tell = Callable[[float], object]
"""Is told how much of a mask is read, from 0 to 1: half of it are its frames, half the rectangles over them."""


class Plane(NamedTuple):
    """A plane of the mask."""

    rows: int
    columns: int
    geometry: tuple[float, ...]
    """Directions of rows and columns, and Pixel Spacing."""
    position: tuple[float, ...]
    rectangles: tuple[Rectangle, ...]

    def is_of(self, place: tuple[int, int], geometry: tuple[float, ...], position: tuple[float, ...]) -> bool:
        """Whether a picture is of this plane."""
        alike = len(geometry) == len(self.geometry) and np.allclose(geometry, self.geometry, rtol=0, atol=ALIKE)
        return (self.rows, self.columns) == place and alike and np.allclose(position, self.position, rtol=0, atol=NEAR)


class Mask(NamedTuple):
    """A segmentation, as rectangles for each plane in which it marks something."""

    frame_of_reference: str
    planes: tuple[Plane, ...]

    def is_near(self, instance: Instance) -> bool:
        """Whether an instance is of the same frame of reference."""
        return ascii_text(instance.data.get(REFERENCE)) == self.frame_of_reference

    def boxes(self, instance: Instance) -> tuple[Box, ...]:
        """What the mask marks in an instance."""
        if not self.is_near(instance) or frame_count(instance) != 1:
            return ()
        position, directions, spacing = (numbers(instance, tag) for tag in (POSITION, ORIENTATION, SPACING))
        if (len(position), len(directions), len(spacing)) != (3, 6, 2):
            return ()
        place, geometry = size(instance), (*directions, *spacing)
        found = {one for plane in self.planes if plane.is_of(place, geometry, position) for one in plane.rectangles}
        return tuple(Box(one, evidence="mask") for one in sorted(found))


def numbers(instance: Instance, tag: int) -> tuple[float, ...]:
    """The numbers of a decimal string; none where they are no such."""
    try:
        found = tuple(float(part) for part in ascii_text(instance.data.get(tag)).split("\\"))
    except ValueError:
        return ()
    return found if np.isfinite(found).all() else ()


def unheard(share: float) -> None:
    """Tells nobody."""


def read_mask(source: Readable, tell: Tell = unheard) -> Mask:
    """The mask of an open file. Raises Refused BAD_MASK."""
    try:
        return mask_of(frames_of(source, LARGEST), tell)
    except Unwritten:
        raise Refused("BAD_MASK") from None


def mask_of(frames: Frames, tell: Tell) -> Mask:
    """The mask of a segmentation: all of its segments together.

    Raises Refused BAD_MASK where it is none, or does not say where its frames lie, Failed where one cannot be read.
    """
    header = frames.dataset
    try:
        if header.SOPClassUID not in KINDS:
            raise Refused("BAD_MASK")
        # Eight pixels in a byte: of hundreds of planes, a page has not the memory for one each.
        found: dict[tuple[tuple[float, ...], tuple[float, ...]], NDArray[np.uint8]] = {}
        for number, (place, frame) in enumerate(zip(places(header), frames, strict=True), 1):
            if isinstance(frame, Failed):
                raise frame
            marked = np.packbits(marks(header, frame.values))
            known = found.get(place)
            found[place] = marked if known is None else known | marked
            tell(number / frames.count / 2)
        reference, rows, columns = str(header.FrameOfReferenceUID), int(header.Rows), int(header.Columns)
        planes = []
        for number, ((geometry, position), marked) in enumerate(found.items(), 1):
            if marked.any():
                covered = covering(unpacked(marked, rows, columns))
                planes.append(Plane(rows, columns, geometry, position, covered))
            tell((1 + number / len(found)) / 2)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise Refused("BAD_MASK") from None
    if not planes or not reference:
        raise Refused("BAD_MASK")
    return Mask(reference, tuple(planes))


def places(header: Dataset) -> Iterator[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Geometry and position of each frame (PS3.3 C.7.6.16), from the functional groups that it shares or has alone."""
    shared = header.SharedFunctionalGroupsSequence[0]
    for own in header.PerFrameFunctionalGroupsSequence:

        def group(name: str, own: Mapping[Any, Any] = own) -> Any:
            return (own[name] if name in own else shared[name]).value[0]

        directions = group("PlaneOrientationSequence").ImageOrientationPatient
        spacing = group("PixelMeasuresSequence").PixelSpacing
        position = tuple(float(one) for one in group("PlanePositionSequence").ImagePositionPatient)
        geometry = tuple(float(one) for one in (*directions, *spacing))
        if (len(geometry), len(position)) != (8, 3):
            raise ValueError
        yield geometry, position


def marks(header: Dataset, values: NDArray[Any]) -> Marked:
    """The pixels that a frame marks. In a label map one value is the background, else it is 0."""
    background = header.get("PixelPaddingValue", 0) if header.SOPClassUID == LABEL_MAP else 0
    if values.ndim != 2:
        raise ValueError
    marked: Marked = values != int(background or 0)
    return marked


def unpacked(bits: NDArray[np.uint8], rows: int, columns: int) -> Marked:
    """A plane of the mask of the bits that it was kept as."""
    return np.unpackbits(bits, count=rows * columns).reshape(rows, columns).astype(np.bool_)


def covering(marked: Marked) -> tuple[Rectangle, ...]:
    """Rectangles that cover what is marked: exactly that, or in squares where they would be too many."""
    rows, columns = marked.shape
    step = 1
    coarse: Marked = marked
    while len(found := rectangles(coarse)) > MOST:
        step *= 2
        padded = np.pad(marked, ((0, -rows % step), (0, -columns % step)))
        coarse = np.any(padded.reshape(padded.shape[0] // step, step, padded.shape[1] // step, step), axis=(1, 3))
    return tuple(
        Rectangle(left * step, top * step, min(right * step, columns), min(bottom * step, rows))
        for left, top, right, bottom in found
    )


def rectangles(marked: Marked) -> list[Rectangle]:
    """Runs of rows, those that are alike from row to row made one."""
    edges = np.diff(np.pad(marked.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    grown: dict[tuple[int, int], tuple[int, int]] = {}
    done: list[Rectangle] = []
    for (row, left), (_, right) in zip(starts.tolist(), ends.tolist(), strict=True):
        top, bottom = grown.get((left, right), (row, row))
        if bottom != row:
            done.append(Rectangle(left, top, right, bottom))
            top = row
        grown[left, right] = top, row + 1
    return done + [Rectangle(left, top, right, bottom) for (left, right), (top, bottom) in grown.items()]
