"""The values that pass between stages. All are frozen; none holds a file or a handle."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from dicom_deid.errors import Status, reasons
from dicom_deid.splice import Splice

TAG = attrgetter("tag")


class Syntax(NamedTuple):
    """How data elements are encoded (PS3.5 section 7 and Annex A)."""

    explicit: bool
    little: bool


class Bulk:
    """A long value of numbers that stays where it is: bytes [start, end) of the source, which ``buffer`` holds."""

    __slots__ = ("buffer", "end", "start")

    def __init__(self, buffer: bytes, start: int, end: int) -> None:
        self.buffer, self.start, self.end = buffer, start, end

    def __len__(self) -> int:
        return self.end - self.start

    @property
    def view(self) -> memoryview:
        """Its bytes, not copied."""
        return memoryview(self.buffer)[self.start : self.end]


Piece = bytes | tuple[bytes | Bulk, ...]
"""One or more whole elements as they are written; with bulk values, in parts."""


class Element:
    """One data element: its value as stored bytes or, for a sequence, its items.

    ``items`` is None unless the VR is SQ. ``undefined`` keeps whether the length was undefined (PS3.5 7.1.3), so that
    what stays is written in the style it had. Never changed once made: the files of a series share what they have in
    common, and ``shared`` says about how many bytes such an element takes; 0: it is of one file. ``coded`` remembers
    how it is written. A ``bulk`` value is not copied into ``value``, which is empty then.
    """

    __slots__ = ("bulk", "coded", "items", "shared", "tag", "undefined", "value", "vr")

    def __init__(
        self,
        tag: int,
        vr: str,
        value: bytes,
        items: list[Item] | None = None,
        undefined: bool = False,
        bulk: Bulk | None = None,
    ) -> None:
        self.tag, self.vr, self.value, self.items, self.undefined = tag, vr, value, items, undefined
        self.bulk = bulk
        self.coded: tuple[Syntax, Piece] | None = None
        self.shared = 0

    def whole(self) -> Element:
        """The same with its value in ``value``."""
        return self if self.bulk is None else Element(self.tag, self.vr, bytes(self.bulk.view))


class Run:
    """Elements that came one behind the other in the data sets of several files, which share them, and their bytes."""

    __slots__ = ("by_tag", "coded", "elements", "ends", "ordered", "shared")

    def __init__(self, coded: bytes, elements: list[Element], ends: list[int]) -> None:
        self.coded, self.elements = coded, elements
        self.ends = ends
        """Offsets of their ends in ``coded``, after a 0."""
        self.by_tag = {element.tag: element for element in elements}
        self.ordered = all(one.tag < other.tag for one, other in pairwise(elements))
        """Whether their tags increase."""
        self.shared = len(coded) + 16 * len(elements)
        """About how many bytes it takes, beside its elements."""


class Item(list[Element]):
    """The data elements of one sequence item, or of a whole data set, in increasing order of tag."""

    __slots__ = ("by_tag", "undefined", "units")

    def __init__(self, elements: list[Element] | None = None, undefined: bool = False) -> None:
        super().__init__(elements or ())
        self.undefined = undefined
        self.units: list[Element | Run] = []
        """The same elements once more, runs of them in one; none where this is not known. What was put in or taken out
        later is not among them."""
        self.by_tag: dict[int, Element] | None = None
        """The same by tag, where no element is put in or taken out any more."""

    def make_by_tag(self) -> None:
        """Makes ``by_tag``."""
        self.by_tag = {}
        for unit in self.units or self:
            if isinstance(unit, Run):
                self.by_tag.update(unit.by_tag)
            else:
                self.by_tag[unit.tag] = unit

    def get(self, tag: int) -> Element | None:
        """The element with that tag, or None."""
        if self.by_tag is not None:
            return self.by_tag.get(tag)
        at = bisect_left(self, tag, key=TAG)
        return self[at] if at < len(self) and self[at].tag == tag else None

    def some(self, tags: tuple[int, ...]) -> tuple[Element | None, ...]:
        """The elements with these tags, in their order. Instances that share these elements have equal tuples."""
        return tuple(map(self.get if self.by_tag is None else self.by_tag.get, tags))


class Asides(NamedTuple):
    """What no picture shows in encapsulated pixel data that are codestreams (dicom/asides.py)."""

    ranges: tuple[tuple[int, int], ...]
    """Ranges of the source, in their order."""
    images: int
    """How many codestreams there are."""


@dataclass(frozen=True, slots=True)
class Fragments:
    """The end of encapsulated pixel data (PS3.5 A.4).

    ``end`` is the offset behind the sequence delimiter; where the walk failed, ``complete`` is False.
    """

    start: int
    end: int
    count: int
    complete: bool
    asides: Asides | None = None
    """What no picture shows in them, if they were looked at for their end, and could be followed."""


class Pixels(NamedTuple):
    """The data element that holds the pixel data: (7FE0,0008), (7FE0,0009) or (7FE0,0010).

    Its value is bytes [start, end) of the source, delimiter included when ``encapsulated`` and ``closed``.
    """

    tag: int
    vr: str
    start: int
    end: int
    encapsulated: bool
    closed: bool = True
    """Whether the delimiter is there that ends fragments."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One DICOM instance as the scan found it."""

    meta: Item
    """Group 0002."""
    data: Item
    """The data set up to the pixel data."""
    syntax: Syntax
    """How ``data`` is encoded."""
    transfer_syntax: str
    """The UID that is true of the bytes; it need not be the one that the file meta information names."""
    pixels: Pixels | None
    inflated: bytes | None
    """The whole data set, where it was deflated (PS3.5 A.5); ``pixels`` then counts from its start."""
    tail: bool
    """Whether bytes follow the pixel data."""
    sop_class: str
    sop_instance: str


