"""RLE (PS3.5 G): rows that are touched are encoded again, the bytes of all others are copied.

A row of each plane of bytes is encoded by itself (G.3.1). Where an encoder let a run cross the end of a row that
matters, that plane is encoded again as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from dicom_deid.errors import Failed
from dicom_deid.pixels.redaction.areas import Band
from dicom_deid.pixels.redaction.description import Description

HEADER, MOST_PLANES = 64, 15
LONGEST = 128
"""Bytes of a run of either kind."""
NOTHING = 128
"""A count that stands for no bytes."""
REPEATED = re.compile(rb"(.)\1{2,127}", re.DOTALL)


def blank(frame: bytes, described: Description, bands: Sequence[Band], fill: tuple[int, ...]) -> bytes:
    """The frame with bands of pixels blank. Raises Failed PIXELS_DAMAGED where it is not as RLE has to be."""
    width = described.allocated // 8
    count = width * described.samples
    offsets = [int.from_bytes(frame[at : at + 4], "little") for at in range(0, HEADER, 4)]
    if len(frame) < HEADER or count > MOST_PLANES or offsets[0] != count or offsets[1] != HEADER:
        raise Failed("PIXELS_DAMAGED")
    cuts = [*offsets[1 : count + 1], len(frame)]
    if any(one >= other for one, other in pairwise(cuts)):
        raise Failed("PIXELS_DAMAGED")
    planes = []
    for number, (start, end) in enumerate(pairwise(cuts)):
        sample, byte = divmod(number, width)  # the most significant byte first (G.2)
        value = fill[sample] >> 8 * (width - 1 - byte) & 0xFF
        planes.append(blank_plane(frame[start:end], described, bands, value))
    at, heads = HEADER, [count]
    for plane in planes:
        heads.append(at)
        at += len(plane)
    heads += [0] * (HEADER // 4 - len(heads))
    return b"".join((*(head.to_bytes(4, "little") for head in heads), *planes))


def blank_plane(coded: bytes, described: Description, bands: Sequence[Band], value: int) -> bytes:
    """One plane of bytes with bands of pixels blank, of an even length."""
    rows, columns = described.rows, described.columns
    starts = row_starts(coded, columns, bands[-1].bottom)
    parts, copied = [], 0
    for top, bottom, ranges in bands:
        begin, end = starts.get(top), starts.get(bottom)
        if begin is None or end is None:
            return padded(anew(decoded(coded, rows * columns), columns, bands, value))
        parts.append(coded[copied:begin])
        plain = decoded(coded[begin:end], (bottom - top) * columns)
        parts.append(anew(plain, columns, [Band(0, bottom - top, ranges)], value))
        copied = end
    parts.append(coded[copied:])
    if sum(map(len, parts)) % 2:  # padding of the source, or of none: two bytes of it would be a run
        end = row_starts(coded, columns, rows).get(rows)
        parts[-1] = coded[copied:end]
    return padded(b"".join(parts))


def padded(coded: bytes) -> bytes:
    """A segment of an even length (G.4)."""
    return coded + b"\0" * (len(coded) % 2)


def row_starts(coded: bytes, columns: int, last: int) -> dict[int, int]:
    """Row -> where it begins in a plane, up to the row ``last``; rows that begin within a run are not there."""
    at = done = 0
    end, target, starts = len(coded), columns * last, dict[int, int]()
    while True:
        if done % columns == 0:
            starts.setdefault(done // columns, at)
        if done >= target and at <= end:
            return starts
        if at >= end:
            raise Failed("PIXELS_DAMAGED")
        count = coded[at]
        if count < NOTHING:
            done += count + 1
            at += count + 2
        else:
            done += 257 - count if count > NOTHING else 0
            at += 2 if count > NOTHING else 1


def decoded(coded: bytes, size: int) -> bytearray:
    """The first ``size`` bytes that runs stand for."""
    at, out = 0, bytearray()
    while len(out) < size:
        if at + 1 >= len(coded):
            raise Failed("PIXELS_DAMAGED")
        count = coded[at]
        if count < NOTHING:
            run = coded[at + 1 : at + 2 + count]
            if len(run) <= count:
                raise Failed("PIXELS_DAMAGED")
            out += run
            at += count + 2
        elif count > NOTHING:
            out += coded[at + 1 : at + 2] * (257 - count)
            at += 2
        else:
            at += 1
    del out[size:]
    return out


def anew(plain: bytearray, columns: int, bands: Sequence[Band], value: int) -> bytes:
    """Rows with bands blank, encoded."""
    for top, bottom, ranges in bands:
        for left, right in ranges:
            laid = bytes((value,)) * (right - left)
            for row in range(top, bottom):
                plain[row * columns + left : row * columns + right] = laid
    return b"".join(packed(bytes(plain[at : at + columns])) for at in range(0, len(plain), columns))


def packed(row: bytes) -> bytes:
    """One row as runs (G.3.2): three and more equal bytes as a replicate run, all others as literal runs."""
    out, at = bytearray(), 0
    for found in REPEATED.finditer(row):
        start, end = found.span()
        out += literal(row[at:start])
        out += bytes((257 - (end - start), row[start]))
        at = end
    out += literal(row[at:])
    return bytes(out)


def literal(part: bytes) -> bytes:
    """Bytes as literal runs."""
    runs = (part[at : at + LONGEST] for at in range(0, len(part), LONGEST))
    return b"".join(bytes((len(run) - 1,)) + run for run in runs)
