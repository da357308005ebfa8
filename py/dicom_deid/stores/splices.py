"""An output as pieces: the segments of a splice one after another, of which none is longer than a part."""

from __future__ import annotations

from collections.abc import Iterator

from dicom_deid.errors import SinkFailure, SourceFailure
from dicom_deid.source_and_sink import OpenSource
from dicom_deid.splice import Copy, Fill, Splice, Stripes, splice_size
from dicom_deid.stores.store import PART


def pieces_of(splice: Splice, source: OpenSource) -> Iterator[bytes]:
    """The bytes of a splice. Behind the last ones it raises, so that no object comes of them, where they are not sound.

    Raises SourceFailure SOURCE_CHANGED, READ_FAILED; SinkFailure WRITE_FAILED.
    """
    size = 0
    for segment in splice:
        for piece in pieces(segment, source):
            size += len(piece)
            yield piece
    if not source.unchanged():
        raise SourceFailure("SOURCE_CHANGED")
    if size != splice_size(splice):
        raise SinkFailure("WRITE_FAILED")


def pieces(segment: bytes | Copy | Fill | Stripes, source: OpenSource) -> Iterator[bytes]:
    """The bytes of one segment."""
    match segment:
        case Copy(start, end):
            for at in range(start, end, PART):
                yield source.read(at, min(at + PART, end))
        case Fill(count, byte):
            block = bytes([byte]) * min(count, PART)
            for at in range(0, count, PART):
                yield block[: count - at]
        case Stripes():
            for start, end in segment.ranges(PART):
                part = bytearray(source.read(start, end))
                segment.over(part)
                yield bytes(part)
        case bytes():
            yield segment
