"""Encapsulated pixel data: touched frames are made anew by the way of their transfer syntax, each is proven at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from pydicom import uid

from dicom_deid.errors import Failed, Withheld
from dicom_deid.model import Instance, Pixels
from dicom_deid.pixels.redaction import jpeg, rle
from dicom_deid.pixels.redaction.areas import Span, bands_of
from dicom_deid.pixels.redaction.changes import Change, Seen, told_anew
from dicom_deid.pixels.redaction.description import CANNOT, Description
from dicom_deid.pixels.redaction.fragments import encapsulated, is_ended
from dicom_deid.pixels.redaction.proof import Masks, Values, blocked, check, decoded, exact
from dicom_deid.pixels.redaction.rebuilt import rebuilt
from dicom_deid.pixels.redaction.recoding import CODECS, JPEG, JPEG_LS, Codec, extended, painted
from dicom_deid.preview.frames import Frames
from dicom_deid.regions import Rectangle
from dicom_deid.source_and_sink import Source
from dicom_deid.splice import Splice

SEQUENTIAL = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit)
OTHERS: dict[str, tuple[str, Codec, Codec]] = {
    uid.JPEGExtended12Bit: (uid.JPEGLosslessSV1, JPEG, JPEG),
    uid.JPEGLossless: (uid.JPEGLSLossless, JPEG, JPEG_LS),
    uid.JPEGLosslessSV1: (uid.JPEGLSLossless, JPEG, JPEG_LS),
}
"""Transfer syntax -> the one that all frames get where the first way fails, and the codecs from and to."""
Rectangles = Sequence[Rectangle]


class Made(NamedTuple):
    """A frame made anew, and where it may differ from the source (for a shape of decoded values)."""

    frame: bytes
    masks: Callable[[Sequence[int]], Masks]


class Result(NamedTuple):
    """The value of the pixel data element, its transfer syntax, changes of the header, and the grid of blocks."""

    segments: Splice
    transfer_syntax: str
    changes: Change
    grid: tuple[int, int]


Make = Callable[[bytes, Rectangles], Made]


class Compressed:
    """The encapsulated pixel data of one instance."""

    def __init__(
        self, source: Source, instance: Instance, pixels: Pixels, described: Description, spans: Sequence[Span],
        fill: tuple[int, ...],
    ) -> None:  # fmt: skip
        self.source, self.instance, self.described, self.spans, self.fill = source, instance, described, spans, fill
        self.syntax, self.grid, self.seen = instance.transfer_syntax, (1, 1), Seen()
        if self.syntax != uid.RLELossless and self.syntax not in SEQUENTIAL and self.syntax not in CODECS:
            raise Withheld(CANNOT)
        self.before = Frames(instance, source)
        self.found = encapsulated(source.read, instance, pixels, described.frames)

    def redacted(self) -> Result:
        """The result. Raises Withheld where there is none that is proven."""
        try:
            anew, syntax = self.frames(self.make, self.syntax), self.syntax
        except Withheld:
            if self.syntax not in OTHERS:
                raise
            syntax, *codecs = OTHERS[self.syntax]
            self.seen, self.grid = Seen(), (1, 1)
            anew = self.frames(lambda frame, rectangles: self.recoded(frame, rectangles, *codecs), syntax, every=True)
        if len(anew) == self.described.frames and syntax in CODECS:
            syntax = CODECS[syntax].lossless or syntax
        segments, offsets = rebuilt(self.found, anew)
        changes = told_anew(self.described, self.seen, moved=syntax != self.syntax)
        return Result(segments, syntax, offsets | changes, self.grid)

    def frames(self, make: Make, syntax: str, *, every: bool = False) -> dict[int, bytes]:
        """The frames that are made anew, each proven: touched ones, or every one."""
        after = Frames(replace(self.instance, transfer_syntax=syntax), self.source)
        anew: dict[int, bytes] = {}
        for number, rectangles in self.touched(every=every):
            frame = self.found.compressed(self.source.read, number)
            if self.syntax != uid.RLELossless and not is_ended(frame):
                raise Failed("PIXELS_DAMAGED")  # some decoders fill up what is missing
            before = self.signed(decoded(self.before, number, frame))
            made, masks = make(frame, rectangles)
            check(before, self.signed(decoded(after, number, made, anew=True)), masks(before.shape))
            anew[number] = made
        return anew

    def touched(self, *, every: bool) -> Iterator[tuple[int, Rectangles]]:
        """Frames in their order, and the rectangles of each."""
        at = 0
        for first, last, rectangles in self.spans:
            if every:
                yield from ((number, ()) for number in range(at, first))
            yield from ((number, rectangles) for number in range(first, last + 1))
            at = last + 1
        if every:
            yield from ((number, ()) for number in range(at, self.described.frames))

    def signed(self, values: Values) -> Values:
        """Values with their signs, of which decoders make different things where a codestream has few bits."""
        return extended(values, self.described.stored) if self.described.signed else values

    def make(self, frame: bytes, rectangles: Rectangles) -> Made:
        """A frame made anew by the way of its transfer syntax."""
        if self.syntax == uid.RLELossless:
            anew = rle.blank(frame, self.described, bands_of(rectangles), self.fill)
            return Made(anew, lambda shape: exact(shape, rectangles))
        if self.syntax in SEQUENTIAL:
            anew, blocks = jpeg.blank(frame, rectangles, self.fill)
            widths, heights = zip(*blocks, (self.grid), strict=True)
            self.grid = max(widths), max(heights)
            return Made(anew, lambda shape: blocked(shape, rectangles, blocks))
        codec = CODECS[self.syntax]
        return self.recoded(frame, rectangles, codec, codec)

    def recoded(self, frame: bytes, rectangles: Rectangles, reader: Codec, writer: Codec) -> Made:
        """A frame decoded, painted and encoded again."""
        samples = reader.read(frame)
        self.seen.mixed.add(samples.mixed)
        anew = writer.write(painted(samples, rectangles, self.fill), self.described)
        return Made(anew, lambda shape: exact(shape, rectangles))
