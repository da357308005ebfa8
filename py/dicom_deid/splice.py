"""A splice: an output as segments of the source and of new bytes, so that pixel data are copied and never held."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple


class Copy(NamedTuple):
    """Bytes [start, end) of the source."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fill:
    """One byte, ``count`` times."""

    count: int
    byte: int


class Stripe(NamedTuple):
    """Bytes that are laid over a row: ``unit``, ``times`` times, from ``offset`` on."""

    offset: int
    times: int
    unit: bytes

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.offset + self.times * len(self.unit)


class Stripes(NamedTuple):
    """Equal stripes over ``rows`` rows of the source, of which each begins ``step`` bytes behind the one before.

    It stands for the bytes from ``start``, where the first row begins, to the end of the last stripe of the last row:
    thousands of rows in one segment. The stripes are in their order and within a row.
    """

    start: int
    step: int
    rows: int
    stripes: tuple[Stripe, ...]

    @property
    def end(self) -> int:
        """The offset in the source behind the last stripe."""
        return self.start + (self.rows - 1) * self.step + self.stripes[-1].end

    def over(self, part: bytearray) -> None:
        """Lays the stripes over a part of the source that begins with a row and ends behind the stripes of one."""
        for offset, count, unit in self.stripes:
            laid = unit * count
            for at in range(offset, len(part), self.step):
                part[at : at + len(laid)] = laid

    def ranges(self, most: int) -> Iterator[tuple[int, int]]:
        """Parts for ``over``: start and end in the source, of no more than ``most`` bytes unless a row is longer."""
        several = max(1, most // self.step)
        for row in range(0, self.rows, several):
            start = self.start + row * self.step
            yield start, min(start + several * self.step, self.end)


Splice = tuple[bytes | Copy | Fill | Stripes, ...]


def emptied(splice: Splice, ranges: Sequence[tuple[int, int]]) -> Splice:
    """The splice with zeros where it would copy one of some ranges of the source, which are in their order."""
    if not ranges:
        return splice
    made = list[bytes | Copy | Fill | Stripes]()
    for segment in splice:
        if not isinstance(segment, Copy):
            made.append(segment)
            continue
        at = segment.start
        for start, end in ranges[bisect_right(ranges, segment.start, key=itemgetter(1)) :]:
            if start >= segment.end:
                break
            first, last = max(start, at), min(end, segment.end)
            made += [Copy(at, first)] if first > at else []
            made.append(Fill(last - first, 0))
            at = last
        made += [Copy(at, segment.end)] if segment.end > at else []
    return tuple(made)


def splice_size(splice: Splice) -> int:
    """Bytes of the output that a splice describes."""
    size = 0
    for segment in splice:
        match segment:
            case Copy(start, end):
                size += end - start
            case Fill(count=count):
                size += count
            case Stripes():
                size += segment.end - segment.start
            case bytes():
                size += len(segment)
    return size
