"""The search for text in pictures, for a Python worker; the detector is another one. It needs the extra `preview`."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from typing import Any

from dicom_deid.browser.bridge import Session
from dicom_deid.browser.imaging import Lent, coded
from dicom_deid.dicom.encoding import ascii_text
from dicom_deid.errors import Failed, ShortRead
from dicom_deid.pixels.looking import Look, Looking, Pixels, Read
from dicom_deid.pixels.sighting import Gathering, Sighting
from dicom_deid.readable import HEAD_BYTES
from dicom_deid.regions import Box, Rectangle
from dicom_deid.regions.file import document, project_of

SHOWN = (0x00080070, 0x00081090, 0x00080060)
"""Manufacturer, its Model Name, Modality: what a person knows a group by."""


class Finding:
    """Looks at one file after the other under the plan of a session."""

    def __init__(self, session: Session) -> None:
        self._plan = session.plan
        self._looking = Looking(session.plan)
        self._look: Look | None = None
        self._pictures: Generator[Pixels, Sequence[Read], None] | None = None

    def open(self, size: int, read: Callable[[int, int], Any], source_id: str) -> Any:
        """Opening in worker/shared/protocol/finding.js, or {error} where it would not be written in any case."""
        self._look = self._pictures = None
        return coded(lambda: self._opened(Lent(size, read, HEAD_BYTES), source_id))

    def _opened(self, source: Lent, source_id: str) -> dict[str, Any]:
        look = self._begun(source, source_id)
        if look is None:
            return {"needed": False}
        self._look, self._pictures = look, look.pictures()
        words = [ascii_text(look.instance.data.get(tag)) for tag in SHOWN]
        label = " ".join(word for word in words if word)
        return {"needed": True, "kind": look.kind, "label": label, "sighting": stated(look.seen)}

    def _begun(self, source: Lent, source_id: str) -> Look | None:
        while True:
            try:
                return self._looking.begin(source, source_id)
            except ShortRead as short:
                if not source.extend(short.end):
                    raise Failed("INTERNAL_ERROR") from None

    def next(self, found: Any) -> Any:
        """The next picture, when what was found in the last one is told: Step of the protocol, or {error}.

        ``found``: boxes of the detector; None for the first picture.
        """
        return coded(lambda: self._next(found.to_py() if found is not None else None))

    def _next(self, found: list[dict[str, Any]] | None) -> dict[str, Any]:
        look, pictures = self._look, self._pictures
        if look is None or pictures is None:
            raise Failed("INTERNAL_ERROR")
        try:
            shown = next(pictures) if found is None else pictures.send([told(box) for box in found])
        except StopIteration:
            self._look = self._pictures = None
            return {"sighting": stated(look.sighting())}
        return {"rows": shown.shape[0], "columns": shown.shape[1], "bytes": shown.tobytes()}

    def gather(self, sightings: str) -> str:
        """The groups that sightings make: the content of a regions file in which nobody has decided. Both in JSON."""
        gathering = Gathering(project_of(self._plan.key))
        for sighting in json.loads(sightings):
            gathering.add(sighting_of(sighting))
        return json.dumps(document(gathering.regions()))


def told(box: dict[str, Any]) -> Read:
    """A box of the detector."""
    return Read(Rectangle(*map(int, box["rectangle"])), str(box.get("text") or ""))


def stated(sighting: Sighting) -> dict[str, Any]:
    """A sighting as the page keeps it."""
    boxes = [[*box.rectangle, box.first, box.last, box.evidence] for box in sighting.boxes]
    return sighting._asdict() | {"boxes": boxes}


def sighting_of(told: dict[str, Any]) -> Sighting:
    """The sighting that the page kept."""
    boxes = tuple(Box(Rectangle(*sides), first, last, evidence) for *sides, first, last, evidence in told["boxes"])
    return Sighting(**told | {"boxes": boxes})
