"""The proof of a result: decoded again it is constant inside the regions, and outside what the source is, decoded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dicom_deid.errors import Failed, Withheld
from dicom_deid.pixels.redaction.areas import Span, grown
from dicom_deid.pixels.redaction.spliced import Segment
from dicom_deid.preview.frames import Frames
from dicom_deid.regions import Rectangle
from dicom_deid.splice import Copy, Stripes, splice_size

NOT_PROVEN = "PIXELS_NOT_PROVEN"
Values = NDArray[Any]
Mask = NDArray[np.bool_]
Masks = Sequence[tuple[Mask, Mask]]
"""For each sample the pixels that have to be constant, and those that may differ."""


def decoded(frames: Frames, number: int, compressed: bytes = b"", *, anew: bool = False) -> Values:
    """A frame, rows by columns by samples, as it is stored. ``anew``: it was made here, and has to be decodable."""
    try:
        if compressed:
            frames.check(compressed)
        values = frames.decoded(number, compressed)[0]
    except Failed:
        if anew:
            raise Withheld(NOT_PROVEN) from None
        raise
    return values.reshape(*values.shape[:2], -1)


def covered(shape: Sequence[int], rectangles: Sequence[Rectangle]) -> Mask:
    """The pixels of rectangles."""
    mask = np.zeros(shape[:2], bool)
    for left, top, right, bottom in rectangles:
        mask[top:bottom, left:right] = True
    return mask


def check(before: Values, after: Values, masks: Masks) -> None:
    """Raises Withheld unless each sample is constant inside and unchanged outside."""
    if before.shape != after.shape or before.dtype != after.dtype or len(masks) != before.shape[2]:
        raise Withheld(NOT_PROVEN)
    for place, (constant, differing) in enumerate(masks):
        inside, changed = after[..., place][constant], before[..., place] != after[..., place]
        if inside.size and inside.min() != inside.max():
            raise Withheld(NOT_PROVEN)
        if (changed & ~differing).any():
            raise Withheld(NOT_PROVEN)


def exact(shape: Sequence[int], rectangles: Sequence[Rectangle]) -> Masks:
    """The masks where blank areas are the rectangles themselves."""
    mask = covered(shape, rectangles)
    return [(mask, mask)] * shape[2]


def blocked(shape: Sequence[int], rectangles: Sequence[Rectangle], blocks: Sequence[tuple[int, int]]) -> Masks:
    """The masks where blank areas are whole blocks (JPEG); ``blocks``: those of each sample.

    Coarser samples are spread over the pixels of a block and one more around it by decoders that smooth them.
    """
    smallest, found = min(blocks), []
    for block in blocks:
        mask = covered(shape, grown(rectangles, *block, *shape[:2]))
        found.append((mask, mask) if block == smallest else (~spread(~mask), spread(mask)))
    return found


def spread(mask: Mask) -> Mask:
    """The same with one more pixel on all sides."""
    out = mask.copy()
    for axis in (0, 1):
        wide = np.moveaxis(out, axis, 0)
        before = wide.copy()
        wide[1:] |= before[:-1]
        wide[:-1] |= before[1:]
    return out


def prove_native(before: Frames, after: Frames, spans: Sequence[Span], per: int, alike: bool) -> None:
    """Raises Withheld unless the touched frames of native pixel data are proven.

    ``per``: pixels of a row that share samples. ``alike``: the frames of a span are made of the same segments, so that
    the first and the last of them stand for all.
    """
    for first, last, rectangles in spans:
        numbers: Sequence[int] = (first, *((last,) if last > first else ())) if alike else range(first, last + 1)
        for number in numbers:
            one = decoded(before, number)
            wanted = grown(rectangles, per, 1, *one.shape[:2])
            check(one, decoded(after, number, anew=True), exact(one.shape, wanted))


def check_alike(segments: Sequence[Segment], size: int, spans: Sequence[Span]) -> None:
    """Raises Withheld unless all frames of each span are made of the same segments, and no other frame is touched.

    ``size``: bytes of a frame; the first one begins with the first segment.
    """
    laid = shapes(segments, size)
    for first, last, _ in spans:
        reference = None
        for number in range(first, last + 1):
            frame, shape = next(laid, (-1, ()))
            reference = reference or shape
            if frame != number or shape != reference:
                raise Withheld(NOT_PROVEN)
    if next(laid, None) is not None:
        raise Withheld(NOT_PROVEN)


def shapes(segments: Sequence[Segment], size: int) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Each touched frame, and what is laid over it, with places counted from its start."""
    at, frame, found = 0, -1, list[object]()
    for segment in segments:
        if not isinstance(segment, Copy):
            number = at // size
            if number != frame and found:
                yield frame, tuple(found)
                found = []
            frame = number
            shape = segment._replace(start=at - number * size) if isinstance(segment, Stripes) else segment
            found.append((at - number * size, shape))
        at += splice_size((segment,))
    if found:
        yield frame, tuple(found)
