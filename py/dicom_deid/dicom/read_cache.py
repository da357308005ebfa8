"""Cache of elements that were read, and of runs of them, by their bytes: the slices of a series have most in common."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from dicom_deid.dicom.bounded import ENTRY, Remembered
from dicom_deid.dicom.encoding import LONG_VRS, PIXEL_TAGS, vr_of
from dicom_deid.dicom.header import VR_NAMES, layout_of
from dicom_deid.dicom.recovery import has_reserved
from dicom_deid.model import Element, Item, Run, Syntax

MOST = 4 * 1024 * 1024
"""Bytes that the elements kept may take, and so many again their runs."""
MOST_ATTRIBUTES = 8192
"""Attributes of which it is known how their elements are read."""
LONGEST = 2048
"""Bytes of an element that is kept: sequences of codes and references are; bulk values hardly ever come again."""
SHORTEST_RUN = 3
"""Elements of a run that is worth keeping."""
LONG = frozenset(name.encode() for name in LONG_VRS)


CHANGES = Run(b"", [], [0])
"""Stands for a run that would begin with elements that change from file to file."""


class ElementCache:
    """The elements that were read lately in one encoding."""

    def __init__(self, syntax: Syntax) -> None:
        self.syntax, self.width = syntax, 6 if syntax.explicit else 4
        """Bytes of tag and VR."""
        self.lengths: dict[bytes, tuple[Callable[[bytes, int], tuple[int, ...]], int, int, int, str]] = {}
        """Tag and VR -> the layout of the header, the tag, and the VR that it is taken for; "" where the value has to
        be looked into."""
        self.elements: Remembered[bytes, Element] = Remembered(MOST)
        self.runs: Remembered[bytes, Run] = Remembered(MOST)
        """By their first 8 bytes."""

    def add(self, buffer: bytes, at: int, end: int, element: Element) -> Element:
        """Remembers what was read from ``buffer[at:end]``; the element to go on with."""
        if end - at > LONGEST or not 0x00020000 <= element.tag < 0xFFFA0000 or element.tag in PIXEL_TAGS:
            return element
        coded = buffer[at:end]
        if not self.is_regular(coded, element):
            return element
        size = size_of(element, len(coded))
        if self.elements.full(size):
            self.forget()
        if not element.undefined:  # without a length it has to be read to its end each time
            layout = layout_of(VR_NAMES[coded[4:6]] if self.syntax.explicit else "", self.syntax.little)
            self.lengths[coded[: self.width]] = (*layout, element.tag, element.vr if element.items is None else "")
        return self.elements.add(coded, element, size)

    def is_regular(self, coded: bytes, element: Element) -> bool:
        """Whether tag and VR alone tell how any element that begins so is read; no header that was recovered does."""
        vr = coded[4:6] if self.syntax.explicit else b"UN"
        if vr == b"UN" and element.items is None and vr_of(element.tag) == "SQ":
            return False
        return not self.syntax.explicit or (vr in VR_NAMES and (vr not in LONG or has_reserved(coded, 0)))

    def forget(self) -> None:
        """Forgets the elements that never came again; all of them where the others take half of the room.

        Then runs are forgotten with them: they would bring elements back beside new ones.
        """
        shared = {coded: element for coded, element in self.elements.items() if element.shared}
        self.elements.clear()
        size = sum(ENTRY + element.shared for element in shared.values())
        if size < MOST // 2 and len(self.lengths) < MOST_ATTRIBUTES:
            for coded, element in shared.items():
                self.elements.add(coded, element, element.shared)
        else:
            self.lengths.clear()
            self.runs.clear()

    def one(self, buffer: bytes, at: int, limit: int) -> tuple[Element | None, int]:
        """The element at ``at``, and the offset behind it, if its attribute was read before and its end is known.

        One that was read before with this value is ``shared``. With another value it is read, unless it is a sequence
        or is too much to remember: then everything has to be forgotten first.
        """
        found = self.lengths.get(buffer[at : at + self.width])
        if found is None or at + 12 > limit:
            return None, at
        length, offset, header, tag, vr = found
        start = at + header
        end = start + length(buffer, at + offset)[0]
        if end > limit or end - at > LONGEST:
            return None, at
        coded = buffer[at:end]
        element = self.elements.get(coded)
        if element is not None:
            element.shared = element.shared or size_of(element, len(coded))
            return element, end
        if not vr:
            return None, at
        element = Element(tag, vr, buffer[start:end])
        size = size_of(element, len(coded))
        return (None, at) if self.elements.full(size) else (self.elements.add(coded, element, size), end)

    def plain(self, item: Item, buffer: bytes, at: int, limit: int) -> int:
        """Adds to ``item`` elements from ``at`` on that are no sequences, of attributes read before; where they end."""
        while True:
            element, end = self.one(buffer, at, limit)
            if element is None or element.items is not None:  # the depth of sequences has to be counted
                return at
            item.append(element)
            at = end

    def top(self, units: list[Element | Run], buffer: bytes, at: int) -> int:
        """Adds to ``units`` all elements of a data set from ``at`` on whose attributes were read before.

        Answers the offset behind them.
        """
        singles, ends, start = list[Element](), [0], at
        while True:
            run = self.run(buffer, at)
            element, end = (None, at) if run else self.one(buffer, at, len(buffer))
            if element is not None and element.shared:
                singles.append(element)
                ends.append(end - start)
                at = end
                continue
            units += singles
            if len(singles) >= SHORTEST_RUN and buffer[start : start + 8] not in self.runs:
                self.keep(Run(buffer[start:at], singles, ends))
            unit = run or element
            if unit is None:
                return at
            at = at + len(run.coded) if run else end
            units.append(unit)
            singles, ends, start = [], [0], at

    def run(self, buffer: bytes, at: int) -> Run | None:
        """A run that stands at ``at``; one of which only the beginning does is cut where it differs."""
        run = self.runs.get(buffer[at : at + 8])
        if run is None or not run.elements:
            return None
        if buffer.startswith(run.coded, at):
            return run
        same = 0
        for start, end in pairwise(run.ends):
            if not buffer.startswith(run.coded[start:end], at + start):
                break
            same += 1
        del self.runs[run.coded[:8]]
        if len(run.elements) - same > SHORTEST_RUN:
            self.keep(part(run, same + 1, len(run.elements)))
        if same >= SHORTEST_RUN:
            return self.keep(part(run, 0, same))
        self.runs.add(run.coded[:8], CHANGES, 0)
        return None

    def keep(self, run: Run) -> Run:
        """Remembers a run."""
        return self.runs.add(run.coded[:8], run, run.shared)


def size_of(element: Element, length: int) -> int:
    """About how many bytes an element takes that is written in so many; small elements of items are many objects."""
    return (3 if element.items is None else 32) * length


def part(run: Run, start: int, stop: int) -> Run:
    """A run from one of its elements up to another."""
    first = run.ends[start]
    ends = [end - first for end in run.ends[start : stop + 1]]
    return Run(run.coded[first : run.ends[stop]], run.elements[start:stop], ends)


class ReadCache:
    """The elements that were read lately, in each encoding. Whoever reads many instances owns one."""

    def __init__(self) -> None:
        self._encodings: dict[Syntax, ElementCache] = {}

    def of(self, syntax: Syntax) -> ElementCache:
        """The elements of one encoding."""
        found = self._encodings.get(syntax)
        if found is None:
            found = self._encodings[syntax] = ElementCache(syntax)
        return found