class ElementAction(NamedTuple):
    """The action for one data element: an action code of PS3.15 Table E.1-1a and the rule it comes from."""

    code: str
    rule: str
    local: bool = False
    """Whether a rule of the user's policy says so, not the profile."""
    value: str | None = None
    """The text that action D puts there, where the rule names one."""
    short: frozenset[str] = frozenset()
    """The options that want something of it to stay where this action leaves nothing."""


@dataclass(slots=True)
class Counts:
    """How many data elements of an instance met each fate."""

    removed: int = 0
    emptied: int = 0
    replaced: int = 0
    cleaned: int = 0
    uids_remapped: int = 0
    dates_shifted: int = 0


COUNTED = attrgetter(*Counts.__slots__)
"""The numbers of Counts, in their order."""


@dataclass(frozen=True, slots=True)
class Names:
    """The identity of an output: all pseudonyms, but SOP Class, modality and transfer syntax."""

    patient: str = ""
    study: str = ""
    series: str = ""
    instance: str = ""
    sop_class: str = ""
    modality: str = ""
    transfer_syntax: str = ""
    path: str = ""


class Link(NamedTuple):
    """The link between an output and its source: pairs of old and new, "" where there is none. It identifies people."""

    patient: tuple[str, str]
    study: tuple[str, str]
    series: tuple[str, str]
    instance: tuple[str, str]
    weeks: int
    """By how many weeks the dates went back; 0 when they were not shifted."""
    uids: tuple[tuple[str, str], ...]
    """All UIDs that were replaced."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one source file: exactly one per file."""

    status: Status
    reason: str = ""
    names: Names = field(default_factory=Names)
    counts: Counts = field(default_factory=Counts)
    splice: Splice = ()
    pixels: str = ""
    """The fate of the pixel data: "kept", or "" where there are none."""
    log: tuple[str, ...] = ()
    """Lines for a verbose log: attributes and actions, no values."""
    link: Link | None = None
    """Only where the plan asks for the linkage: nothing else in an outcome comes from the original."""

    @property
    def written(self) -> bool:
        """Whether there is an output."""
        return self.status == "written"

    @property
    def sentence(self) -> str:
        """The reason in words; "" where there is none."""
        return reasons()[self.reason]["sentence"] if self.reason else ""

    @property
    def remedy(self) -> str:
        """The advice that belongs to the reason; "" where there is none."""
        return reasons()[self.reason]["remedy"] if self.reason else ""
