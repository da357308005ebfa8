"""Native pixel data as a splice: blank pixels are laid over the source, of which nothing is read or decoded.

The number of segments depends on the frames and rectangles, not on the rows; only samples that share bytes with others
(one bit each, or bytes swapped in words of big endian data) are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dicom_deid.errors import Withheld
from dicom_deid.model import Instance, Pixels
from dicom_deid.pixels.redaction.areas import Band, Span, bands_of
from dicom_deid.pixels.redaction.description import CANNOT, Description
from dicom_deid.pixels.redaction.proof import check_alike, prove_native
from dicom_deid.pixels.redaction.spliced import Read, Segment, Spliced, inflated
from dicom_deid.preview.frames import Frames
from dicom_deid.source_and_sink import Source
from dicom_deid.splice import Copy, Fill, Splice, Stripe, Stripes

NEAR, MOST = 256, 1 << 20
"""Words between two ranges that are read together with them, and words that are read at a time."""


class Layout:
    """The place of each pixel in native pixel data, in cells: of a sample, or of two pixels with halved chroma."""

    def __init__(self, instance: Instance, pixels: Pixels, described: Description, fill: tuple[int, ...]) -> None:
        self.described = described
        self.little = instance.syntax.little
        size = described.allocated // 8
        self.halved = described.halved and pixels.end - pixels.start < described.cells * described.frames * size
        self.step = max(size, 1) * (1 if described.planar else described.samples)
        self.columns = described.columns
        self.units = self._units(fill, size)
        if self.halved:
            luma, *chroma = fill
            self.units, self.step, self.columns = [bytes((luma, luma, *chroma))], 4, described.columns // 2
        self.row = self.columns * self.step
        """Bytes of a row of a plane; of cells, where each takes a bit."""
        self.frame = self.row * described.rows * len(self.units)

    def _units(self, fill: tuple[int, ...], size: int) -> list[bytes]:
        """The bytes of a blank pixel, for each plane."""
        if not size:
            return [bytes(fill)]
        order = "little" if self.little else "big"
        mask = (1 << 8 * size) - 1
        cells = [(value & mask).to_bytes(size, order) for value in fill]  # type: ignore[arg-type]
        return cells if self.described.planar else [b"".join(cells)]

    def bands(self, span: Span) -> Iterator[tuple[int, Band, bytes]]:
        """Each band in order, with columns as cells; the offset in the frame of its first row, and the blank pixel."""
        per = 2 if self.halved else 1
        for plane, unit in enumerate(self.units):
            for top, bottom, columns in bands_of(span.rectangles):
                cells = tuple((left // per, -(-right // per)) for left, right in columns)
                yield (plane * self.described.rows + top) * self.row, Band(top, bottom, cells), unit


def redacted(
    source: Source, instance: Instance, pixels: Pixels, described: Description, spans: Sequence[Span],
    fill: tuple[int, ...],
) -> tuple[Splice, int]:  # fmt: skip
    """The value of native pixel data with spans blank, and how many pixels of a row share samples.

    Raises Withheld where the result is not proven.
    """
    data, layout = instance.inflated, Layout(instance, pixels, described, fill)
    read = source.read if data is None else lambda start, end: data[start:end]
    apart = described.allocated > 1 and not (described.allocated == 8 and pixels.vr == "OW" and not layout.little)
    blank = striped(pixels, spans, layout) if apart else patched(read, pixels, spans, layout)
    segments, per = tuple(joined(blank, pixels)), 2 if layout.halved else 1
    spliced = Spliced(source, read, pixels, segments)
    if apart:
        check_alike(segments, layout.frame, spans)
    after = Frames(inflated(instance, spliced, pixels), spliced)
    prove_native(Frames(instance, source), after, spans, per, alike=apart)
    return segments, per


def joined(blank: Iterator[tuple[int, int, Segment]], pixels: Pixels) -> Iterator[Segment]:
    """Segments that stand for ranges of the source, with copies of what is between them."""
    at = pixels.start
    for start, end, segment in blank:
        if start < at or end > pixels.end:
            raise Withheld(CANNOT)
        if start > at:
            yield Copy(at, start)
        yield segment
        at = end
    if at < pixels.end:
        yield Copy(at, pixels.end)


def striped(pixels: Pixels, spans: Sequence[Span], layout: Layout) -> Iterator[tuple[int, int, Segment]]:
    """A segment for each band of each frame."""
    for span in spans:
        bands = []
        for offset, band, unit in layout.bands(span):
            size = len(unit)
            stripes = tuple(Stripe(left * size, right - left, unit) for left, right in band.columns)
            bands.append((offset, band.bottom - band.top, stripes))
        for frame in range(span.first, span.last + 1):
            for offset, rows, stripes in bands:
                start = pixels.start + frame * layout.frame + offset
                over = Stripes(start, layout.row, rows, stripes)
                if len(set(stripes[0].unit)) == 1 and stripes[0].end - stripes[0].offset == layout.row:
                    yield start, over.end, Fill(over.end - start, stripes[0].unit[0])
                else:
                    yield start + stripes[0].offset, over.end, cut(over)


def cut(over: Stripes) -> Stripes:
    """The same from its first stripe on, so that nothing before that is read."""
    first = over.stripes[0].offset
    moved = tuple(stripe._replace(offset=stripe.offset - first) for stripe in over.stripes)
    return over._replace(start=over.start + first, stripes=moved)


def patched(read: Read, pixels: Pixels, spans: Sequence[Span], layout: Layout) -> Iterator[tuple[int, int, Segment]]:
    """Segments of bytes that were read, where cells share bytes with others."""
    single = layout.described.allocated == 1
    per, size = (8, 1) if single else (2, 2)
    for first, last, ranges in grouped(cell_ranges(spans, layout), per):
        start, end = pixels.start + first * size, min(pixels.start + last * size, pixels.end)
        words = np.frombuffer(read(start, end), np.uint8)
        if not single and len(words) % 2:
            raise Withheld(CANNOT)
        cells = np.unpackbits(words, bitorder="little") if single else words.reshape(-1, 2)[:, ::-1].flatten()
        for begin, stop, unit in ranges:
            laid = np.frombuffer(unit, np.uint8)
            cells[begin - first * per : stop - first * per] = np.tile(laid, (stop - begin) // len(laid))
        out = np.packbits(cells, bitorder="little") if single else cells.reshape(-1, 2)[:, ::-1]
        yield start, end, out.tobytes()


def cell_ranges(spans: Sequence[Span], layout: Layout) -> Iterator[tuple[int, int, bytes]]:
    """Ranges of cells of one byte or bit, in order, and the blank pixel."""
    for span in spans:
        for frame in range(span.first, span.last + 1):
            for offset, band, unit in layout.bands(span):
                for row in range(band.bottom - band.top):
                    at = frame * layout.frame + offset + row * layout.row
                    for left, right in band.columns:
                        yield at + left * len(unit), at + right * len(unit), unit


def grouped(
    ranges: Iterator[tuple[int, int, bytes]], per: int
) -> Iterator[tuple[int, int, list[tuple[int, int, bytes]]]]:
    """Ranges of cells that are near each other: the first word, the one behind the last, and the ranges."""
    group: list[tuple[int, int, bytes]] = []
    first = last = 0
    for one in ranges:
        begin, end = one[0] // per, -(-one[1] // per)
        if group and begin >= last and (begin > last + NEAR or end > first + MOST):
            yield first, last, group
            group = []
        if not group:
            first = begin
        group.append(one)
        last = max(last, end)
    if group:
        yield first, last, group
