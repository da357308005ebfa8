"""Redaction: regions of pixel data are made blank, and what is outside of them stays as it is.

One way for each transfer syntax: native pixel data become a splice of which nothing is decoded; of compressed ones the
touched frames are made anew, and all others are copied. Every result is proven before it is given away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dicom_deid.dicom.pixel_length import DELIMITER
from dicom_deid.model import Instance, Pixels
from dicom_deid.pixels.redaction import native
from dicom_deid.pixels.redaction.areas import spans_of
from dicom_deid.pixels.redaction.changes import Changes, plain
from dicom_deid.pixels.redaction.compressed import Compressed
from dicom_deid.pixels.redaction.description import described
from dicom_deid.pixels.redaction.fill import fill_of
from dicom_deid.pixels.redaction.fragments import encapsulated
from dicom_deid.preview.frames import Frames
from dicom_deid.regions import Region
from dicom_deid.source_and_sink import Source
from dicom_deid.splice import Copy, Splice


class Redacted(NamedTuple):
    """The value of the pixel data element of an output, and what its header says differently."""

    segments: Splice
    """The value; of encapsulated pixel data from the basic offset table to the delimiter, which is always there.

    Ranges are those of the source; of its inflated data set, where that was deflated.
    """
    transfer_syntax: str
    changes: Changes
    grid: tuple[int, int]
    """Width and height of the blocks to which the blank areas were enlarged, in pixels; 1, 1: they were not."""
    blank: bool = True
    """Whether any pixel was made blank."""


def redact(source: Source, instance: Instance, regions: Sequence[Region]) -> Redacted:
    """The pixel data of an instance with regions made blank; without regions all pixels are as they were.

    Raises Withheld where they are of a kind that cannot be made blank (PIXELS_CANNOT_BE_CLEANED, PIXELS_HIDE_OVERLAY)
    or where the result is not proven (PIXELS_NOT_PROVEN), Failed where they are damaged, and ShortRead.
    """
    pixels = instance.pixels
    if pixels is None:
        return Redacted((), instance.transfer_syntax, {}, (1, 1), blank=False)
    if not regions:
        return kept(source, instance, pixels)
    told = described(instance, pixels)
    spans = spans_of(regions, told.rows, told.columns, told.frames)
    if not spans:
        return kept(source, instance, pixels)
    fill = fill_of(source, instance, told)
    if pixels.encapsulated:
        segments, syntax, changes, grid = Compressed(source, instance, pixels, told, spans, fill).redacted()
        return Redacted(segments, syntax, changes, grid)
    segments, per = native.redacted(source, instance, pixels, told, spans, fill)
    return Redacted(segments, instance.transfer_syntax, plain(), (per, 1))


def kept(source: Source, instance: Instance, pixels: Pixels) -> Redacted:
    """The pixel data as they are. Raises Withheld where a frame might be among them that nobody was shown."""
    if pixels.encapsulated:
        encapsulated(source.read, instance, pixels, Frames(instance, source).count)
    segments: Splice = (Copy(pixels.start, pixels.end), *(() if pixels.closed else (DELIMITER,)))
    return Redacted(segments, instance.transfer_syntax, {}, (1, 1), blank=False)
