"""The value of a native pixel data element as its segments make it, read as if it stood in the source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

from dicom_deid.errors import Withheld
from dicom_deid.model import Asides, Fragments, Instance, Pixels
from dicom_deid.source_and_sink import Source
from dicom_deid.splice import Copy, Fill, Stripes, splice_size

Segment = bytes | Copy | Fill | Stripes
Read = Callable[[int, int], bytes]


class Spliced:
    """A source in which the pixel data have another value of the same length."""

    def __init__(self, source: Source, read: Read, pixels: Pixels, segments: Sequence[Segment]) -> None:
        self.size, self._source, self._read, self._pixels = source.size, source, read, pixels
        self._segments, self._starts = segments, list[int]()
        at = pixels.start
        for segment in segments:
            self._starts.append(at)
            if isinstance(segment, (Copy, Stripes)) and segment.start != at:
                raise Withheld("PIXELS_NOT_PROVEN")  # bytes would move
            at += splice_size((segment,))
        if at != pixels.end:
            raise Withheld("PIXELS_NOT_PROVEN")

    def head(self) -> bytes:
        """The header, as it is in the source."""
        return self._source.head()

    def fragments(self, start: int) -> Fragments:
        """Those of the source."""
        return self._source.fragments(start)

    def asides(self, pixels: Pixels) -> Asides:
        """Those of the source."""
        return self._source.asides(pixels)

    def read(self, start: int, end: int) -> bytes:
        """The bytes [start, end), which are not all those of the source."""
        if start < self._pixels.start:
            before = self._read(start, min(end, self._pixels.start))
            return before + self.read(self._pixels.start, max(end, self._pixels.start))
        parts = []
        at = max(bisect_right(self._starts, start) - 1, 0)
        while start < end and at < len(self._segments):
            begin, segment = self._starts[at], self._segments[at]
            stop = min(end, begin + splice_size((segment,)))
            parts.append(self._part(segment, begin, start, stop))
            start, at = max(start, stop), at + 1
        return b"".join(parts)

    def _part(self, segment: Segment, begin: int, start: int, end: int) -> bytes:
        """The bytes [start, end) of the segment that begins at ``begin``."""
        match segment:
            case Copy():
                return self._read(start, end)
            case Fill(byte=byte):
                return bytes((byte,)) * (end - start)
            case Stripes(step=step):
                row = begin + (start - begin) // step * step
                part = bytearray(self._read(row, end))
                segment.over(part)
                return bytes(part[start - row : end - row])
            case bytes():
                return segment[start - begin : end - begin]


def inflated(instance: Instance, spliced: Spliced, pixels: Pixels) -> Instance:
    """An instance whose data set was deflated, with that value in it."""
    data = instance.inflated
    if data is None:
        return instance
    value = spliced.read(pixels.start, pixels.end)
    return replace(instance, inflated=data[: pixels.start] + value + data[pixels.end :])
