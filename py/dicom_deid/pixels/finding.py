"""The search for text in the pictures of one instance: by its header and, in some of its frames, by a detector.

It proposes boxes; what becomes of them a person decides. It needs the extra `pixels`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dicom_deid.admission import admit, has_picture
from dicom_deid.deidentify.cached import CachedDeidentifier
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.errors import Unwritten
from dicom_deid.model import Instance
from dicom_deid.pixels.detection.detector import Detector
from dicom_deid.pixels.detection.numbers import Kind, numbers
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


class Finder:
    """Searches instance after instance under one plan; a detector is made when the first picture of its kind comes."""

    def __init__(
        self, plan: Plan, *, every_kind: bool = False, detect: bool = True, models: Path | None = None
    ) -> None:
        """``every_kind``: also those that are written without Clean Pixel Data; ``detect``: not by the header alone.

        ``models``: the folder of the detector's models, if they are not installed.
        """
        self._plan, self._every_kind, self._detect, self._models = plan, every_kind, detect, models
        self._detectors: dict[Kind, Detector] = {}
        self._painter = Painter()

    def look(self, source: Source, source_id: str) -> Sighting | None:
        """What speaks for boxes in the instance of a source; None where no picture needs it.

        Raises Unwritten where it would not be written whatever its pixels show, Refused where no detector is installed,
        and ShortRead.
        """
        with NO_WARNINGS:
            instance = inspect(source, self._plan.caches.of(ReadCache))
            doubt = admit(self._plan, instance)
            if not has_picture(instance) or not (doubt or self._every_kind):
                return None
            seen = by_header(instance, source_id, source.size, self._plan.key)
            if not self._detect:
                return seen
            kind: Kind = "screen" if doubt else "anatomy"
            try:
                return self.detected(source, instance, seen, kind)
            except Unwritten as end:  # a frame cannot be read, or the detector failed over it
                return seen._replace(unread=end.reason)

    def detected(self, source: Source, instance: Instance, seen: Sighting, kind: Kind) -> Sighting:
        """The sighting with what a detector finds. Raises Failed or Withheld."""
        identifiers = CachedDeidentifier(instance, self._plan).identifiers
        frames, found = Frames(instance, source), set[Box]()
        for number in sample(frames.count):
            for shown in self.shown(frames[number], kind):
                found.update(self.boxes(shown, kind, identifiers))
        alarm = any(box.evidence == "words" for box in found)
        named = f"PP-OCRv6 {numbers().kinds[kind].model}"
        return seen._replace(boxes=(*seen.boxes, *sorted(found)), detector=named, alarm=alarm)

    def shown(self, picture: Picture, kind: Kind) -> Iterator[Pixels]:
        """The picture as a viewer shows it and, of a grey screen with a window, with all of its values: 8 bits."""
        yield self.painted(picture, PLAIN)
        if kind == "screen" and picture.is_grey and picture.display.windows:
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

    def boxes(self, shown: Pixels, kind: Kind, identifiers: Collection[str]) -> Iterator[Box]:
        """The boxes of a picture, and of what is left when these are blank."""
        detector = self.detector(kind)
        found = detector.boxes(shown, words=True)
        if found:
            found = [*found, *detector.boxes(blanked(shown, [box.rectangle for box in found]), words=True)]
        for box in found:
            yield Box(box.rectangle, evidence="detector")
            if box.text and names(box.text, identifiers):
                yield Box(box.rectangle, evidence="words")

    def detector(self, kind: Kind) -> Detector:
        """The detector for pictures of a kind."""
        if kind not in self._detectors:
            self._detectors[kind] = Detector(kind, self._models)
        return self._detectors[kind]


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
