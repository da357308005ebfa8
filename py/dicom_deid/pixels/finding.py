"""The search for text in the pictures of one instance: by its header and, in some of its frames, by a detector.

It proposes boxes; what becomes of them a person decides. It needs the extra `pixels`.
"""

from __future__ import annotations

from pathlib import Path

from dicom_deid.errors import Unwritten
from dicom_deid.pixels.detection.detector import Detector
from dicom_deid.pixels.evidence.mask import Mask
from dicom_deid.pixels.looking import Look, Looking, Read
from dicom_deid.pixels.sighting import Sighting
from dicom_deid.policy import Plan
from dicom_deid.silence import NO_WARNINGS
from dicom_deid.source_and_sink import Source


class Finder:
    """Searches instance after instance under one plan; its detector is made when the first picture comes."""

    def __init__(
        self, plan: Plan, *, every_kind: bool = False, detect: bool = True, models: Path | None = None,
        mask: Mask | None = None,
    ) -> None:  # fmt: skip
        """``every_kind``: also those that are written without Clean Pixel Data; ``detect``: not by the header alone.

        ``models``: the folder of the detector's models, if they are not installed. ``mask``: a mask that is brought.
        """
        self._looking, self._detect, self._models = Looking(plan, every_kind=every_kind, mask=mask), detect, models
        self._detector: Detector | None = None

    def look(self, source: Source, source_id: str) -> Sighting | None:
        """What speaks for boxes in the instance of a source; None where no picture needs it.

        Raises Unwritten where it would not be written whatever its pixels show, Refused where no detector is installed,
        and ShortRead.
        """
        look = self._looking.begin(source, source_id)
        if look is None:
            return None
        if not (self._detect and look.needed):
            return look.seen
        with NO_WARNINGS:
            try:
                self.answer(look)
            except Unwritten as end:  # a frame cannot be read, or the detector failed over it
                return look.unread(end.reason)
        return look.sighting()

    def answer(self, look: Look) -> None:
        """Answers all pictures of an instance. Raises Failed or Withheld."""
        self._detector = self._detector or Detector(self._models)
        pictures = look.pictures()
        shown = next(pictures, None)
        while shown is not None:
            found = [Read(box.rectangle, box.text) for box in self._detector.boxes(shown, look.kind, words=True)]
            try:
                shown = pictures.send(found)
            except StopIteration:
                return
