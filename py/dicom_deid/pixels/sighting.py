"""One instance as the search for text saw it, and the groups that many of them make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from dicom_deid.errors import Failed
from dicom_deid.key import Key
from dicom_deid.model import Instance
from dicom_deid.pixels.alike import frame_count, group_id, mark, size
from dicom_deid.pixels.evidence.devices import device_boxes
from dicom_deid.pixels.evidence.ultrasound import ultrasound_boxes
from dicom_deid.regions import Box, Group, Regions, Review
from dicom_deid.regions.merge import merged


class Sighting(NamedTuple):
    """One instance: its group, its mark, and what speaks for boxes."""

    source_id: str
    group: str
    mark: str
    rows: int
    columns: int
    frames: int
    boxes: tuple[Box, ...]
    detector: str = ""
    """The detector that looked at its pictures; "" for none."""
    alarm: bool = False
    """Whether words of its header were read."""
    unread: str = ""
    """The reason code for a frame of it that could not be read."""
    own: tuple[Box, ...] = ()
    """Boxes of this instance alone: with them it is an exception in its group."""


def by_header(instance: Instance, source_id: str, length: int, key: Key) -> Sighting:
    """What the header of an instance in a source of ``length`` bytes says. Raises Failed where it states no size."""
    rows, columns = size(instance)
    if not rows or not columns:
        raise Failed("PIXELS_DISAGREE")
    boxes = (*ultrasound_boxes(instance), *device_boxes(instance))
    same = group_id(instance, key), mark(instance, length, key)
    return Sighting(source_id, *same, rows, columns, frame_count(instance), boxes)


@dataclass(slots=True)
class Gathering:
    """Sightings as they come, and the groups that they make: boxes are united over the instances of a group."""

    project: str
    _groups: dict[str, Gathered] = field(default_factory=dict)

    def add(self, sighting: Sighting) -> None:
        """Takes one instance into its group."""
        found = self._groups.get(sighting.group)
        if found is None:
            found = self._groups[sighting.group] = Gathered(sighting)
        found.add(sighting)

    def regions(self) -> Regions:
        """The content of a regions file in which nobody has decided."""
        groups = {name: found.group() for name, found in self._groups.items()}
        exceptions = {
            source_id: Review((*groups[name].review.boxes, *boxes))
            for name, found in self._groups.items()
            for source_id, boxes in found.own.items()
        }
        return Regions(self.project, groups, exceptions)


class Gathered:
    """A group that grows."""

    __slots__ = ("_alarms", "_boxes", "_detectors", "_frames", "_fresh", "_instances", "_size", "_unread", "own")

    AT_ONCE = 8192
    """Boxes that wait until they are merged with the others: so many that the order of the instances hardly matters."""

    def __init__(self, first: Sighting) -> None:
        self._size, self._frames, self._alarms = (first.rows, first.columns), 1, 0
        self._boxes, self._fresh = tuple[Box, ...](), set[Box]()
        self._detectors = set[str]()
        self._instances, self._unread = dict[str, str](), dict[str, str]()
        self.own = dict[str, tuple[Box, ...]]()
        """Source id -> boxes of that instance alone."""

    def add(self, sighting: Sighting) -> None:
        """Takes one instance in."""
        self._frames = max(self._frames, sighting.frames)
        self._fresh.update(sighting.boxes)
        if sighting.own:
            self.own[sighting.source_id] = sighting.own
        if len(self._fresh) > self.AT_ONCE:
            self.merge()
        if sighting.unread:
            self._unread[sighting.source_id] = sighting.unread
            return
        self._instances[sighting.source_id] = sighting.mark
        self._detectors.add(sighting.detector)
        self._alarms += sighting.alarm

    def merge(self) -> None:
        """Makes few boxes of many."""
        self._boxes, self._fresh = merged((*self._boxes, *self._fresh)), set()

    def group(self) -> Group:
        """The group as the file has it. A detector is named if it looked at every instance."""
        self.merge()
        detector = next(iter(self._detectors)) if len(self._detectors) == 1 else ""
        instances, unread = dict(self._instances), dict(self._unread)
        return Group(*self._size, self._frames, Review(self._boxes), instances, unread, detector, self._alarms)
