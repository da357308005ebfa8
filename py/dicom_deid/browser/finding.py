"""The search for text in pictures, for a Python worker; the detector is another one. It needs the extra `preview`."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from typing import Any

from dicom_deid.browser.bridge import Session
from dicom_deid.browser.imaging import Lent, coded
from dicom_deid.dicom.encoding import ascii_text
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.errors import Failed, Refused, ShortRead
from dicom_deid.pixels.evidence.mask import Mask, Plane, Tell, read_mask
from dicom_deid.pixels.looking import Look, Looking, Pixels, Read
from dicom_deid.pixels.sighting import Gathering, Sighting
from dicom_deid.readable import HEAD_BYTES
from dicom_deid.regions import Box, Rectangle
from dicom_deid.regions.file import document, project_of
from dicom_deid.scan import inspect

SHOWN = (0x00080070, 0x00081090, 0x00080060)
"""Manufacturer, its Model Name, Modality: what a person knows a group by."""


class Finding:
    """Looks at one file after the other under the plan of a session."""

    def __init__(self, session: Session, every_kind: bool = False, mask: str = "") -> None:
        """``every_kind``: as `Looking` takes it; ``mask``: as `bring` tells it, "" for none."""
        self._plan, self._every_kind = session.plan, every_kind
        self._use(mask_told(mask) if mask else None)
        self._look: Look | None = None
        self._pictures: Generator[Pixels, Sequence[Read], None] | None = None

    def _use(self, mask: Mask | None) -> None:
        self._mask, self._looking = mask, Looking(self._plan, every_kind=self._every_kind, mask=mask)

    def bring(self, size: int, read: Callable[[int, int], Any], tell: Tell) -> Any:
        """Uses the mask of a file from now on: {mask}, by which another Finding is given it, or {error}."""
        return coded(lambda: self._brought(Lent(size, read), tell))

    def _brought(self, source: Lent, tell: Tell) -> dict[str, Any]:
        try:
            mask = read_mask(source, tell)
        except Refused as refused:
            raise Failed(refused.code) from None
        self._use(mask)
        return {"mask": json.dumps(mask)}

    def open(self, size: int, read: Callable[[int, int], Any], source_id: str) -> Any:
        """Opening in worker/shared/protocol/finding.js, or {error} where it would not be written in any case."""
        self._look = self._pictures = None
        return coded(lambda: self._opened(Lent(size, read, HEAD_BYTES), source_id))

    def _opened(self, source: Lent, source_id: str) -> dict[str, Any]:
        look = self._begun(source, source_id)
        if look is None:
            return {"needed": False, "beside": self._is_beside(source)}
        if look.needed:
            self._look, self._pictures = look, look.pictures()
        words = [ascii_text(look.instance.data.get(tag)) for tag in SHOWN]
        label = " ".join(word for word in words if word)
        beside = not look.seen.own and self._is_beside(source)
        told = {"needed": True, "kind": look.kind, "label": label, "sighting": stated(look.seen)}
        return told | {"shown": look.needed, "beside": beside}

    def _is_beside(self, source: Lent) -> bool:
        """Whether the mask is of the frame of reference of a file in which it marks nothing."""
        return self._mask is not None and self._mask.is_near(inspect(source, self._plan.caches.of(ReadCache)))

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
    return sighting._asdict() | {"boxes": sides(sighting.boxes), "own": sides(sighting.own)}


def sides(boxes: tuple[Box, ...]) -> list[list[Any]]:
    """Boxes as the page keeps them."""
    return [[*box.rectangle, box.first, box.last, box.evidence] for box in boxes]


def sighting_of(told: dict[str, Any]) -> Sighting:
    """The sighting that the page kept."""
    return Sighting(**told | {"boxes": boxes_of(told["boxes"]), "own": boxes_of(told["own"])})


def boxes_of(told: list[list[Any]]) -> tuple[Box, ...]:
    """The boxes that the page kept."""
    return tuple(Box(Rectangle(*sides), first, last, evidence) for *sides, first, last, evidence in told)


def mask_told(told: str) -> Mask:
    """The mask that the page kept, in JSON."""
    reference, planes = json.loads(told)
    return Mask(reference, tuple(plane_of(*plane) for plane in planes))


def plane_of(
    rows: int, columns: int, geometry: list[float], position: list[float], rectangles: list[list[int]]
) -> Plane:
    """A plane of the mask that the page kept."""
    return Plane(rows, columns, tuple(geometry), tuple(position), tuple(Rectangle(*one) for one in rectangles))
