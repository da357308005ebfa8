"""Regions: parts of pictures that are to be made blank, and what a person decided about them.

Pictures that look alike are a *group*: of one device, of one size. A group has boxes and a decision; an instance that
is not like its group has an *exception*, with boxes and a decision of its own. Redaction follows this, and nothing
else. The regions file (file.py) holds it; docs/pixels.md describes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

APPROVED, LEFT_OUT, NONE = "approved", "left out", "none"
DECISIONS = (APPROVED, LEFT_OUT, NONE)
"""A person has seen the pictures, and the boxes hide all that identifies · they are not to be written · not yet."""
EVIDENCE = ("ultrasound", "device", "detector", "words", "mask", "person")
"""Why a box is there: outside of the ultrasound regions (0018,6011), a table of devices, text that was detected, words
of the header that were read in the picture, a mask that somebody brought, a person who drew it."""


class Rectangle(NamedTuple):
    """Columns [left, right) and rows [top, bottom) of a frame, counted from 0 at its upper left corner."""

    left: int
    top: int
    right: int
    bottom: int


class Region(NamedTuple):
    """A rectangle in the frames ``first`` to ``last``, counted from 1; ``last`` 0: to the last one that there is."""

    rectangle: Rectangle
    first: int = 1
    last: int = 0


class Box(NamedTuple):
    """A region and one reason for it."""

    rectangle: Rectangle
    first: int = 1
    last: int = 0
    evidence: str = "person"

    @property
    def region(self) -> Region:
        """The region without the reason."""
        return Region(self.rectangle, self.first, self.last)


@dataclass(frozen=True, slots=True)
class Review:
    """Boxes, and what a person decided about them: of a group, or of one instance that is an exception in it."""

    boxes: tuple[Box, ...] = ()
    decision: str = NONE
    by: str = ""
    """Who decided, as that person wants to be called; "" while nobody did."""
    at: str = ""
    """When, in UTC: 2026-11-29T10:30:00Z; "" while nobody did."""

    @property
    def regions(self) -> tuple[Region, ...]:
        """Each region once, in one order: redaction must not depend on the order of boxes."""
        return tuple(sorted({box.region for box in self.boxes}))


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures that look alike."""

    rows: int
    columns: int
    frames: int = 1
    """The largest number of frames of an instance."""
    review: Review = field(default_factory=Review)
    instances: Mapping[str, str] = field(default_factory=dict)
    """Source id -> mark of each instance that was looked at. No other one is covered by the decision."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Source id -> reason code of each other instance: a frame of it could not be read, so no decision covers it."""
    detector: str = ""
    """The detector of text that looked at every instance; "": none has."""
    alarms: int = 0
    """Instances in whose pictures words of their headers were read."""


@dataclass(frozen=True, slots=True)
class Regions:
    """The content of a regions file."""

    project: str
    """A value by which the project knows its key again."""
    groups: Mapping[str, Group] = field(default_factory=dict)
    """By group id: twenty hexadecimal digits."""
    exceptions: Mapping[str, Review] = field(default_factory=dict)
    """By source id, of instances that are among those of a group."""
