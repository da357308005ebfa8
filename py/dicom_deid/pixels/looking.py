"""The look at the pictures of one instance: which are shown to a detector, and what its answers speak for.

Who has the detector stands outside: the command line in its own process, the page in another thread.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicom_deid.admission import admit
from dicom_deid.deidentify.cached import CachedDeidentifier
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.facts import facts_of
from dicom_deid.model import Instance
from dicom_deid.pixels.detection.numbers import Kind, numbers
from dicom_deid.pixels.evidence.mask import Mask
from dicom_deid.pixels.evidence.words import names
from dicom_deid.pixels.sighting import Sighting, by_header
from dicom_deid.policy import Plan
from dicom_deid.preview.display import Window
from dicom_deid.preview.frames import Frames
from dicom_deid.preview.painting import PLAIN, Painter, Tuning
from dicom_deid.preview.picture import Picture
from dicom_deid.regions import Box, Rectangle
from dicom_deid.scan import inspect
from dicom_deid.silence import NO_WARNINGS
from dicom_deid.source_and_sink import Source

MOST_FRAMES = 10
"""Frames of a cine that are looked at, the first and the last among them. What one shows counts for all."""
Pixels = NDArray[np.uint8]


class Read(NamedTuple):
    """A place of a picture that may be text, as a detector tells it, and what it reads there."""

    rectangle: Rectangle
    text: str


class Looking:
    """Begins to look at instance after instance under one plan."""

    def __init__(self, plan: Plan, *, every_kind: bool = False, mask: Mask | None = None) -> None:
        """``every_kind``: also those that are written without Clean Pixel Data; ``mask``: and those that it marks."""
        self._plan, self._every_kind, self._mask = plan, every_kind, mask
        self._painter = Painter()

    def begin(self, source: Source, source_id: str) -> Look | None:
        """The look at the instance of a source; None where no picture needs it.

        Raises Unwritten where it would not be written whatever its pixels show, and ShortRead.
        """
        with NO_WARNINGS:
            instance = inspect(source, self._plan.caches.of(ReadCache))
            facts = facts_of(instance)
            doubt = admit(self._plan.policy, facts)
            own = self._mask.boxes(instance) if self._mask and facts.picture else ()
            needed = bool(doubt) or self._every_kind
            if not facts.picture or not (needed or own):
                return None
            seen = by_header(instance, source_id, source.size, self._plan.key)._replace(own=own)
        return Look(source, instance, seen, "screen" if doubt else "anatomy", self._plan, self._painter, needed)


class Look:
    """The look at one instance."""

    def __init__(
        self, source: Source, instance: Instance, seen: Sighting, kind: Kind, plan: Plan, painter: Painter,
        needed: bool,
    ) -> None:  # fmt: skip
        """``needed``: whether its pictures are looked at; else only a mask marks something in them."""
        self.needed = needed
        self.instance, self.seen, self.kind = instance, seen, kind
        self._source, self._plan, self._painter = source, plan, painter
        self._found = set[Box]()

    def pictures(self) -> Generator[Pixels, Sequence[Read], None]:
        """Pictures of 8 bits, rows by columns or, in colour, by 3; each is answered by what was found in it.

        A picture in which something was found comes again with that blank. Raises Failed where a frame cannot be read.
        """
        with NO_WARNINGS:
            identifiers = CachedDeidentifier(self.instance, self._plan).identifiers
            frames = Frames(self.instance, self._source)
        for number in sample(frames.count):
            for shown in self.shown(frames[number]):
                found = yield shown
                if found:
                    found = [*found, *(yield blanked(shown, [one.rectangle for one in found]))]
                for one in found:
                    self._found.add(Box(one.rectangle, evidence="detector"))
                    if one.text and names(one.text, identifiers):
                        self._found.add(Box(one.rectangle, evidence="words"))

    def sighting(self) -> Sighting:
        """The sighting when all pictures are answered."""
        alarm = any(box.evidence == "words" for box in self._found)
        boxes = (*self.seen.boxes, *sorted(self._found))
        return self.seen._replace(boxes=boxes, detector=numbers().model, alarm=alarm)

    def unread(self, reason: str) -> Sighting:
        """The sighting where a frame could not be read, or the detector failed over it."""
        return self.seen._replace(unread=reason)

    def shown(self, picture: Picture) -> Iterator[Pixels]:
        """The picture as a viewer shows it and, of a grey screen with a window, with all of its values: 8 bits."""
        yield self.painted(picture, PLAIN)
        if self.kind == "screen" and picture.is_grey and picture.display.windows:
            low, high = (value * picture.display.slope + picture.display.intercept for value in picture.extent())
            yield self.painted(picture, Tuning(Window((low + high) / 2, max(abs(high - low), 1.0))))

    def painted(self, picture: Picture, tuning: Tuning) -> Pixels:
        """A picture as rows by columns or, in colour, by 3."""
        size: tuple[Any, ...] = picture.values.shape[:2]
        if picture.is_grey:
            grey: Pixels = self._painter.paint(picture, np.empty(size, np.uint8), tuning)
            return grey
        colours: Pixels = self._painter.paint(picture, np.empty(size, np.uint32), tuning).view(np.uint8)
        return np.ascontiguousarray(colours.reshape(*size, 4)[..., :3])


def sample(count: int) -> list[int]:
    """The frames to look at, from 0."""
    if count <= MOST_FRAMES:
        return list(range(count))
    return sorted({round(step * (count - 1) / (MOST_FRAMES - 1)) for step in range(MOST_FRAMES)})


def blanked(shown: Pixels, rectangles: list[Rectangle]) -> Pixels:
    """A picture with black rectangles."""
    left = shown.copy()
    for one in rectangles:
        left[one.top : one.bottom, one.left : one.right] = 0
    return left
